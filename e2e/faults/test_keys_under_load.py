"""Keys that change while everything runs: no call fails for it, and what is revoked ends at once."""

import json
import threading

import pytest

from rigs import wire
from rigs.credentials import Credentials

ROTATIONS = 20


@pytest.fixture(scope="module")
def world(start, make_world):
    return make_world(start("keys"))


def administer(world, operation, body):
    text = json.dumps(body).encode()
    headers = {
        "Host": f"{world.service.host}:{world.service.port}",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"Rolecall_20260101.{operation}",
    }
    headers = wire.sign("POST", "/", "", headers, text, world.root, "us-east-1", "rolecall")
    answer = wire.send(world.service, "POST", "/", headers, text)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


class Load:
    """Exchanges, each followed by a call with its credentials, until it is told to stop."""

    def __init__(self, world, threads=6):
        self.world, self.stop, self.wrong, self.calls = world, threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def run(self):
        service = self.world.service
        while not self.stop.is_set():
            answer = wire.call(service, "AssumeRoleWithWebIdentity", self.world.parameters())
            if answer.status != 200:
                self.wrong.append(answer.text)
                continue
            for api, action, parameters in (
                ("sts", "GetCallerIdentity", {}),
                ("iam", "GetRole", {"RoleName": "web"}),
            ):
                again = wire.call(service, action, parameters, issued(answer), api=api)
                if again.status != 200:
                    self.wrong.append(again.text)
            self.calls += 3

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def issued(answer):
    parts = {name: answer.element(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    return Credentials.issued({"Credentials": parts})


def exchange(world):
    answer = wire.call(world.service, "AssumeRoleWithWebIdentity", world.parameters())
    assert answer.status == 200, answer.text
    return issued(answer)


def test_rotated_under_load(world):
    first = exchange(world)
    with Load(world) as load:
        for number in range(ROTATIONS):
            administer(world, "RotateKeys", {"Keys": "sessions"})
            while load.calls < number * 10 and not load.wrong:
                pass
    assert not load.wrong, load.wrong[0]
    assert load.calls > ROTATIONS
    # Sessions of the first generation live as long as they were given for.
    assert wire.call(world.service, "GetCallerIdentity", {}, first).status == 200


def test_issuer_keys_rotated_under_load(world):
    """Tokens of the keys before stay good while those are published."""
    with Load(world) as load:
        administer(world, "RotateKeys", {"Keys": "issuer"})
        new = world.mint(subject="bob")
        assert wire.call(world.service, "AssumeRoleWithWebIdentity", world.parameters(new)).status == 200
        while load.calls < 30 and not load.wrong:
            pass
    assert not load.wrong, load.wrong[0]


def test_revoked(world):
    """Every session from before is worth nothing at once; users' own keys and new sessions are not concerned."""
    before = [exchange(world) for _ in range(5)]
    for session in before:
        assert wire.call(world.service, "GetCallerIdentity", {}, session).status == 200
    administer(world, "RevokeSessions", {})
    for session in before:
        answer = wire.call(world.service, "GetCallerIdentity", {}, session)
        assert (answer.status, answer.code) == (403, "InvalidClientTokenId"), answer.text
    assert wire.call(world.service, "GetCallerIdentity", {}, world.user).status == 200
    assert wire.call(world.service, "GetCallerIdentity", {}, exchange(world)).status == 200
    # Also after a kill: what was revoked stays so.
    world.service.kill()
    world.service.start()
    assert wire.call(world.service, "GetCallerIdentity", {}, before[0]).status == 403
