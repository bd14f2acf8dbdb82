"""Data files that are damaged: named in the error, and never written over."""

import os
import shutil
import subprocess

import pytest

ROLECALL = os.environ["ROLECALL_BIN"]

# What is done to the file of the store.
DAMAGES = {
    "empty": lambda text: b"",
    "cut in half": lambda text: text[: len(text) // 2],
    "cut to a page": lambda text: text[:4096],
    "another file": lambda text: b"#!/bin/sh\nexit 0\n" * 1000,
    "no header": lambda text: b"\0" * 512 + text[512:],
    "zeros": lambda text: b"\0" * len(text),
}


@pytest.fixture(scope="module")
def whole(start, make_world, run_folder):
    """A data folder of a service that was stopped in peace."""
    service = start("whole")
    make_world(service)
    assert service.stop() == 0
    return service


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole.data, tmp_path / "data")
    shutil.copy(whole.data.with_name("data.key"), tmp_path / "data.key")
    return tmp_path / "data"


def store(data):
    """The file that holds the entities."""
    found = [file for file in data.iterdir() if file.is_file() and file.read_bytes()[:4] == b"redb"]
    assert len(found) == 1, list(data.iterdir())
    return found[0]


def start_of(data):
    command = [ROLECALL, "serve", "--listen", "127.0.0.1:0", "--data", str(data), "--log", "text"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store(copy, damage):
    file = store(copy)
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    before = file.read_bytes()
    done = start_of(copy)
    assert done.returncode not in (0, 101, -6, -11), done.stderr
    assert str(file) in done.stderr, done.stderr
    assert file.read_bytes() == before, "the damaged file was written"


def test_a_master_key_that_is_missing(copy):
    copy.with_name("data.key").unlink()
    before = store(copy).read_bytes()
    done = start_of(copy)
    assert done.returncode not in (0, 101) and "data.key" in done.stderr, done.stderr
    assert store(copy).read_bytes() == before and not copy.with_name("data.key").exists()


def test_another_master_key(copy):
    """It does not start, and with the right key everything is there."""
    file = copy.with_name("data.key")
    right = file.read_text()
    file.write_text("A" * 43 + "=\n")
    done = start_of(copy)
    assert done.returncode not in (0, 101) and "master key" in done.stderr, done.stderr
    file.write_text(right)
    command = [ROLECALL, "serve", "--listen", "127.0.0.1:0", "--data", str(copy), "--log", "text"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert "serves account" in process.stderr.readline()
    process.terminate()
    assert process.wait(60) == 0
