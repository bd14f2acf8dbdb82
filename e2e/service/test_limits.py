"""What a stranger can send and hold is bounded; what an operator's tools ask of the service is answered."""

import json
import re
import socket
import time

import pytest

from rigs import wire
from rigs.credentials import Credentials


def raw(service, sent, patience=30):
    """What comes back for these bytes, until the service closes or `patience` ends."""
    with socket.create_connection((service.host, service.port), timeout=patience) as connection:
        try:
            connection.sendall(sent)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer.decode(errors="replace")


def post(length, *lines):
    head = ["POST / HTTP/1.1", "Host: localhost", f"Content-Type: {wire.FORM}", "Connection: close", *lines]
    return "\r\n".join([*head, f"Content-Length: {length}", "", ""]).encode()


BODY, HEAD = 512 * 1024, 64 * 1024


def test_bodies(service):
    """The largest body that is read is a policy of IAM's largest size, percent-encoded; one byte more is refused."""
    start = b"Action=GetCallerIdentity&Version=2011-06-15&x="
    fits = raw(service, post(BODY) + start + b"x" * (BODY - len(start)))
    assert fits.startswith("HTTP/1.1 ") and not fits.startswith("HTTP/1.1 413"), fits[:200]
    assert raw(service, post(BODY + 1) + start + b"x" * (BODY + 1 - len(start))).startswith("HTTP/1.1 413 ")


def test_a_length_that_is_said_and_not_sent(service):
    assert raw(service, post(10**12) + b"x" * 1024 * 1024).startswith("HTTP/1.1 413 ")


def test_a_body_in_pieces_without_end(service):
    head = post(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert raw(service, head + piece * 20).startswith("HTTP/1.1 413 ")


def test_heads(service):
    small = f"X-Long: {'x' * 30_000}"
    assert raw(service, post(0, small)).startswith("HTTP/1.1 403 ")
    # To the byte: a head of 64 KiB passes, one of a byte more does not.
    exact = HEAD - len(post(0, "X-Long: "))
    assert raw(service, post(0, f"X-Long: {'x' * exact}")).startswith("HTTP/1.1 403 ")
    assert raw(service, post(0, f"X-Long: {'x' * (exact + 1)}")).startswith("HTTP/1.1 431 ")
    for lines in ([f"X-Long: {'x' * 200_000}"], [f"X-{number}: x" for number in range(200)]):
        assert raw(service, post(0, *lines)).startswith("HTTP/1.1 431 "), len(lines)
    target = post(0).replace(b"POST / ", b"GET /?" + b"x" * 200_000 + b" ")
    assert raw(service, target).startswith(("HTTP/1.1 414 ", "HTTP/1.1 431 "))


def test_slow_senders_are_left(service):
    """A body has ten seconds, a head thirty; meanwhile nobody else waits."""
    begun = time.monotonic()
    with socket.create_connection((service.host, service.port), timeout=60) as half_a_head:
        half_a_head.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        late = raw(service, post(100) + b"Action=")
        assert late.startswith("HTTP/1.1 408 "), late
        assert 9 < time.monotonic() - begun < 25
        assert wire.send(service, "GET", "/healthz", timeout=5).status == 200
        # The head is left without an answer, or with one; what counts is that the connection ends.
        half_a_head.recv(65536)
        assert 25 < time.monotonic() - begun < 55


def test_what_is_no_http(service):
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 1000, b"GET\r\n\r\n", b"SSH-2.0-x\r\n\r\n"):
        answer = raw(service, sent + b"\r\n\r\n")
        assert answer == "" or answer.startswith("HTTP/1.1 400 "), answer
    assert wire.send(service, "GET", "/healthz").status == 200



def test_two_lengths_are_no_request(service):
    """Where two lengths disagree, two readers on the way would see two requests (RFC 9112 §6.3)."""
    for lines in (["Content-Length: 5"], ["Transfer-Encoding: chunked"]):
        answer = raw(service, post(0, *lines) + b"0\r\n\r\nGET /metrics HTTP/1.1\r\n" + b"Host: localhost\r\n\r\n")
        assert "rolecall_" not in answer, answer


def test_health(service):
    answer = wire.send(service, "GET", "/healthz")
    assert (answer.status, answer.text) == (200, "ok\n")
    # As a call it would be one without a service.
    assert wire.send(service, "POST", "/healthz").status == 403


