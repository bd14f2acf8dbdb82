"""What the tests of the service share: services that run, the OIDC provider, an account with a role to assume."""

import pytest

from rigs import forge
from rigs.account import ALL, Account, federated
from rigs.issuer import Issuer
from rigs.provider import Provider
from rigs.service import ACCOUNT, OTHER, Service


def pytest_collection_modifyitems(items):
    """What looks over the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_traces.py")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def services(run_folder):
    """Starts services; all of them are ended with the run. `.started` has them."""
    started = []

    def start(name, *arguments, **more):
        service = Service(run_folder / name, *arguments, **more).start()
        started.append(service)
        return service

    start.started = started
    yield start
    for service in started:
        service.kill()


@pytest.fixture(scope="session")
def service(services):
    """The one that most tests call: two accounts, a data folder, issuers on this machine."""
    return services("service", "--allow-local-issuers", accounts=(ACCOUNT, OTHER))


@pytest.fixture(scope="session")
def account(service):
    return Account(service)


@pytest.fixture(scope="session")
def other(service):
    return Account(service, OTHER)


@pytest.fixture(scope="session")
def provider(run_folder):
    """The certified OpenID Provider, with a path in its issuer as EKS has one."""
    provider = Provider(run_folder / "oidc", "/id/EXAMPLE")
    yield provider
    provider.down()


@pytest.fixture(scope="session")
def registered(account, provider):
    """The OpenID Provider, registered by its thumbprint; its ARN."""
    return account.provider(
        provider.issuer, provider.thumbprint(), client_ids=["sts.amazonaws.com", "web-app", "web-app+es256"]
    )


@pytest.fixture(scope="session")
def role(account, provider, registered):
    """A role for the subject `alice`, with every permission."""
    condition = {f"{provider.name}:sub": "alice"}
    return account.role("web", federated(registered, StringEquals=condition), policy=ALL)


@pytest.fixture(scope="session")
def token(provider, registered):
    """An honest token of alice's."""
    return provider.token("alice")


@pytest.fixture
def token_file(token, tmp_path):
    file = tmp_path / "token"
    file.write_text(token)
    return file


@pytest.fixture(scope="module")
def issuer():
    """An issuer that does as it is told, on loopback without TLS."""
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="session")
def key():
    """A private key whose public half the told issuers publish."""
    return forge.new_key("RS256", "told")
