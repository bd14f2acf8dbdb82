"""What the tests of EKS, CloudTrail and trails share: a service that delivers its record, rolecall's own commands, tokens."""

import json
import os

import pytest

from rigs import clients, ledger
from rigs.account import Account
from rigs.service import ACCOUNT, OTHER, Service

CLI = clients.CLIS["awscli-2"]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("eks")


@pytest.fixture(scope="session")
def delivered(folder):
    return folder / "delivered"


@pytest.fixture(scope="session")
def service(folder, delivered):
    arguments = ("--allow-local-issuers", "--trail-out", str(delivered), "--log", "off")
    service = Service(folder / "service", *arguments, accounts=(ACCOUNT, OTHER)).start()
    yield service
    service.kill()


@pytest.fixture(scope="session")
def account(service):
    return Account(service)


@pytest.fixture(scope="session")
def environment(service, account):
    return clients.environment(service, account.root)


@pytest.fixture(scope="session")
def rolecall(environment):
    """Runs a command of rolecall and gives what it printed."""

    def run(*arguments, fails=False):
        return clients.run([os.environ["ROLECALL_BIN"], *arguments], environment, fails)

    return run


@pytest.fixture(scope="session")
def aws(environment):
    """Runs the AWS CLI and gives its JSON."""

    def run(*arguments):
        return clients.cli_json(CLI, environment, *arguments)

    return run


@pytest.fixture(scope="session")
def refused(environment):
    """Runs the AWS CLI, which must fail, and gives what it said."""

    def run(*arguments):
        return clients.cli(CLI, environment, *arguments, fails=True)

    return run


@pytest.fixture(scope="session")
def mint(rolecall):
    """A token of the service's own issuer."""

    def run(issuer, subject, audience="sts.amazonaws.com", **claims):
        given = [part for name, value in claims.items() for part in ("--claim", f"{name}={json.dumps(value)}")]
        return ledger.token(
            rolecall("token", "mint", "--issuer", issuer, "--sub", subject, "--aud", audience, *given)
        )

    return run


@pytest.fixture(scope="session")
def web(service, account, mint):
    """A role for `system:serviceaccount:shop:web` of the issuer `web`; the provider, and tokens for and not for it."""
    url = f"{service.url}/issuer/web"
    provider = account.provider(url)
    name = url.split("://")[1]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{name}:sub": "system:serviceaccount:shop:web"}},
    }
    role = account.role("web", statement)
    tokens = {who: mint("web", f"system:serviceaccount:shop:{who}") for who in ("web", "other")}
    return {"role": role, "provider": provider, "statement": statement, "name": name} | tokens