def test_metrics_parse(service, account):
    """OpenMetrics 1.0: each sample belongs to a family that was announced, names and labels are well formed, the end is marked."""
    account.iam.list_roles()
    answer = wire.send(service, "GET", "/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    *lines, end = answer.text.rstrip("\n").split("\n")
    assert end == "# EOF"
    families, samples = {}, {}
    for line in lines:
        if line.startswith("# "):
            _, what, name, said = line.split(" ", 3)
            assert what in ("HELP", "TYPE", "UNIT") and said, line
            if what == "TYPE":
                assert name not in families, f"{name} is announced twice"
                families[name] = said
            continue
        found = re.fullmatch(r'([a-z_]+)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (\S+)', line)
        assert found, line
        name, labels, value = found.groups()
        float(value)
        assert (name, labels) not in samples, line
        samples[name, labels] = value
        suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
        owners = [f"{family}{suffix}" for family, kind in families.items() for suffix in suffixes[kind]]
        assert name in owners, line
    calls = '{service="iam",operation="ListRoles",code=""}'
    assert float(samples["rolecall_calls_total", calls]) >= 1
    assert {"rolecall_records_lost_total", "rolecall_connections", "rolecall_issuers"} <= {name for name, _ in samples}



def as_json(service, name, parameters, credentials=None, api="sts", accept="application/json"):
    answer = wire.call(
        service, name, parameters, credentials, api=api, change=lambda headers: headers | {"Accept": accept}
    )
    assert answer.headers["content-type"] == "application/json", answer.text
    return answer.status, json.loads(answer.text)


def test_answers_in_json(service, account):
    """`Accept: application/json`, as hand-written clients of the Query protocol ask for it."""
    status, answer = as_json(service, "GetCallerIdentity", {}, account.root)
    inner = answer["GetCallerIdentityResponse"]
    assert status == 200 and inner["ResponseMetadata"]["RequestId"]
    assert inner["GetCallerIdentityResult"]["Arn"] == "arn:aws:iam::111122223333:root"
    status, answer = as_json(service, "GetRole", {"RoleName": "nobody"}, account.root, "iam", "text/html, application/json;q=0.9")
    assert (status, answer["Error"]["Code"], answer["Error"]["Type"]) == (404, "NoSuchEntity", "Sender")
    status, answer = as_json(service, "ListUsers", {"MaxItems": "1"}, account.root, "iam")
    assert isinstance(answer["ListUsersResponse"]["ListUsersResult"]["Users"], list)


def test_answers_in_xml(service, account):
    for accept in ("*/*", "application/xml", "application/jsonp"):
        answer = wire.call(
            service, "GetCallerIdentity", {}, account.root, change=lambda headers: headers | {"Accept": accept}
        )
        assert answer.headers["content-type"] == "text/xml" and answer.element("Arn"), accept


NOT_OFFERED = {
    "CreateVirtualMFADevice": {"VirtualMFADeviceName": "x"},
    "CreateSAMLProvider": {"SAMLMetadataDocument": "x" * 1000, "Name": "x"},
    "UploadServerCertificate": {"ServerCertificateName": "x", "CertificateBody": "x", "PrivateKey": "x"},
    "UploadSSHPublicKey": {"UserName": "x", "SSHPublicKeyBody": "x"},
}


@pytest.mark.parametrize("operation, parameters", NOT_OFFERED.items(), ids=NOT_OFFERED)
def test_operations_of_iam_that_are_not_offered(service, account, operation, parameters):
    """They are known by name, need a valid signature like any other, and are no internal error."""
    answer = wire.call(service, operation, parameters, account.root, api="iam", recorded=False)
    assert (answer.status, answer.code) == (400, "InvalidAction"), answer.text
    stranger = Credentials("AKIAIOSFODNN7EXAMPLE", "x")
    assert wire.call(service, operation, parameters, stranger, api="iam", recorded=False).status in (400, 403)


def test_operations_that_are_none(service, account):
    for name in ("GetEverything", "getrole"):
        answer = wire.call(service, name, {}, account.root, api="iam", recorded=False)
        sentence = f"Could not find operation {name} for version 2010-05-08"
        assert answer.refusal == (400, "InvalidAction", sentence), answer.text
    answer = wire.call(service, "GetEverything", {}, account.root, recorded=False)
    assert answer.status == 403 and "Unable to determine service/operation name" in answer.text, answer.text
