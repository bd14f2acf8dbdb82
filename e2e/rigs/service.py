"""`rolecall serve` as a process: started on a free port with a folder of its own, stopped, killed, started again."""

import configparser
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

from . import ledger, wire
from .credentials import Credentials

ACCOUNT, OTHER = "111122223333", "444455556666"
# Long enough for a debug binary on two busy cores.
START, STOP = 60, 120


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def records(data):
    """The audit records of a data folder, as they lie on disk."""
    files = sorted(file for file in (data / "trail").glob("*.jsonl"))
    # A line ends with a line feed and nothing else; `splitlines` would end it at U+2028 too.
    return [json.loads(line) for file in files for line in file.read_bytes().split(b"\n") if line]


class Service:
    """One data folder and port; `start` may be called again after `stop` or `kill`. `tls` is True where the service is
    to make its certificate, or the file of the one that its arguments give it."""

    def __init__(
        self, folder, *arguments, accounts=(ACCOUNT,), host="127.0.0.1", tls=False, dev=False, environment=None
    ):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data, self.log = self.folder / "data", self.folder / "serve.log"
        self.host, self.port, self.tls, self.dev = host, free_port(host), tls, dev
        self.accounts, self.arguments, self.environment = accounts, arguments, environment or {}
        self.process = None
        ledger.folder(self.folder)

    @property
    def url(self):
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    @property
    def certificate(self):
        """What clients are told to trust: the certificate that is given, or the one that the service makes."""
        return self.data / "tls-certificate.pem" if self.tls is True else self.tls

    def command(self):
        command = [os.environ["ROLECALL_BIN"], "serve", "--listen", f"{self.host}:{self.port}"]
        command += ["--dev"] if self.dev else ["--data", str(self.data)]
        command += [part for account in self.accounts for part in ("--account", account)]
        command += ["--tls-self-made"] if self.tls is True else []
        return [*command, *self.arguments]

    def start(self):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ROLECALL_"))
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment | self.environment
            )
        deadline = time.monotonic() + START
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"`{' '.join(self.command())}` did not start:\n{self.said()}")
            time.sleep(0.05)
        return self

    def healthy(self):
        try:
            return wire.send(self, "GET", "/healthz").status == 200
        except (OSError, ssl.SSLError):
            return False

    def stop(self):
        """SIGTERM, and its exit code; what the metrics say is kept for the last test."""
        if self.process is None or self.process.poll() is not None:
            return None
        ledger.text(f"metrics of {self.folder.name}", self.metrics())
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP)

    def kill(self):
        """SIGKILL: nothing is written down any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP)

    def metrics(self):
        return wire.send(self, "GET", "/metrics").text

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.metrics(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def records(self):
        return records(self.data)

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def root(self, account=ACCOUNT):
        """Root credentials, from the file that the first start made."""
        if self.dev:
            return Credentials("test", "test")
        file = configparser.ConfigParser()
        file.read(self.data / "root-credentials")
        profile = file["default" if account == self.accounts[0] else account]
        secret = profile["aws_secret_access_key"]
        ledger.secret("a root's secret access key", secret)
        return Credentials(profile["aws_access_key_id"], secret)
