"""A disk that is full: calls are refused clearly, nothing that was acknowledged is lost, and service returns with the space."""

import subprocess

import pytest

from rigs import ledger, wire

SIZE = 24 << 20


@pytest.fixture(scope="module")
def disk(run_folder):
    folder = run_folder / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder, leave=0):
    """Takes all the space there is, but so many bytes."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
        file.truncate(file.tell() - leave if leave else file.tell())


def create(world, name):
    return wire.call(world.service, "CreateUser", {"UserName": name}, world.root, api="iam", recorded=False)


def test_full(start, make_world, disk, recorded):
    service = start("full-disk", folder=disk)
    world = make_world(service)
    before = create(world, "before")
    assert before.status == 200
    # A little is left, so that the disk gets full in the middle of what the service writes.
    fill(disk, leave=256 << 10)
    acknowledged, refusals = {"before": before.request_id}, []
    for number in range(5000):
        answer = create(world, f"user-{number}")
        if answer.status != 200:
            refusals.append(answer)
            if len(refusals) == 20:
                break
        else:
            acknowledged[f"user-{number}"] = answer.request_id
    assert refusals, "the disk never got full"
    for answer in refusals:
        assert (answer.status, answer.code) == (503, "ServiceUnavailable"), answer.text
        assert "disk" in answer.text or "recorded" in answer.text
    assert wire.send(service, "GET", "/healthz").status == 200
    # Exchanges issue nothing that cannot be recorded.
    fill(disk)
    exchange = wire.call(service, "AssumeRoleWithWebIdentity", world.parameters(), recorded=False)
    assert exchange.status == 503 and "SecretAccessKey" not in exchange.text, exchange.text
    (disk / "ballast").unlink()
    after = create(world, "after")
    assert after.status == 200, after.text
    acknowledged["after"] = after.request_id
    check(world, acknowledged, recorded)
    assert service.stop() == 0
    service.start()
    check(world, acknowledged, recorded)
    # What was refused left nothing behind that stands in the way of doing it again.
    assert create(world, "once more").status in (200, 400)
    ledger.text("full disk", service.said())


def check(world, acknowledged, recorded):
    pages = world.account.iam.get_paginator("list_users").paginate()
    there = {user["UserName"] for page in pages for user in page["Users"]}
    assert set(acknowledged) <= there
    assert set(acknowledged.values()) <= recorded(world.service)


def test_no_start_on_a_full_disk(start, make_world, disk):
    """It says so, and leaves what is there as it is; with space it starts again."""
    service = start("full-disk", folder=disk)
    service.stop()
    fill(disk)
    data = {file: file.read_bytes() for file in service.data.rglob("*") if file.is_file()}
    try:
        service.start()
        # It may as well start, and refuse what it cannot store.
        answer = wire.call(
            service, "CreateUser", {"UserName": "late"}, service.root(), api="iam", recorded=False
        )
        assert answer.status == 503
        service.kill()
    except AssertionError as error:
        assert "No space" in str(error) or "full" in str(error), error
        assert data == {file: file.read_bytes() for file in data}
    (disk / "ballast").unlink()
    service.start()
    assert wire.call(service, "GetCallerIdentity", {}, service.root(), recorded=False).status == 200
