"""The tutorial as it is written: its sections, the commands in them, and what it says that each of them prints.

A block that begins with ```console holds commands, each behind `$ `, and below each what it prints. A command goes on in
the next line where its line ends with a backslash, and to the closing mark where it opens a here-document.
"""

import dataclasses
import pathlib
import re

FENCE = "```"
# Written above a block that builds what ROLECALL_BIN brings along.
BUILDS = "<!-- not run where ROLECALL_BIN names the program -->"
HERE_DOCUMENT = re.compile(r"<<-?\s*'?(\w+)'?")


@dataclasses.dataclass
class Command:
    """A command, with the lines of the page that hold what it prints."""

    text: str
    shown: list[str]
    # Of the lines of the page, counted from 0: where the command stands, and where what it prints begins and ends.
    at: int
    first: int
    last: int
    builds: bool


@dataclasses.dataclass
class Section:
    title: str
    commands: list[Command]


class Page:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.lines = self.path.read_text().split("\n")
        self.sections = list(self._sections())

    def write(self, printed):
        """Writes the page with what commands printed in place of what it showed; `printed` is by the command's line."""
        commands = [command for section in self.sections for command in section.commands if command.at in printed]
        for command in reversed(commands):
            self.lines[command.first : command.last] = printed[command.at]
        self.path.write_text("\n".join(self.lines))

    def _sections(self):
        section, at = Section("introduction", []), 0
        while at < len(self.lines):
            line = self.lines[at]
            if line.startswith("## "):
                yield section
                section = Section(line.removeprefix("## "), [])
            elif line.startswith(FENCE):
                end = self.lines.index(FENCE, at + 1)
                if line == f"{FENCE}console":
                    builds = self.lines[at - 1] == BUILDS
                    section.commands += self._commands(at + 1, end, builds)
                at = end
            at += 1
        yield section

    def _commands(self, at, end, builds):
        while at < end:
            if not self.lines[at].startswith("$ "):
                raise ValueError(f"{self.path}:{at + 1}: a block of commands begins with `$ `")
            first = self._after(at, end)
            text = "\n".join(self.lines[at:first]).removeprefix("$ ")
            last = first
            while last < end and not self.lines[last].startswith("$ "):
                last += 1
            yield Command(text, self.lines[first:last], at, first, last, builds)
            at = last

    def _after(self, at, end):
        """The line behind a command that begins at `at`."""
        while self.lines[at].endswith("\\"):
            at += 1
        opened = HERE_DOCUMENT.search(self.lines[at])
        return (self.lines.index(opened[1], at + 1, end) if opened else at) + 1
