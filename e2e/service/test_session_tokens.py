"""GetSessionToken and GetFederationToken: who may ask, for how long, and what the credentials are good for."""

import datetime

import pytest

from rigs import clients, wire
from rigs.account import ALL, allow, trusts
from rigs.credentials import Credentials
from rigs.service import ACCOUNT

INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
ANYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.fixture(scope="module")
def carol(account):
    return account.user("carol", ALL)


def sts(account, credentials):
    return clients.sdk(account.service, "sts", credentials)


def seconds(answer):
    return (answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)).total_seconds()


def test_how_long_they_last(account, carol):
    table = (
        (carol, {}, 43_200),
        (carol, {"DurationSeconds": 900}, 900),
        (carol, {"DurationSeconds": 129_600}, 129_600),
        (account.root, {}, 3600),
        (account.root, {"DurationSeconds": 7200}, 3600),
    )
    for credentials, more, expected in table:
        for ask in (
            lambda: sts(account, credentials).get_session_token(**more),
            lambda: sts(account, credentials).get_federation_token(Name="visitor", Policy=ANYTHING, **more),
        ):
            answer = ask()
            Credentials.issued(answer)
            assert abs(seconds(answer) - expected) < 60
    for wrong in (899, 129_601):
        assert (
            clients.refusal(lambda: sts(account, carol).get_session_token(DurationSeconds=wrong))[1]
            == "ValidationError"
        )


def test_only_long_term_credentials_may_ask(account, carol):
    role = account.role("asker", trusts(ACCOUNT), policy=ALL)
    sessions = [account.assume(carol, role), Credentials.issued(sts(account, carol).get_session_token())]
    for session in sessions:
        for name, more in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "visitor"})):
            refused = wire.call(account.service, name, more, session).refusal
            assert refused == (403, "AccessDenied", f"Cannot call {name} with session credentials")


def test_a_session_of_a_user_is_the_user(account, carol):
    session = Credentials.issued(sts(account, carol).get_session_token())
    assert session.id.startswith("ASIA")
    assert sts(account, session).get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/carol"
    role = account.role("reachable", trusts(ACCOUNT))
    assert account.assume(session, role).token
    assert wire.call(account.service, "ListUsers", {}, session, api="iam").refusal == INVALID
    assert wire.call(account.service, "GetAccessKeyInfo", {"AccessKeyId": carol.id}, session).refusal == INVALID
    chained = (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
    assert (
        clients.refusal(
            lambda: sts(account, session).assume_role(RoleArn=role, RoleSessionName="e2e", DurationSeconds=3601)
        )
        == chained
    )


def test_a_federated_user(account, carol):
    answer = sts(account, carol).get_federation_token(Name="visitor", Policy=ANYTHING)
    assert answer["FederatedUser"] == {
        "FederatedUserId": "111122223333:visitor",
        "Arn": "arn:aws:sts::111122223333:federated-user/visitor",
    }
    assert answer["PackedPolicySize"] >= 0
    session = Credentials.issued(answer)
    identity = sts(account, session).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (
        "111122223333:visitor",
        "arn:aws:sts::111122223333:federated-user/visitor",
    )
    assert wire.call(account.service, "ListUsers", {}, session, api="iam").refusal == INVALID
    role = account.role("unreachable", trusts(ACCOUNT))
    assert clients.refusal(lambda: sts(account, session).assume_role(RoleArn=role, RoleSessionName="e2e")) == INVALID


def test_federation_tokens_need_permission(account):
    dave = account.user("dave", allow("iam:List*"))
    assert sts(account, dave).get_session_token()["Credentials"]
    sentence = "User: arn:aws:iam::111122223333:user/dave is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::111122223333:federated-user/visitor because no identity-based policy allows the sts:GetFederationToken action"
    assert clients.refusal(lambda: sts(account, dave).get_federation_token(Name="visitor")) == (
        403,
        "AccessDenied",
        sentence,
    )


def test_codes_of_mfa_are_refused(account, carol):
    """No account of the service has MFA devices."""
    refused = clients.refusal(
        lambda: sts(account, carol).get_session_token(
            SerialNumber="arn:aws:iam::111122223333:mfa/carol", TokenCode="123456"
        )
    )
    assert refused == (
        403,
        "AccessDenied",
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    )


def test_what_a_user_loses_its_sessions_lose(account):
    eve = account.user("eve", ALL)
    session = Credentials.issued(sts(account, eve).get_session_token())
    role = account.role("delegated-to-eve", trusts(ACCOUNT))
    assert account.assume(session, role).token
    account.iam.delete_user_policy(UserName="eve", PolicyName="may")
    assert (
        clients.refusal(lambda: sts(account, session).assume_role(RoleArn=role, RoleSessionName="e2e"))[1]
        == "AccessDenied"
    )
    account.iam.delete_access_key(UserName="eve", AccessKeyId=eve.id)
    account.iam.delete_user(UserName="eve")
    assert wire.call(account.service, "GetCallerIdentity", {}, session).refusal == INVALID
