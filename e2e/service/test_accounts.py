"""Several accounts in one service: each its own root, its own names, and AssumeRole across them with all its rules."""

import json

import pytest

from rigs import clients, wire
from rigs.account import ALL, allow, trusts
from rigs.service import ACCOUNT, OTHER

CHAIN = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."


@pytest.fixture(scope="module")
def alice(account):
    """A user of the first account who may do anything."""
    return account.user("alice", ALL)


def sts(account, credentials):
    return clients.sdk(account.service, "sts", credentials)


def refused(account, credentials, role, **more):
    return clients.refusal(lambda: sts(account, credentials).assume_role(RoleArn=role, RoleSessionName="e2e", **more))


def denied(action="sts:AssumeRole", who="arn:aws:iam::111122223333:user/alice", role=None, why=""):
    return 403, "AccessDenied", f"User: {who} is not authorized to perform: {action} on resource: {role}{why}"


def test_each_account_has_a_root_and_names_of_its_own(account, other):
    for one, number in ((account, ACCOUNT), (other, OTHER)):
        identity = sts(one, one.root).get_caller_identity()
        assert (identity["Account"], identity["Arn"]) == (number, f"arn:aws:iam::{number}:root")
        one.iam.create_user(UserName="same-name")
    arns = {one.iam.get_user(UserName="same-name")["User"]["Arn"] for one in (account, other)}
    assert arns == {f"arn:aws:iam::{number}:user/same-name" for number in (ACCOUNT, OTHER)}
    other.iam.delete_user(UserName="same-name")
    assert account.iam.get_user(UserName="same-name")["User"]["UserName"] == "same-name"


def test_roots_assume_no_roles(account, other):
    role = other.role("for-root", trusts(ACCOUNT))
    assert refused(account, account.root, role) == (403, "AccessDenied", "Roles may not be assumed by root accounts.")


def test_both_sides_must_allow_across_accounts(account, other, alice):
    powerless = account.user("powerless")
    open_role = other.role("open", trusts(ACCOUNT), policy=ALL)
    closed_role = other.role("closed", trusts(OTHER))
    session = account.assume(alice, open_role)
    assert sts(account, session).get_caller_identity()["Arn"] == "arn:aws:sts::444455556666:assumed-role/open/e2e"
    assert clients.sdk(account.service, "iam", session).list_roles()["Roles"]
    assert refused(account, powerless, open_role) == denied(
        who="arn:aws:iam::111122223333:user/powerless", role=open_role
    )
    assert refused(account, alice, closed_role) == denied(role=closed_role)
    nowhere = open_role.replace("open", "nowhere")
    assert refused(account, alice, nowhere) == denied(role=nowhere)
    named = other.role("named", trusts("arn:aws:iam::111122223333:user/powerless"))
    assert refused(account, powerless, named) == denied(who="arn:aws:iam::111122223333:user/powerless", role=named)


def test_in_one_account_a_trust_policy_that_names_the_user_is_enough(account):
    bob = account.user("bob")
    named = account.role("names-bob", trusts("arn:aws:iam::111122223333:user/bob"))
    delegated = account.role("delegates", trusts(ACCOUNT))
    assert account.assume(bob, named).id.startswith("ASIA")
    status, code, sentence = refused(account, bob, delegated)
    assert (status, code) == (403, "AccessDenied")
    assert (
        sentence
        == denied(
            who="arn:aws:iam::111122223333:user/bob",
            role=delegated,
            why=" because no identity-based policy allows the sts:AssumeRole action",
        )[2]
    )


def test_external_ids(account, other, alice):
    role = other.role("third-party", trusts(ACCOUNT, StringEquals={"sts:ExternalId": "Unique-Id-Assigned"}))
    assert account.assume(alice, role, ExternalId="Unique-Id-Assigned").token
    for more in ({}, {"ExternalId": "unique-id-assigned"}, {"ExternalId": "Unique-Id-Assigned2"}):
        assert refused(account, alice, role, **more) == denied(role=role)
    assert refused(account, alice, role, ExternalId="x")[1] == "ValidationError"


