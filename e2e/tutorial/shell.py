"""One bash, in which the commands of the page are run in turn, and what each of them prints."""

import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

# The page names ports; here, others that are free take their places.
PORT = re.compile(r"\b127\.0\.0\.1:(\d{4,5})\b")
# Seconds that a command may take, and one that builds the program.
PATIENCE, BUILD = 120, 3600


class Shell:
    def __init__(self, folder, directory, environment):
        self.folder = pathlib.Path(folder)
        self.home = environment["HOME"]
        self.ports, self.number = {}, 0
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=directory, env=environment, start_new_session=True,
        )

    def run(self, command):
        """Runs a command of the page; gives the lines that it printed on both of its streams, and its exit code."""
        return self.type(command.text, BUILD if command.builds else PATIENCE)

    def type(self, text, patience=PATIENCE):
        self.number += 1
        script, end = self.folder / f"command-{self.number}", f"end-of-command-{self.number}-{os.getpid()}"
        script.write_text(PORT.sub(self._free, text) + "\n")
        self.process.stdin.write(f". '{script}' </dev/null; printf '\\n%s %s\\n' {end} $?\n".encode())
        self.process.stdin.flush()
        output, code = self._read(f"\n{end} ", patience)
        return self._as_on_the_page(output).splitlines(), code

    def _read(self, mark, patience):
        deadline, read = time.monotonic() + patience, b""
        while not (found := re.search(re.escape(mark.encode()) + rb"(\d+)\n", read)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not more:
                raise AssertionError(f"it did not end in {patience} s; it printed:\n{read.decode(errors='replace')}")
            read += more
        return read[: found.start()].decode(errors="replace"), int(found[1])

    def _free(self, found):
        return f"127.0.0.1:{self.ports.setdefault(found[1], str(free_port()))}"

    def _as_on_the_page(self, output):
        for shown, used in self.ports.items():
            output = output.replace(f"127.0.0.1:{used}", f"127.0.0.1:{shown}")
        return output.replace(self.home, "~")

    def close(self):
        """Ends the shell and whatever it started and the page did not end."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.process.wait(30)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
