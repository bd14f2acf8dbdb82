"""The service's own administration by rolecall's commands: keys rotated and revoked, tokens minted, also over TLS."""

import os
import subprocess

import pytest

from rigs import clients, wire
from rigs.account import ALL, Account, allow, federated
from rigs.credentials import Credentials


def rolecall(service, credentials, *arguments, **more):
    environment = clients.environment(service, credentials) | more
    command = [os.environ["ROLECALL_BIN"], *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def administered(services):
    """A service of its own, since revoking ends the sessions of all."""
    return services("administered", "--allow-local-issuers")


@pytest.fixture(scope="module")
def root(administered):
    return Account(administered)


@pytest.fixture(scope="module")
def role(root):
    service = root.service
    provider = root.provider(f"{service.url}/issuer")
    return root.role("minted", federated(provider), policy=ALL)


def mint(service, credentials):
    done = rolecall(service, credentials, "token", "mint", "--sub", "alice")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refusal(service, credentials):
    return wire.call(service, "GetCallerIdentity", {}, credentials).refusal


def test_tokens_outlive_a_rotation(root, role):
    service = root.service
    before = mint(service, root.root)
    assert rolecall(service, root.root, "keys", "rotate", "issuer").returncode == 0
    after = mint(service, root.root)
    key_ids = {token.split(".")[0] for token in (before, after)}
    assert len(key_ids) == 2, "the newest key signs"
    for token in (before, after):
        assert root.session(role, token)


def test_sessions_outlive_a_rotation_and_end_when_they_are_revoked(root, role):
    service = root.service
    session = root.session(role, mint(service, root.root))
    assert rolecall(service, root.root, "keys", "rotate", "sessions").returncode == 0
    assert refusal(service, session) == (200, None, None)
    done = rolecall(service, root.root, "keys", "revoke-sessions")
    assert (done.returncode, done.stdout) == (0, "") and "has ended" in done.stderr
    assert refusal(service, session)[:2] == (403, "InvalidClientTokenId")
    assert refusal(service, root.session(role, mint(service, root.root))) == (200, None, None)
    assert refusal(service, root.root) == (200, None, None), "access keys are no sessions"


ACTIONS = {
    "rolecall:RotateKeys": ["keys", "rotate", "sessions"],
    "rolecall:RevokeSessions": ["keys", "revoke-sessions"],
    "rolecall:MintToken": ["token", "mint", "--sub", "alice"],
}


@pytest.mark.parametrize("action, arguments", ACTIONS.items(), ids=ACTIONS)
def test_each_needs_its_own_permission(root, action, arguments):
    others = [other for other in ACTIONS if other != action]
    name = action.partition(":")[2]
    refused = rolecall(root.service, root.user(f"not-{name}", allow([*others, "iam:*"])), *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "AccessDenied" in refused.stderr and action in refused.stderr, refused.stderr
    assert rolecall(root.service, root.user(f"may-{name}", allow(action)), *arguments).returncode == 0


def test_over_tls(services):
    """AWS_CA_BUNDLE is believed, as by the AWS CLI; without it the sentence says what to do."""
    service = services("administered-tls", tls=True)
    credentials = service.root()
    commands = (["token", "mint", "--sub", "alice"], ["keys", "rotate", "issuer"], ["whoami", "--ask"])
    for arguments in commands:
        done = rolecall(service, credentials, *arguments, SSL_CERT_FILE="")
        assert done.returncode == 0, (arguments, done.stderr)
        bare = rolecall(service, credentials, *arguments, AWS_CA_BUNDLE="", SSL_CERT_FILE="")
        assert bare.returncode in (2, 3), (arguments, bare.stderr)
        assert "certificate" in bare.stderr and "AWS_CA_BUNDLE" in bare.stderr, (arguments, bare.stderr)
    done = rolecall(service, credentials, "diagnose", "role/nobody", "--trail", "0", SSL_CERT_FILE="")
    assert (done.returncode, "role.not-found" in done.stdout) == (1, True), done.stdout + done.stderr
    done = rolecall(service, credentials, "token", "mint", "--sub", "x", AWS_CA_BUNDLE=os.devnull)
    assert done.returncode == 2 and "AWS_CA_BUNDLE names" in done.stderr and "panicked" not in done.stderr, done.stderr


def test_a_key_that_is_unknown(administered):
    """Whoever forgot the credentials learns where they are."""
    done = rolecall(administered, Credentials("AKIAIOSFODNN7EXAMPLE", "x"), "keys", "rotate", "issuer")
    assert done.returncode == 2 and "root-credentials" in done.stderr, done.stderr


def test_another_account_acts_on_itself_alone(account, other):
    service = account.service
    for arguments in (["token", "mint", "--sub", "alice"], ["keys", "rotate", "issuer"], ["keys", "revoke-sessions"]):
        done = rolecall(service, other.root, *arguments)
        assert done.returncode == 2, arguments
        assert "only callers of its first account" in done.stderr, done.stderr
    assert mint(service, account.root)
