"""Clients that are slow or idle, and an issuer that hangs: everybody else is served meanwhile."""

import http.client
import resource
import socket
import statistics
import threading
import time

import pytest

from rigs import forge, wire
from rigs.account import federated
from rigs.issuer import Issuer

IDLE, SLOW, WAITING = 10_000, 300, 50
# Of one call, while others misbehave; generous, since a debug binary shares two busy cores with the tests.
SOON = 1.0


@pytest.fixture(scope="module")
def world(start, make_world):
    return make_world(start("others"))


def served(world, calls=50):
    """Times of calls that are answered one after another."""
    took = []
    for _ in range(calls):
        begun = time.monotonic()
        answer = wire.call(world.service, "GetCallerIdentity", {}, world.user)
        took.append(time.monotonic() - begun)
        assert answer.status == 200
        assert wire.call(world.service, "AssumeRoleWithWebIdentity", world.parameters()).status == 200
    took.sort()
    assert took[len(took) * 9 // 10] < SOON, f"median {statistics.median(took)} s, slowest {took[-1]} s"


def wait_for(there, seconds=30):
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.1)


def connect(world):
    return socket.create_connection((world.service.host, world.service.port), timeout=30)


def test_ten_thousand_idle_connections(world):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert limit > IDLE + 500, f"{limit} open files are not enough for this test"
    idle = []
    try:
        for number in range(IDLE):
            idle.append(connect(world))
            if number % 100 == 0:
                # Those that were made earlier sent half a request.
                idle[-1].sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")
        wait_for(lambda: world.service.metric("rolecall_connections") > IDLE * 0.9)
        served(world)
    finally:
        for connection in idle:
            connection.close()


def test_many_at_once_wait_for_no_second_try(world):
    """More than a small backlog takes: the system drops what finds no room there, and the client tries again after a second."""
    begun = time.monotonic()
    many = [connect(world) for _ in range(1000)]
    took = time.monotonic() - begun
    for connection in many:
        connection.close()
    assert took < 1, f"a thousand connections took {took} s"


def test_slow_clients(world):
    """A byte now and then: the head has its time, the body has its own, and nobody waits for them."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    slow = [connect(world) for _ in range(SLOW)]
    try:
        for at, connection in enumerate(slow):
            connection.sendall(head if at % 2 else head[:20])
        for _ in range(5):
            for connection in slow:
                connection.sendall(b"x")
            served(world, 10)
        # The body's ten seconds are over at some time: the connection says so, or ends.
        slow[1].settimeout(40)
        answer = slow[1].recv(1000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer
    finally:
        for connection in slow:
            connection.close()


def test_clients_that_never_read(world):
    """Requests without end on a connection whose answers nobody takes."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    request += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    deaf = [connect(world) for _ in range(8)]
    for connection in deaf:
        connection.setblocking(False)
        try:
            for _ in range(2000):
                connection.send(request)
        except BlockingIOError:
            pass
    served(world, 20)
    for connection in deaf:
        connection.close()


@pytest.fixture
def hanging():
    """An issuer that accepts and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_an_issuer_that_hangs(world, hanging):
    key = forge.new_key("ES256", "hangs")
    role = world.account.role("hanging", federated(world.account.provider(hanging)))
    token = forge.signed(key, {}, forge.claims(hanging))
    parameters = world.parameters(token) | {"RoleArn": role}
    answers = []

    def wait():
        begun = time.monotonic()
        answer = wire.call(world.service, "AssumeRoleWithWebIdentity", parameters)
        answers.append((answer, time.monotonic() - begun))

    threads = [threading.Thread(target=wait) for _ in range(WAITING)]
    for thread in threads:
        thread.start()
    served(world)
    for thread in threads:
        thread.join()
    for answer, took in answers:
        assert answer.status == 400 and answer.code in ("IDPCommunicationError", "InvalidIdentityToken"), answer.text
        assert took < 20, f"answered after {took} s"


def test_strangers_with_unknown_key_ids(world):
    """A flood of tokens with keys that the issuer never had: it is asked no more than once in ten seconds."""
    issuer, key = Issuer(), forge.new_key("ES256", "honest")
    url = issuer.serve("/busy", [forge.public(key)])
    role = world.account.role("flooded", federated(world.account.provider(url)))
    honest = world.parameters(forge.signed(key, {}, forge.claims(url))) | {"RoleArn": role}
    assert wire.call(world.service, "AssumeRoleWithWebIdentity", honest).status == 200
    begun, before = time.monotonic(), issuer.count("/busy/keys")
    for number in range(300):
        stranger = forge.signed(key, {"kid": f"unknown-{number}"}, forge.claims(url))
        answer = wire.call(world.service, "AssumeRoleWithWebIdentity", honest | {"WebIdentityToken": stranger})
        assert answer.status == 400, answer.text
        if number % 10 == 0:
            assert wire.call(world.service, "AssumeRoleWithWebIdentity", honest).status == 200
    seconds = time.monotonic() - begun
    assert issuer.count("/busy/keys") - before <= 1 + seconds / 10
    issuer.close()


def test_everything_is_as_before(world):
    wait_for(lambda: world.service.metric("rolecall_connections") <= 10)
    connection = http.client.HTTPConnection(world.service.host, world.service.port, timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
