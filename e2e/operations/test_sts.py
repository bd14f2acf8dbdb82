"""STS: every operation with success, and every error that it declares."""

import json

import pytest
from conftest import outcome

from rigs import forge
from rigs.account import ALL, allow, federated, trusts
from rigs.credentials import Credentials
from rigs.issuer import Issuer
from rigs.service import ACCOUNT

NOT_JSON = (400, "MalformedPolicyDocument", "The policy is not in the valid JSON format.")
SYNTAX = (400, "MalformedPolicyDocument", "Syntax errors in policy.")
TOO_LARGE = (400, "PackedPolicyTooLarge", "Packed policy consumes 101% of allotted space, please use smaller policy.")


def policy_of(length):
    document = json.dumps(allow("s3:GetObject"))
    return document + " " * (length - len(document))


@pytest.fixture(scope="module")
def web(account, key):
    """A provider, a role that it admits `alice` to, and tokens; the issuer of the tokens is told what to publish."""
    issuer = Issuer()
    url = issuer.serve("/sts", [forge.public(key)])
    provider = account.provider(url)
    subject = {f"{url.split('://')[1]}:sub": "alice"}
    role = account.role("web", federated(provider, StringEquals=subject), policy=ALL)
    yield {
        "role": role,
        "provider": provider,
        "token": lambda **changes: forge.signed(key, {}, forge.claims(url, **changes)),
    }
    issuer.close()


@pytest.fixture(scope="module")
def user(user_clients):
    return user_clients("caller", ALL)


@pytest.fixture(scope="module")
def role(account, user):
    return account.role("assumed", trusts(f"arn:aws:iam::{ACCOUNT}:user/caller", ["sts:AssumeRole", "sts:TagSession"]))


def test_who_is_calling(user, root):
    assert user.sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/caller"
    assert user.sts.get_access_key_info(AccessKeyId=user.credentials.id)["Account"] == ACCOUNT
    assert root.sts.get_caller_identity()["UserId"] == ACCOUNT


def test_sessions_of_users(user):
    session = Credentials.issued(user.sts.get_session_token(DurationSeconds=900))
    assert session.id.startswith("ASIA")
    federated_user = user.sts.get_federation_token(Name="guest", Policy=json.dumps(allow("s3:GetObject")))
    assert federated_user["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    for policy, wanted in (("{", NOT_JSON), ("{}", SYNTAX)):
        assert outcome(user.sts, "GetFederationToken", {"Name": "guest", "Policy": policy}) == wanted
    # The model lets no policy of more than 2,048 characters through; ARNs beside it count too.
    large = {"Name": "guest", "Policy": policy_of(2040), "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}
    status, code, _ = outcome(user.sts, "GetFederationToken", large)
    assert (status, code) == (400, "PackedPolicyTooLarge")


def test_assume_role(user, role):
    answer = user.sts.assume_role(RoleArn=role, RoleSessionName="one", Tags=[{"Key": "team", "Value": "x"}])
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/assumed/one"
    assert answer["PackedPolicySize"] == 1
    asked = {"RoleArn": role, "RoleSessionName": "one"}
    context = [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "eyJ.eyJ.x"}]
    denied = f"User: arn:aws:iam::{ACCOUNT}:user/caller is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/gone because no role trust policy allows the sts:AssumeRole action"
    table = [
        ({"Policy": "{"}, NOT_JSON),
        ({"Policy": "{}"}, SYNTAX),
        ({"Policy": policy_of(2060)}, TOO_LARGE),
        ({"ProvidedContexts": context}, (400, "InvalidContextAssertion", "The context assertion that is in the request is not valid.")),
        ({"DurationSeconds": 7200}, (400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")),
        ({"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/gone"}, (403, "AccessDenied", denied)),
    ]
    for changes, wanted in table:
        assert outcome(user.sts, "AssumeRole", asked | changes) == wanted, changes


def test_transitive_tags_need_the_right_to_tag_at_every_role(account, user, role, service):
    """As pods see it that go on from Pod Identity: the tags of their session go along, and the next role must take them."""
    from rigs import clients

    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/assumed/one"
    plain = account.role("next-plain", trusts(session))
    tagging = account.role("next-tagging", trusts(session, ["sts:AssumeRole", "sts:TagSession"]))
    tags = {"Tags": [{"Key": "team", "Value": "x"}], "TransitiveTagKeys": ["team"]}
    first = Credentials.issued(user.sts.assume_role(RoleArn=role, RoleSessionName="one", **tags))
    sts = clients.sdk(service, "sts", first)
    status, code, sentence = outcome(sts, "AssumeRole", {"RoleArn": plain, "RoleSessionName": "two"})
    assert (status, code) == (403, "AccessDenied")
    assert sentence.startswith(f"User: {session} is not authorized to perform: sts:TagSession on resource: {plain}")
    assert sts.assume_role(RoleArn=tagging, RoleSessionName="two")["AssumedRoleUser"]["Arn"].endswith("next-tagging/two")
    without = Credentials.issued(user.sts.assume_role(RoleArn=role, RoleSessionName="one", Tags=tags["Tags"]))
    assert clients.sdk(service, "sts", without).assume_role(RoleArn=plain, RoleSessionName="two")


def test_web_identity(sts, web):
    asked = {"RoleArn": web["role"], "RoleSessionName": "one"}
    answer = sts.assume_role_with_web_identity(**asked, WebIdentityToken=web["token"]())
    assert (answer["Provider"], answer["SubjectFromWebIdentityToken"]) == (web["provider"], "alice")
    refused = (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    table = [
        (web["token"](sub="mallory"), {}, refused),
        (web["token"](aud="elsewhere"), {}, (400, "InvalidIdentityToken", "Incorrect token audience")),
        (web["token"](), {"Policy": "{"}, NOT_JSON),
        (web["token"](), {"Policy": "{}"}, SYNTAX),
    ]
    for token, more, wanted in table:
        assert outcome(sts, "AssumeRoleWithWebIdentity", asked | more | {"WebIdentityToken": token}) == wanted, wanted
    old = {"WebIdentityToken": web["token"](iat=1_700_000_000, exp=1_700_003_600)}
    status, code, sentence = outcome(sts, "AssumeRoleWithWebIdentity", asked | old)
    assert (status, code) == (400, "ExpiredTokenException") and "1700003600" in sentence
    large = {"Policy": policy_of(2040), "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}
    large |= {"WebIdentityToken": web["token"]()}
    assert outcome(sts, "AssumeRoleWithWebIdentity", asked | large)[:2] == (400, "PackedPolicyTooLarge")


NOT_OFFERED = {
    "AssumeRoleWithSAML": {"RoleArn": "x" * 20, "PrincipalArn": "x" * 20, "SAMLAssertion": "x" * 4},
    "AssumeRoot": {"TargetPrincipal": ACCOUNT, "TaskPolicyArn": {"arn": "x" * 20}},
    "DecodeAuthorizationMessage": {"EncodedMessage": "x"},
    "GetDelegatedAccessToken": {"TradeInToken": "x"},
    "GetWebIdentityToken": {"Audience": ["x"], "SigningAlgorithm": "RS256"},
}


@pytest.mark.parametrize("operation", NOT_OFFERED)
def test_what_is_not_offered_is_named(root, operation):
    sentence = f"{operation} is not offered by this service; see docs/differences.md for what is and why."
    assert outcome(root.sts, operation, NOT_OFFERED[operation]) == (400, "InvalidAction", sentence)
