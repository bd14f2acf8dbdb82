"""Calls a second of the service and of moto's server under wrk, in one run. See docs/performance.md for what is held."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import setting

HERE = pathlib.Path(__file__).parent
# Name, how many times moto's rate, by which of moto's workloads.
HELD = {"exchange": 40, "identity": 60, "get-role": 45}


def wrk(server, requests, folder, name, connections, seconds, threads=1):
    """One run; the figures, with the server's CPU time for a call."""
    file = pathlib.Path(folder) / f"{server.port}-{name}.requests"
    file.write_bytes(b"".join(str(len(one)).encode() + b"\n" + one for one in requests))
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(HERE / "requests.lua"), server.url, "--", str(file)]
    before = server.cpu_seconds()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    figures["cpu"] = (server.cpu_seconds() - before) / max(figures["answers"], 1) * 1e6
    figures["rate"] = figures["answers"] / figures["seconds"]
    if figures["refused"] or figures["failed"] or not figures["answers"]:
        raise SystemExit(f"{name}: answers that are no success: {figures}")
    return figures


def fdatasync(folder, over, times=200):
    """Median and 99th percentile of writing 8 KiB and syncing, in seconds: appended, or over what was written before."""
    took = []
    with open(pathlib.Path(folder) / "sync-probe", "wb", buffering=0) as file:
        if over:
            file.write(b"\0" * 8192 * times)
            os.fsync(file.fileno())
            file.seek(0)
        for _ in range(times):
            file.write(b"x" * 8192)
            begun = time.monotonic()
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - begun)
    took.sort()
    return took[times // 2], took[times * 99 // 100]


def row(name, connections, figures, peer=None):
    times = f"{figures['rate'] / peer['rate']:6.1f}" if peer else "      "
    print(
        f"{name:22} {connections:4} {figures['rate']:9.0f}/s {times} "
        f"p50 {figures['p50'] / 1000:6.2f} ms p99 {figures['p99'] / 1000:6.2f} ms cpu {figures['cpu']:6.1f} us",
        flush=True,
    )


def exchanges_before(service, requests, folder, count):
    """So many exchanges before anything is measured."""
    while count > 0:
        figures = wrk(service, requests, folder, "before", 16, 10)
        count -= figures["answers"]


def workloads(account, tokens, sessions):
    signed = setting.signed
    return {
        "exchange": setting.exchanges(account, tokens),
        "identity": signed(account, [account.keys], "sts", "GetCallerIdentity"),
        "identity-session": signed(account, sessions, "sts", "GetCallerIdentity"),
        "get-role": signed(account, sessions, "iam", "GetRole", RoleName="load"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[16, 256])
    parser.add_argument("--only", nargs="*", help="workloads")
    parser.add_argument("--roles", type=int, default=0, help="so many more, imported: what is looked up lies among many")
    parser.add_argument("--before", type=int, default=100_000, help="exchanges before anything is measured: they fill what is kept of the newest events")
    parser.add_argument("--moto", help="moto_server; without it there is no peer")
    parser.add_argument("--log", default="off")
    parser.add_argument("--folder", help="where data lies; its disk is the one that counts")
    parser.add_argument("--check", action="store_true", help="fail below what is held")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        return run(arguments, folder)


def run(arguments, folder):
    many = ["--import", setting.roles(folder, arguments.roles)] if arguments.roles else []
    service = setting.Rolecall(arguments.binary, folder, "--log", arguments.log, *many)
    peer = setting.Moto(arguments.moto, folder) if arguments.moto else None
    try:
        root = service.root()
        issuer, tokens = ready(service, root)
        account = setting.Account(service, root, issuer)
        jobs = workloads(account, tokens, account.sessions(tokens))
        exchanges_before(service, jobs["exchange"], folder, arguments.before)
        if peer:
            same = setting.Account(peer, ("test", "test"), issuer)
            peers = workloads(same, tokens, same.sessions(tokens))
        missed = []
        for name, requests in jobs.items():
            if arguments.only and name not in arguments.only:
                continue
            for connections in arguments.connections:
                ours, theirs = [], []
                for _ in range(arguments.rounds):
                    if peer:
                        theirs.append(wrk(peer, peers[name], folder, name, connections, arguments.seconds))
                    ours.append(wrk(service, requests, folder, name, connections, arguments.seconds))
                middle = median(ours)
                other = median(theirs) if theirs else None
                row(name, connections, middle, other)
                if other:
                    row("  moto", connections, other)
                if other and name in HELD and middle["rate"] < HELD[name] * other["rate"]:
                    missed.append(name)
        for over, how in ((False, "appended"), (True, "written over")):
            typical, slow = fdatasync(folder, over)
            print(f"fdatasync of 8 KiB {how}: median {typical * 1e6:.0f} us, p99 {slow * 1e6:.0f} us")
        fetches = service.metric("rolecall_issuer_fetches_total")
        print(f"records {service.records()}, fetches of keys {fetches:.0f}, resident {service.resident_bytes() >> 20} MiB")
        return 1 if arguments.check and missed else 0
    finally:
        service.stop()
        if peer:
            peer.stop()


def ready(service, root):
    """Tokens, as soon as the issuer has its keys."""
    for _ in range(200):
        try:
            return setting.mint(service, root)
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the issuer has no keys")


def median(runs):
    middle = statistics.median_low(run["rate"] for run in runs)
    return next(run for run in runs if run["rate"] == middle)


if __name__ == "__main__":
    sys.exit(main())
