"""The audit record: one for each call, granted or refused, shaped as CloudTrail's, on disk before the answer."""

import json

import pytest
from test_refusals import exchange, forged  # noqa: F401

from rigs import forge, ledger, wire
from rigs.account import ALL
from rigs.credentials import Credentials


def record(service, request_id):
    """The one record of a call, read from disk as soon as its answer is there."""
    found = [one for one in service.records() if one["requestID"] == request_id]
    assert len(found) == 1, f"{len(found)} records of {request_id}"
    return found[0]


def test_a_granted_exchange(service, exchange, forged, role, provider, registered):
    answer = exchange(forged(), DurationSeconds="900")
    one = record(service, answer.request_id)
    assert one["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{registered}:sts.amazonaws.com:alice",
        "userName": "alice",
        "identityProvider": registered,
    }
    assert (one["eventSource"], one["eventName"], one["awsRegion"]) == (
        "sts.amazonaws.com",
        "AssumeRoleWithWebIdentity",
        "us-east-1",
    )
    assert one["requestParameters"] == {"roleArn": role, "roleSessionName": "e2e", "durationSeconds": 900}
    response = one["responseElements"]
    assert response["credentials"]["accessKeyId"] == answer.element("AccessKeyId")
    assert "secretAccessKey" not in response["credentials"]
    assert response["subjectFromWebIdentityToken"] == "alice" and response["audience"] == "sts.amazonaws.com"
    assert one["additionalEventData"] == {"identityProviderConnectionVerificationMethod": "Thumbprint"}
    assert one["resources"] == [{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role}]
    assert one["readOnly"] is True and one["managementEvent"] is True and one["recipientAccountId"] == "111122223333"
    assert "errorCode" not in one and one["sourceIPAddress"] == "127.0.0.1"


def test_a_refused_exchange(service, exchange, forged, role, registered):
    """The caller's sentence does not stand in the trail, as in CloudTrail; the identity that was verified does."""
    one = record(service, exchange(forged(sub="bob")).request_id)
    assert (one["errorCode"], one["errorMessage"]) == ("AccessDenied", "An unknown error occurred")
    assert one["userIdentity"]["principalId"] == f"{registered}:sts.amazonaws.com:bob"
    assert one["requestParameters"] == {"roleArn": role, "roleSessionName": "e2e"} and one["responseElements"] is None


def test_what_nobody_vouched_for_is_no_identity(service, exchange, provider):
    stranger = forge.new_key("RS256", provider.private_key()["kid"])
    one = record(service, exchange(forge.signed(stranger, {}, forge.claims(provider.issuer, "root"))).request_id)
    assert one["errorCode"] == "InvalidIdentityToken" and "root" not in json.dumps(one["userIdentity"])


def test_signed_calls(service, account, role, token):
    session = account.session(role, token)
    answer = wire.call(service, "GetRole", {"RoleName": "web"}, session, api="iam", region="eu-west-1")
    one = record(service, answer.request_id)
    identity = one["userIdentity"]
    assert (identity["type"], identity["arn"]) == ("AssumedRole", "arn:aws:sts::111122223333:assumed-role/web/e2e")
    assert identity["accessKeyId"] == session.id and identity["accountId"] == "111122223333"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role
    assert one["eventSource"] == "iam.amazonaws.com" and one["awsRegion"] == "us-east-1", (
        "IAM is recorded in one region"
    )
    assert one["requestParameters"] == {"roleName": "web"}
    user = account.user("recorded", ALL)
    refused = wire.call(service, "GetUser", {"UserName": "nobody-of-this-name"}, user, api="iam")
    one = record(service, refused.request_id)
    assert one["errorCode"] == "NoSuchEntityException" and one["errorMessage"] == refused.refusal[2]
    assert one["userIdentity"]["type"] == "IAMUser" and one["userIdentity"]["userName"] == "recorded"


def test_calls_whose_signature_fails(service, account):
    user = account.user("forger")
    for credentials, code in (
        (Credentials(user.id, "0" * 40), "SignatureDoesNotMatch"),
        (Credentials("AKIAIOSFODNN7EXAMPLE", "x"), "InvalidClientTokenId"),
    ):
        one = record(service, wire.call(service, "ListUsers", {}, credentials, api="iam").request_id)
        assert one["errorCode"] == code and "accountId" not in one["userIdentity"]


def test_secret_parameters_are_hidden(service, account):
    password = "Correct-Horse-Battery-Staple-9"
    ledger.secret("a password", password)
    account.iam.create_user(UserName="with-password")
    answer = wire.call(
        service, "CreateLoginProfile", {"UserName": "with-password", "Password": password}, account.root, api="iam"
    )
    assert answer.status == 200, answer.text
    one = record(service, answer.request_id)
    assert one["requestParameters"]["userName"] == "with-password"
    assert one["requestParameters"].get("password") in (None, "HIDDEN_DUE_TO_SECURITY_REASONS")


@pytest.mark.parametrize("text", ['quo"te', "new\nline", "tab\t", "\u2028", "<script>", "\\"])
def test_what_a_stranger_writes_stays_one_line(service, exchange, forged, text):
    """A record is a line; nothing in a token, a parameter or a header makes it two."""
    answer = exchange(forged(sub=f"alice{text}", iss=None), RoleSessionName=f"e2e{text}")
    assert record(service, answer.request_id)["errorCode"]
    answer = exchange(forged(sub=f"alice{text}"))
    assert record(service, answer.request_id)["userIdentity"]["userName"] == f"alice{text}"


def test_metrics_count_calls(service, exchange, forged):
    name = 'rolecall_calls_total{service="sts",operation="AssumeRoleWithWebIdentity",code="AccessDenied"}'
    before = service.metric(name)
    exchange(forged(sub="bob"))
    assert service.metric(name) == before + 1
    assert "\n# EOF" in service.metrics()
