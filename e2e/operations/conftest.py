"""What the tests of operations share: a service with an account to play with, a second one, and one at its quotas."""

import types

import administration
import botocore.exceptions
import called
import declared
import full
import pytest

from rigs import clients, forge
from rigs.account import Account
from rigs.service import ACCOUNT, OTHER, Service


def pytest_collection_modifyitems(items):
    """What looks over the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_whole.py")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("operations")


@pytest.fixture(scope="session")
def service(folder):
    arguments = ("--allow-local-issuers", "--log", "off", "--import", str(full.write(folder / "full")))
    service = Service(folder / "service", *arguments, accounts=(ACCOUNT, OTHER, full.ACCOUNT)).start()
    yield service
    service.kill()


@pytest.fixture(scope="session")
def as_root(service):
    """Clients of an account's root by the names of SDKs, every call of which is counted."""

    def of(account):
        root = service.root(account)
        apis = {name.replace("-", "_"): called.watch(clients.sdk(service, name, root)) for name in APIS}
        return types.SimpleNamespace(id=account, credentials=root, **apis)

    return of


APIS = ("iam", "sts", "eks", "eks-auth", "cloudtrail")


@pytest.fixture(scope="session")
def root(as_root):
    return as_root(ACCOUNT)


@pytest.fixture(scope="session")
def other(as_root):
    return as_root(OTHER)


@pytest.fixture(scope="session")
def at_quotas(as_root):
    return as_root(full.ACCOUNT)


@pytest.fixture(scope="session")
def admin(folder, service, root):
    """Administration as boto3 sees it, by root of the first account."""
    operations = [one for one in declared.operations() if one.service == "rolecall"]
    return called.watch(administration.client(folder, service, root.credentials, operations))


@pytest.fixture(scope="session")
def sts(service):
    """STS without a signature, as every exchange is."""
    return called.watch(clients.sdk(service, "sts"))


@pytest.fixture(scope="session")
def account(service, root):
    account = Account(service)
    account.iam = root.iam
    return account


@pytest.fixture(scope="session")
def user_clients(service, account):
    """Clients of a new user, by name and policy."""

    def of(name, policy=None):
        keys = account.user(name, policy)
        apis = {api.replace("-", "_"): called.watch(clients.sdk(service, api, keys)) for api in APIS}
        return types.SimpleNamespace(credentials=keys, **apis)

    return of


@pytest.fixture(scope="session")
def key():
    return forge.new_key("RS256", "told")


def outcome(client, operation, parameters):
    """Status, code and sentence of a refusal; the answer itself where there was none."""
    try:
        return client._make_api_call(operation, parameters)
    except botocore.exceptions.ClientError as error:
        response = error.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]
