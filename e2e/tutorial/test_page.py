"""How the page is read and compared: what counts as the same, and what does not."""

import pytest

import compare
from page import BUILDS, Page


@pytest.mark.parametrize(
    ("shown", "printed", "wanted"),
    [
        ("a\nb", "a\nb", True),
        ("a\nb", "a\nc", False),
        ("a", "a\nb", False),
        ("a\nb", "a", False),
        ("a\n…", "a\nb\nc", True),
        ("a\n…\nc", "a\nc", True),
        ("a\n…\nd", "a\nb\nc", False),
        ("role/… is", "role/api is", True),
        ("role/… is", "role/api was", False),
        ("at 2026-01-31T12:00:00Z", "at 2026-11-25T18:40:01Z", True),
        ("at 2026-01-31T12:00:00Z", "at noon", False),
        ("http://127.0.0.1:8403/issuer", "http://127.0.0.1:40139/issuer", True),
        ("http://127.0.0.1:8403/issuer", "http://127.0.0.2:8403/issuer", False),
        ("api-6c9d8f7b5-x2k4q   0/1", "api-5d4f7c6b8-zzzzz  0/1", True),
        ("api-6c9d8f7b5-x2k4q", "web-6c9d8f7b5-x2k4q", False),
        ("AROAEXAMPLEEXAMPLEEXA:api", "AROABCDEFGHIJKLMNOPQR:api", True),
        ("AROAEXAMPLEEXAMPLEEXA:api", "AIDABCDEFGHIJKLMNOPQR:api", False),
    ],
)
def test_what_counts_as_the_same(shown, printed, wanted):
    assert compare.same(shown.split("\n"), printed.split("\n")) is wanted


def test_commands_are_read_whole(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        f"# T\n\n## One\n\n```console\n$ cat > f <<'EOF'\n$ no command\nEOF\n$ echo a \\\n  b\na b\n```\n\n```sh\n$ x\n```\n\n"
        f"## Two\n\n{BUILDS}\n```console\n$ true\n```\n"
    )
    read = Page(page)
    commands = [command for section in read.sections for command in section.commands]
    assert [command.text for command in commands] == ["cat > f <<'EOF'\n$ no command\nEOF", "echo a \\\n  b", "true"]
    assert [command.shown for command in commands] == [[], ["a b"], []]
    assert [command.builds for command in commands] == [False, False, True]
    assert [section.title for section in read.sections] == ["introduction", "One", "Two"]
    read.write({commands[1].at: ["other", "lines"], commands[2].at: ["built"]})
    assert page.read_text().endswith("\n  b\nother\nlines\n```\n\n```sh\n$ x\n```\n\n## Two\n\n"
        f"{BUILDS}\n```console\n$ true\nbuilt\n```\n")