def test_tags(account, alice):
    plain = account.role("without-tags", trusts(ACCOUNT))
    actions = ["sts:AssumeRole", "sts:TagSession"]
    policy = allow("iam:ListUsers", StringEquals={"aws:PrincipalTag/Project": "x"})
    tagged = account.role("with-session-tags", trusts(ACCOUNT, actions), policy=policy)
    tags = [{"Key": "Project", "Value": "x"}]
    status, code, sentence = refused(account, alice, plain, Tags=tags)
    assert (status, code) == (
        403,
        "AccessDenied",
    ) and "is not authorized to perform: sts:TagSession on resource: " in sentence
    iam = clients.sdk(account.service, "iam", account.assume(alice, tagged, Tags=tags))
    assert iam.list_users()["Users"]
    untagged = clients.sdk(account.service, "iam", account.assume(alice, tagged))
    assert clients.refusal(untagged.list_users)[1] == "AccessDenied"
    wrong = "InvalidParameterValue"
    twice = [{"Key": "Project", "Value": "x"}, {"Key": "project", "Value": "y"}]
    assert refused(account, alice, tagged, Tags=twice) == (
        400,
        wrong,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    assert refused(account, alice, tagged, TransitiveTagKeys=["Project"]) == (
        400,
        wrong,
        "The specified transitive tag key must be included in the requested tags.",
    )


def test_transitive_tags_go_along_a_chain(account, alice):
    actions = ["sts:AssumeRole", "sts:TagSession"]
    first = account.role("first", trusts(ACCOUNT, actions), policy=ALL)
    policy = allow("iam:ListUsers", StringEquals={"aws:PrincipalTag/Project": "x"})
    second = account.role("second", trusts(ACCOUNT, actions), policy=policy)
    handed_on = account.assume(alice, first, Tags=[{"Key": "Project", "Value": "x"}], TransitiveTagKeys=["Project"])
    kept = account.assume(alice, first, Tags=[{"Key": "Project", "Value": "x"}])
    for session, reaches in ((handed_on, True), (kept, False)):
        iam = clients.sdk(account.service, "iam", account.assume(session, second))
        assert bool(iam.list_users()["Users"]) if reaches else clients.refusal(iam.list_users)[1] == "AccessDenied"
    for key in ("Project", "PROJECT"):
        conflict = refused(account, handed_on, second, Tags=[{"Key": key, "Value": "y"}])
        assert conflict == (
            400,
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        )


def test_chains_last_an_hour_at_most(account, alice):
    long = account.role("long", trusts(ACCOUNT), policy=ALL, MaxSessionDuration=43_200)
    further = account.role("further", trusts(ACCOUNT), MaxSessionDuration=43_200)
    session = account.assume(alice, long, DurationSeconds=43_200)
    assert account.assume(session, further, DurationSeconds=3600).token
    assert refused(account, session, further, DurationSeconds=3601) == (400, "ValidationError", CHAIN)
    short = account.role("short", trusts(ACCOUNT))
    beyond = (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    assert refused(account, alice, short, DurationSeconds=3601) == beyond


def test_a_role_does_not_trust_itself(account, alice):
    arn = account.role("narcissus", trusts("arn:aws:iam::111122223333:user/alice"), policy=ALL)
    session = account.assume(alice, arn)
    assert refused(account, session, arn)[:2] == (403, "AccessDenied")
    document = {"Version": "2012-10-17", "Statement": [trusts([arn, "arn:aws:iam::111122223333:user/alice"])]}
    account.iam.update_assume_role_policy(RoleName="narcissus", PolicyDocument=json.dumps(document))
    assert account.assume(session, arn).token


def test_source_identity_stays(account, alice):
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    first = account.role("identified", trusts(ACCOUNT, actions), policy=ALL)
    second = account.role("identified-further", trusts(ACCOUNT, actions))
    plain = account.role("identified-never", trusts(ACCOUNT))
    session = account.assume(alice, first, SourceIdentity="alice@example.com")
    answer = sts(account, session).assume_role(RoleArn=second, RoleSessionName="e2e")
    assert answer["SourceIdentity"] == "alice@example.com"
    for role, more in ((second, {"SourceIdentity": "mallory"}), (plain, {})):
        status, code, sentence = refused(account, session, role, **more)
        assert (status, code) == (403, "AccessDenied") and "sts:SetSourceIdentity" in sentence


def test_a_web_identity_session_chains_across_accounts(account, other, role, token):
    target = other.role("reached", trusts(role), policy=ALL)
    session = account.session(role, token)
    further = account.assume(session, target)
    assert wire.call(account.service, "GetCallerIdentity", {}, further).element("Account") == OTHER
    condition = {
        "StringEquals": {"aws:FederatedProvider": "arn:aws:iam::111122223333:oidc-provider/elsewhere.example.com"}
    }
    conditional = other.role("not-reached", trusts(role, **condition))
    assert refused(account, session, conditional)[:2] == (403, "AccessDenied")


def test_the_account_of_any_key(account, other, alice, role, token):
    theirs = other.user("keyholder", ALL)
    session = account.session(role, token)
    for key, owner in ((alice, ACCOUNT), (theirs, OTHER), (session, ACCOUNT)):
        assert sts(account, alice).get_access_key_info(AccessKeyId=key.id)["Account"] == owner
    assert (
        clients.refusal(lambda: sts(account, alice).get_access_key_info(AccessKeyId="x" * 20))[1] == "ValidationError"
    )
