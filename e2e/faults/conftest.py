"""What the tests of faults share: a service for each module, an account with a role that tokens of its own issuer may assume."""

import time

import pytest

from rigs import clients, ledger
from rigs.account import ALL, Account, federated
from rigs.service import Service, records


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def start(run_folder, request):
    """Starts services that end with their module."""
    started = []

    def start(name, *arguments, folder=None, **more):
        service = Service(folder or run_folder / name, "--allow-local-issuers", *arguments, **more).start()
        started.append(service)
        return service

    yield start
    for service in started:
        service.kill()


class World:
    """A service's account with a role, a user, and a token of the service's own issuer."""

    def __init__(self, service):
        self.service, self.account = service, Account(service)
        self.root = self.account.root
        self.provider = self.account.provider(f"{service.url}/issuer")
        self.role = self.account.role("web", federated(self.provider), policy=ALL)
        self.user = self.account.user("keeper", ALL)
        self.token = self.mint()

    def mint(self, *arguments, subject="alice"):
        """A token of the service's own issuer, as soon as that has its keys."""
        command = [clients.os.environ["ROLECALL_BIN"], "token", "mint", "--sub", subject, *arguments]
        deadline = time.monotonic() + 60
        while True:
            try:
                return ledger.token(clients.run(command, clients.environment(self.service, self.root)).strip())
            except AssertionError as error:
                if "still being made" not in str(error) or time.monotonic() > deadline:
                    raise

    def parameters(self, token=None, session="e2e"):
        """Those of an exchange."""
        return {"RoleArn": self.role, "RoleSessionName": session, "WebIdentityToken": token or self.token}


@pytest.fixture(scope="session")
def make_world():
    return World


@pytest.fixture(scope="session")
def recorded():
    """Request ids of everything that is on the record of a service."""
    return lambda service: {record["requestID"] for record in records(service.data)}
