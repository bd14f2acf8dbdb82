"""The data folder: what was acknowledged is there after a stop, after a kill, and for nobody without the key."""

import base64
import os
import signal
import subprocess
import threading
import time

import pytest

from rigs import clients, forge, ledger, wire
from rigs.account import ALL, Account, federated
from rigs.credentials import Credentials
from rigs.issuer import Issuer
from rigs.service import Service

ROLECALL = os.environ["ROLECALL_BIN"]


@pytest.fixture(scope="module")
def service(services):
    return services("persistent", "--allow-local-issuers")


@pytest.fixture(scope="module")
def world(service):
    """Everything that must survive: a user's keys, a session, a token of the service's own issuer, a provider, a role."""
    account = Account(service)
    mint = [ROLECALL, "token", "mint", "--sub", "alice"]
    token = ledger.token(clients.run(mint, clients.environment(service, account.root)))
    role = account.role(
        "web", federated(account.provider(f"{service.url}/issuer")), policy=ALL, Tags=[{"Key": "a", "Value": "b"}]
    )
    return {
        "user": account.user("keeper", ALL),
        "session": account.session(role, token),
        "root": account.root,
        "role": role,
        "token": token,
    }


def check(service, world):
    for name in ("user", "session", "root"):
        assert wire.call(service, "GetCallerIdentity", {}, world[name]).status == 200, name
    account = Account(service)
    assert account.root == world["root"]
    role = account.iam.get_role(RoleName="web")["Role"]
    assert role["Tags"] == [{"Key": "a", "Value": "b"}] and role["AssumeRolePolicyDocument"]["Statement"]
    account.session(world["role"], world["token"])


def test_a_restart(service, world):
    check(service, world)
    assert service.stop() == 0
    service.start()
    check(service, world)


def test_a_kill(service, world):
    """SIGKILL in the middle of writes: every user whose creation was answered is there, and so is its record."""
    credentials, acknowledged = world["root"], {}

    def create(thread):
        number = 0
        while True:
            name = f"killed-{thread}-{number}"
            try:
                answer = wire.call(service, "CreateUser", {"UserName": name}, credentials, api="iam")
            except (OSError, wire.http.client.HTTPException):
                return
            assert answer.status == 200
            acknowledged[name] = answer.request_id
            number += 1

    threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(acknowledged) < 40 and time.monotonic() < deadline:
        time.sleep(0.01)
    service.kill()
    for thread in threads:
        thread.join()
    assert len(acknowledged) >= 40
    service.start()
    check(service, world)
    pages = Account(service).iam.get_paginator("list_users").paginate()
    users = {user["UserName"] for page in pages for user in page["Users"]}
    assert set(acknowledged) <= users
    recorded = {record["requestID"] for record in service.records()}
    assert set(acknowledged.values()) <= recorded


def test_a_call_in_progress_ends_before_the_service_does(service, world):
    """SIGTERM while an exchange waits for its issuer: it is answered, and nobody new is let in."""
    issuer, key, account = Issuer(), forge.new_key("ES256", "told"), Account(service)
    url = issuer.serve("/slow", [forge.public(key)])
    issuer.slow("/slow/keys", 3)
    role = account.role("slow", federated(account.provider(url)))
    parameters = {
        "RoleArn": role,
        "RoleSessionName": "e2e",
        "WebIdentityToken": forge.signed(key, {}, forge.claims(url)),
    }
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(wire.call(service, "AssumeRoleWithWebIdentity", parameters))
    )
    waiting.start()
    deadline = time.monotonic() + 30
    while not issuer.count("/slow/keys") and time.monotonic() < deadline:
        time.sleep(0.01)
    service.process.send_signal(signal.SIGTERM)
    waiting.join()
    assert answers[0].status == 200, answers[0].text
    for name in ("SecretAccessKey", "SessionToken"):
        ledger.secret(name, answers[0].element(name))
    assert service.process.wait(30) == 0
    with pytest.raises(ConnectionRefusedError):
        wire.send(service, "GET", "/healthz")
    service.start()


def test_one_process_at_a_time(service, world):
    other = [ROLECALL, "serve", "--listen", "127.0.0.1:0", "--data", str(service.data), "--log", "off"]
    done = subprocess.run(other, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and str(service.data) in done.stderr, done.stderr
    check(service, world)


def test_files_are_for_their_owner_alone(service, world):
    key_file = service.data.with_name("data.key")
    modes = {
        file: file.stat().st_mode & 0o777 for file in (service.data, service.data / "root-credentials", key_file)
    }
    assert modes == {service.data: 0o700, service.data / "root-credentials": 0o600, key_file: 0o600}
    loose = [file for file in service.data.rglob("*") if file.stat().st_mode & 0o077]
    assert not loose or all(service.data in file.parents for file in loose)


def test_without_its_key_the_folder_says_nothing(service, world):
    """Refused with the reason, and nothing is overwritten."""
    assert service.stop() == 0
    key_file = service.data.with_name("data.key")
    kept = key_file.read_bytes()
    key_file.unlink()
    before = {file: file.read_bytes() for file in service.data.rglob("*") if file.is_file()}
    other = base64.b64encode(bytes(32)) + b"\n"
    # Gone; another key; the right one, but for everyone to read.
    for content, mode, words in (
        (None, 0, "missing"),
        (other, 0o600, "does not open this data folder"),
        (kept, 0o644, "may be read by others"),
    ):
        if content:
            key_file.write_bytes(content)
            key_file.chmod(mode)
        done = subprocess.run(service.command(), capture_output=True, text=True, timeout=60)
        assert done.returncode not in (0, None) and done.stderr.count(words) == 1, done.stderr
        assert content or not key_file.exists(), "no new key is made beside data"
        key_file.unlink(missing_ok=True)
    key_file.write_bytes(kept)
    key_file.chmod(0o600)
    changed = [
        file for file, text in before.items() if file.suffix != ".redb" and not file.read_bytes().startswith(text)
    ]
    assert not changed
    service.start()
    check(service, world)


def test_credentials_and_key_of_the_environment(run_folder):
    master, secret = base64.b64encode(os.urandom(32)).decode(), base64.b64encode(os.urandom(30)).decode()
    environment = {
        "ROLECALL_ROOT_ACCESS_KEY_ID": "AKIAROOTOFTHEENVIRON",
        "ROLECALL_ROOT_SECRET_ACCESS_KEY": secret,
        "ROLECALL_MASTER_KEY": master,
    }
    service = Service(run_folder / "by-environment", environment=environment).start()
    try:
        ledger.secret("the master key", master)
        ledger.secret("the root's secret of the environment", secret)
        root = Credentials("AKIAROOTOFTHEENVIRON", secret)
        assert wire.call(service, "GetCallerIdentity", {}, root).element("Arn") == "arn:aws:iam::111122223333:root"
        assert not (service.data / "root-credentials").exists()
        assert not service.data.with_name("data.key").exists()
        assert service.stop() == 0
    finally:
        service.kill()
