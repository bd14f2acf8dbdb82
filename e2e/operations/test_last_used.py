"""When a role and a key were last used: known at once, and kept over a restart, without a write for each use."""

import pytest

from rigs import clients, forge
from rigs.account import ALL, Account, federated
from rigs.issuer import Issuer
from rigs.service import Service


@pytest.fixture(scope="module")
def own(folder):
    """A service of its own, which is stopped and killed."""
    service = Service(folder / "last-used", "--allow-local-issuers", "--log", "off").start()
    yield service
    service.kill()


def used(account, role):
    return account.iam.get_role(RoleName=role)["Role"]["RoleLastUsed"]


def test_a_role(own, key):
    issuer = Issuer()
    url = issuer.serve("/used", [forge.public(key)])
    account = Account(own)
    subject = {f"{url.split('://')[1]}:sub": "alice"}
    role = account.role("used", federated(account.provider(url), StringEquals=subject), policy=ALL)
    account.role("unused", federated(account.provider("https://idp.example.com")))
    assert used(account, "used") == {}

    written = own.metric("rolecall_store_transactions_total")
    for number in range(50):
        account.exchange(role, forge.signed(key, {}, forge.claims(url, jti=str(number))))
    assert own.metric("rolecall_store_transactions_total") == written, "no use is a write"
    found = used(account, "used")
    assert found["Region"] == "us-east-1" and used(account, "unused") == {}

    session = account.session(role, forge.signed(key, {}, forge.claims(url)))
    clients.sdk(own, "eks", session, region="eu-west-1").list_clusters()
    services = services_of(account, role)
    assert services["eks"]["LastAuthenticatedRegion"] == "eu-west-1"
    assert services["eks"]["LastAuthenticatedEntity"] == role and services["eks"]["TotalAuthenticatedEntities"] == 1
    details = account.iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    last = {one["RoleName"]: one["RoleLastUsed"] for one in details}
    assert last["used"] == used(account, "used") and last["unused"] == {}
    assert "RoleLastUsed" not in account.iam.list_roles()["Roles"][0]

    assert own.stop() == 0
    own.start()
    account = Account(own)
    assert used(account, "used") == last["used"]
    assert services_of(account, role)["eks"]["LastAuthenticatedRegion"] == "eu-west-1"
    issuer.close()


def services_of(account, arn):
    job = account.iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    found = account.iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    return {one["ServiceNamespace"]: one for one in found}


def test_a_key(own):
    account = Account(own)
    keys = account.user("someone", ALL)
    clients.sdk(own, "sts", keys, region="eu-west-1").get_caller_identity()
    found = account.iam.get_access_key_last_used(AccessKeyId=keys.id)
    assert found["UserName"] == "someone"
    last = found["AccessKeyLastUsed"]
    assert (last["ServiceName"], last["Region"]) == ("sts", "eu-west-1") and last["LastUsedDate"]
    entities = account.iam.get_service_last_accessed_details_with_entities(
        JobId=account.iam.generate_service_last_accessed_details(Arn="arn:aws:iam::111122223333:user/someone")["JobId"],
        ServiceNamespace="sts",
    )["EntityDetailsList"]
    assert [one["EntityInfo"]["Name"] for one in entities] == ["someone"]
