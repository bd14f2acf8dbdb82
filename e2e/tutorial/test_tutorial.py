"""docs/tutorial.md from its first command to its last: each prints what the page shows."""

import os

import pytest

import compare


# Each command has its own bound.
@pytest.mark.timeout(0)
def test_section(section, shell, printed, request):
    for command in section.commands:
        if command.builds and "ROLECALL_BIN" in os.environ:
            continue
        lines, code = shell.run(command)
        if compare.same(command.shown, lines) and not failed_unseen(command, code):
            continue
        if request.config.getoption("--write"):
            printed[command.at] = lines
        else:
            pytest.fail(difference(command, lines, code), pytrace=False)


def failed_unseen(command, code):
    """A command that shows nothing must have ended well, unless its error went into a file."""
    return code != 0 and not command.shown and "2>" not in command.text


def difference(command, lines, code):
    shown, printed = "\n".join(command.shown), "\n".join(lines)
    place = f"docs/tutorial.md:{command.at + 1}"
    return f"{place}: $ {command.text}\n--- shown\n{shown}\n--- printed, exit code {code}\n{printed}"
