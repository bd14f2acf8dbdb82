"""Time from the start of the service to its first answer, and its memory: a new folder, one that was used, one with many roles."""

import argparse
import pathlib
import statistics
import sys
import tempfile

import setting

ROUNDS = 9
ACCOUNTS = [f"{number:012}" for number in range(111111111111, 111111111131)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--roles", type=int, default=100_000, help="over twenty accounts")
    parser.add_argument("--folder", help="where data lies; its disk is the one that counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        folder = pathlib.Path(folder)
        row("a new folder", [started(arguments.binary, folder / f"new{round}") for round in range(ROUNDS)])
        row("a folder that was used", [started(arguments.binary, folder / "new0") for _ in range(ROUNDS)])
        many = folder / "many"
        many.mkdir()
        for account in ACCOUNTS:
            place = setting.roles(many, arguments.roles // len(ACCOUNTS), account)
            started(arguments.binary, many, "--import", place, *accounts())
        row(f"{arguments.roles} roles over {len(ACCOUNTS)} accounts", [started(arguments.binary, many, *accounts()) for _ in range(ROUNDS)])
    return 0


def accounts():
    return [word for account in ACCOUNTS for word in ("--account", account)]


def started(binary, folder, *arguments):
    folder.mkdir(exist_ok=True)
    service = setting.Rolecall(binary, folder, "--log", "off", *arguments)
    figures = service.start_seconds, service.cpu_seconds(), service.resident_bytes()
    service.stop()
    return figures


def row(name, starts):
    clock, cpu, resident = ([start[column] for start in starts] for column in range(3))
    print(
        f"{name:40} median {statistics.median(clock) * 1e3:6.0f} ms, slowest {max(clock) * 1e3:6.0f} ms, "
        f"cpu {statistics.median(cpu) * 1e3:6.0f} ms, resident {int(statistics.median(resident)) >> 20} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
