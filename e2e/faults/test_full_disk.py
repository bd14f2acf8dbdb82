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
    return create_as(world.service, world.root, name)


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
    assert service.stop() == 0


def check(world, acknowledged, recorded):
    pages = world.account.iam.get_paginator("list_users").paginate()
    there = {user["UserName"] for page in pages for user in page["Users"]}
    assert set(acknowledged) <= there
    assert set(acknowledged.values()) <= recorded(world.service)


def test_started_on_a_full_disk(start, make_world, disk):
    """It starts, or says why not; what was there stays as it was, and with space it serves again."""
    service = start("full-disk", folder=disk)
    root = service.root()
    assert service.stop() == 0
    fill(disk)
    try:
        service.start()
    except AssertionError as error:
        assert "No space" in str(error) or "full" in str(error), error
    else:
        # What a start gives back may be enough for a call; then the next ones find the disk full.
        fill(disk)
        for number in range(200):
            if create_as(service, root, f"late-{number}").status == 503:
                break
        else:
            raise AssertionError("the disk never got full")
        service.kill()
    (disk / "ballast").unlink()
    service.start()
    assert wire.call(service, "GetUser", {"UserName": "before"}, root, api="iam", recorded=False).status == 200


def create_as(service, root, name):
    return wire.call(service, "CreateUser", {"UserName": name}, root, api="iam", recorded=False)
