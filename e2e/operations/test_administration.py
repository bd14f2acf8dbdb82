"""rolecall's own operations, by boto3 with a model of them: success, and every error that is declared."""

import administration
import declared
import pytest
from conftest import outcome

from rigs.account import federated
from rigs.service import OTHER


def test_clusters(admin, root):
    issuer = "https://oidc.example.com/id/1"
    admin.register_cluster(Name="registered", Issuer=issuer, Endpoint="https://10.0.0.1")
    assert {"Name": "registered", "Issuer": issuer} in admin.list_registered_clusters()["Clusters"]
    assert root.eks.describe_cluster(name="registered")["cluster"]["endpoint"] == "https://10.0.0.1"
    admin.remove_cluster(Name="registered")
    assert outcome(admin, "RemoveCluster", {"Name": "registered"}) == (
        400,
        "ResourceNotFoundException",
        "No cluster found for name: registered.",
    )
    assert outcome(admin, "RegisterCluster", {"Name": "x", "Issuer": "ftp://x"}) == (
        400,
        "InvalidParameterException",
        "Issuer URL is invalid: ftp://x",
    )


def test_a_cluster_with_too_much_on_it(folder, service, at_quotas):
    operations = [one for one in declared.operations() if one.service == "rolecall"]
    import called

    theirs = called.watch(administration.client(folder, service, at_quotas.credentials, operations))
    assert outcome(theirs, "RemoveCluster", {"Name": "cluster-0"})[:2] == (400, "ResourceInUseException")


def test_a_refusal_is_diagnosed(admin, account, sts, service):
    url = f"{service.url}/issuer/asked"
    provider = account.provider(url)
    subject = {f"{url.split('://')[1]}:sub": "alice"}
    role = account.role("asked", federated(provider, StringEquals=subject))
    token = admin.mint_token(Issuer="asked", Subject="mallory", Audience=["sts.amazonaws.com"])["Token"]
    asked = {"RoleArn": role, "RoleSessionName": "one", "WebIdentityToken": token}
    assert outcome(sts, "AssumeRoleWithWebIdentity", asked)[1] == "AccessDenied"
    events = [record for record in service.records() if record["eventName"] == "AssumeRoleWithWebIdentity"]
    answer = admin.diagnose_event(EventId=events[-1]["requestID"])
    assert answer["EventId"] == events[-1]["eventID"]
    assert outcome(admin, "DiagnoseEvent", {"EventId": "never-was"})[:2] == (400, "ResourceNotFoundException")


@pytest.mark.parametrize("keys", ["sessions", "issuer"])
def test_keys_rotate(admin, keys):
    admin.rotate_keys(Keys=keys)


def test_sessions_end(admin, root):
    admin.revoke_sessions()


def test_what_acts_on_every_account_is_for_the_first_alone(folder, service, as_root):
    operations = [one for one in declared.operations() if one.service == "rolecall"]
    theirs = administration.client(folder, service, as_root(OTHER).credentials, operations)
    for operation, parameters in (("RevokeSessions", {}), ("RotateKeys", {"Keys": "sessions"})):
        status, code, sentence = outcome(theirs, operation, parameters)
        assert (status, code) == (400, "AccessDeniedException"), sentence
        assert "acts on every account of this service" in sentence
