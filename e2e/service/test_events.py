"""A refusal that is asked about: `rolecall diagnose --event` for whoever may, `--explain-denials` for the caller itself."""

import json
import os
import subprocess

import pytest

from rigs import clients, forge, wire
from rigs.account import Account, allow, federated

DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


@pytest.fixture(scope="module")
def told(issuer, key):
    """The URL of an issuer whose tokens the test signs itself."""
    return issuer.serve("/events", [forge.public(key)])


@pytest.fixture(scope="module")
def asked_for(account, told):
    """A role that wants another subject than the one that comes."""
    provider = account.provider(told)
    return account.role("events", federated(provider, StringEquals={f"{told.split('://')[1]}:sub": "alice"}))


def exchange(service, role, token):
    parameters = {"RoleArn": role, "RoleSessionName": "e2e", "WebIdentityToken": token}
    return wire.call(service, "AssumeRoleWithWebIdentity", parameters)


@pytest.fixture(scope="module")
def refused(service, told, key, asked_for):
    """A refusal: its request id, its event id, and the token that was shown."""
    token = forge.signed(key, {}, forge.claims(told, sub="bob"))
    answer = exchange(service, asked_for, token)
    assert answer.refusal == (403, "AccessDenied", DENIED), "the caller sees AWS's sentence and no more"
    (record,) = [record for record in service.records() if record["requestID"] == answer.request_id]
    return answer.request_id, record["eventID"], token


def diagnose(service, credentials, event, *arguments):
    command = [os.environ["ROLECALL_BIN"], "diagnose", "--event", event, *arguments]
    environment = clients.environment(service, credentials)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("which", ["request", "event"])
def test_by_either_id(service, account, refused, which):
    request_id, event_id, token = refused
    done = diagnose(service, account.root, request_id if which == "request" else event_id, "--format", "json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    first = report["findings"][0]
    assert (report["conclusion"], first["cause"], first["certainty"]) == ("refused", "trust.subject-mismatch", "certain")
    places = {place["document"]: place["line"] for place in first["places"]}
    assert places["role.json"] > 1 and places["token.claims.json"] > 1, "statement and claim, each with its line"
    assert first["fixes"][0]["safety"] == "safe"
    assert token.rsplit(".", 1)[1] not in done.stdout + done.stderr


def test_permission_for_it_is_needed(service, account, refused):
    request_id, _, _ = refused
    stranger = account.user("events-stranger", allow("iam:*"))
    done = diagnose(service, stranger, request_id)
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert "AccessDenied" in done.stderr and "rolecall:DiagnoseEvent" in done.stderr, done.stderr
    permitted = account.user("events-reader", allow("rolecall:DiagnoseEvent"))
    assert diagnose(service, permitted, request_id).returncode == 1


def test_another_accounts_event_is_not_there(service, other, refused):
    for event in refused[:2]:
        done = diagnose(service, other.root, event)
        assert (done.returncode, done.stdout) == (2, ""), done.stdout
        assert "ResourceNotFound" in done.stderr and event in done.stderr, done.stderr


def test_an_event_that_never_was(service, account):
    done = diagnose(service, account.root, "00000000-0000-4000-8000-000000000000")
    assert (done.returncode, done.stdout) == (2, "") and "ResourceNotFound" in done.stderr, done.stderr


def test_a_refusal_before_the_signature_passed_is_kept_too(service, account, asked_for, key):
    """The person who looks after the account may ask; the caller is told nothing but AWS's sentence."""
    answer = exchange(service, asked_for, forge.signed(key, {}, forge.claims("https://idp.example.com", sub="bob")))
    assert answer.code == "InvalidIdentityToken"
    done = diagnose(service, account.root, answer.request_id, "--format", "json")
    assert json.loads(done.stdout)["findings"][0]["cause"] == "provider.missing", done.stdout + done.stderr


@pytest.fixture(scope="module")
def explaining(services):
    return services("explaining", "--explain-denials", "--allow-local-issuers")


def test_denials_explained(explaining, told, key):
    account = Account(explaining)
    provider = account.provider(told)
    role = account.role("events", federated(provider, StringEquals={f"{told.split('://')[1]}:sub": "alice"}))
    answer = exchange(explaining, role, forge.signed(key, {}, forge.claims(told, sub="bob")))
    status, code, sentence = answer.refusal
    assert (status, code) == (403, "AccessDenied")
    assert sentence.startswith(f"{DENIED} (trust.subject-mismatch: ") and "bob" in sentence, sentence
    honest = exchange(explaining, role, forge.signed(key, {}, forge.claims(told, sub="alice")))
    assert honest.status == 200


def test_nothing_is_explained_before_the_signature_passed(explaining, told, key):
    """Who cannot prove whose token it is learns nothing about the role."""
    role = "arn:aws:iam::111122223333:role/events"
    stranger = forge.new_key("RS256", key["kid"])
    claims = forge.claims(told, sub="bob")
    tokens = {
        "another key": forge.signed(stranger, {}, claims),
        "an issuer that is not registered": forge.signed(key, {}, forge.claims("https://idp.example.com", sub="bob")),
        "another audience": forge.signed(key, {}, forge.claims(told, sub="bob", aud="elsewhere")),
    }
    for what, token in tokens.items():
        sentence = exchange(explaining, role, token).refusal[2]
        assert "trust." not in sentence and "alice" not in sentence and "(" not in sentence, (what, sentence)


def test_denials_are_explained_on_loopback_alone(tmp_path):
    command = [os.environ["ROLECALL_BIN"], "serve", "--explain-denials", "--listen", "0.0.0.0:0", "--tls-self-made"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=tmp_path)
    assert done.returncode == 2 and "may not be explained" in done.stderr and "127.0.0.1" in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_demo(tmp_path):
    """From the 403 to the role assumed, on a port of its own, without a file; it takes five seconds at most by its own word."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [os.environ["ROLECALL_BIN"], "demo"], env=environment, capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    steps = [
        DENIED,
        "error[trust.wildcard-in-equals]",
        "fix 1 (safe)",
        "assumed-role/payments-api/api",
        "AssumeRoleWithWebIdentity  AccessDenied",
        "AssumeRoleWithWebIdentity  granted",
        "What to try next",
    ]
    places = [done.stdout.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), done.stdout
    seconds = float(done.stdout.split("done in ")[1].split(" s")[0])
    assert seconds < 5, seconds
    assert not list(tmp_path.iterdir())
