"""A clock that jumps: forwards, tokens and sessions end; back, they live again; nothing breaks either way."""

import datetime
import glob

import pytest

from rigs import wire

HOUR = 3600


@pytest.fixture(scope="module")
def clock(run_folder):
    """The clock of the service, by libfaketime: seconds that it is off."""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert library, "libfaketime is missing: apt-get install faketime"
    file = run_folder / "clock-offset"

    class Clock:
        environment = {
            "LD_PRELOAD": library[0],
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            # Timers go on as they do when a clock is set.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

        def set(self, seconds):
            file.write_text(f"{seconds:+d}")

    clock = Clock()
    clock.set(0)
    return clock


def test_jumps(start, make_world, clock):
    service = start("clock", environment=clock.environment)
    world = make_world(service)
    session = world.account.session(world.role, world.token)
    user = world.user

    def exchange():
        return wire.call(service, "AssumeRoleWithWebIdentity", world.parameters())

    def identity(credentials, off):
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=off)
        return wire.call(service, "GetCallerIdentity", {}, credentials, at=at)

    assert exchange().status == 200 and identity(session, 0).status == 200
    # Two hours ahead: the token's and the session's time is over; signatures of now are of long ago.
    clock.set(2 * HOUR)
    assert exchange().code == "ExpiredTokenException"
    assert identity(session, 2 * HOUR).code == "ExpiredToken"
    assert identity(user, 2 * HOUR).status == 200
    assert identity(user, 0).code == "SignatureDoesNotMatch"
    # A year ahead: all the same, and what is made now is as good as ever.
    clock.set(365 * 24 * HOUR)
    assert identity(user, 365 * 24 * HOUR).status == 200
    # A day behind: the token is not valid yet; who signs for then is served.
    clock.set(-24 * HOUR)
    assert exchange().status == 400
    assert identity(user, -24 * HOUR).status == 200
    assert identity(user, 0).code == "SignatureDoesNotMatch"
    # Back in time: everything that was good is good again.
    clock.set(0)
    assert exchange().status == 200
    assert identity(session, 0).status == 200 and identity(user, 0).status == 200
    records = service.records()
    assert all(record["eventTime"].endswith("Z") for record in records)
    assert service.stop() == 0


def test_a_restart_in_another_time(start, make_world, clock):
    """Started a year later, and then a year earlier: the ring of session keys is in order both times."""
    service = start("clock-restart", environment=clock.environment)
    world = make_world(service)
    for off in (365 * 24 * HOUR, 0, -30 * 24 * HOUR, 0):
        assert service.stop() == 0
        clock.set(off)
        service.start()
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=off)
        answer = wire.call(service, "GetSessionToken", {}, world.user, at=at)
        assert answer.status == 200, answer.text
    assert wire.call(service, "AssumeRoleWithWebIdentity", world.parameters()).status == 200
