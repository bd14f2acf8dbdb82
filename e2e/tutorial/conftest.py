"""The page, a shell for it, and --write, which writes what was printed into the page."""

import os
import pathlib
import shutil
import signal

import pytest

from page import Page
from shell import Shell

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
# A run that is told to end ends its cluster first.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="write what commands print into docs/tutorial.md")


def pytest_generate_tests(metafunc):
    if "section" in metafunc.fixturenames:
        sections = [section for section in Page(PAGE).sections if section.commands]
        metafunc.parametrize("section", sections, ids=[section.title for section in sections])


@pytest.fixture(scope="session")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    shell = Shell(folder, ROOT, environment(folder))
    yield shell
    # What a section that failed left running.
    shell.type("kill $(cat ~/rolecall-tutorial/*.pid); kube-down")
    shell.close()


@pytest.fixture(scope="session")
def printed(request):
    """What commands printed, by their line in the page; written into it at the end with --write."""
    printed = {}
    yield printed
    if request.config.getoption("--write"):
        Page(PAGE).write(printed)


def environment(folder):
    """A newcomer's: no AWS variable, and a proxy that leads nowhere, so that nothing leaves the machine."""
    ours = ("AWS_", "PYTHON", "KUBE", "COLUMNS", "ROLECALL_BIN", "CARGO_TARGET_DIR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    proxies = {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    none = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    kept |= {"KUBE_RIG_DIR": str(folder / "kube"), "LC_ALL": "C.UTF-8"}
    if "ROLECALL_BIN" not in os.environ:
        return kept
    programs = folder / "bin"
    programs.mkdir()
    shutil.copy(os.environ["ROLECALL_BIN"], programs / "rolecall")
    return kept | proxies | none | {"PATH": f"{programs}:{os.environ['PATH']}"}
