"""Tokens of a certified OpenID Provider over HTTPS: both families of keys, before and after it rotates them."""

import pytest

from rigs import clients, forge
from rigs.account import Account, federated
from rigs.provider import Provider

KEY = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
THUMBPRINT = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"


@pytest.fixture(scope="module")
def rotating(run_folder):
    """A provider of its own, whose keys may be thrown away."""
    provider = Provider(run_folder / "rotating")
    yield provider
    provider.down()


@pytest.fixture(scope="module")
def world(services, rotating):
    """A service that has seen no key yet, the provider registered in it, a role for `alice`."""
    service = services("rotation", "--allow-local-issuers")
    account = Account(service)
    arn = account.provider(
        rotating.issuer, rotating.thumbprint(), client_ids=["sts.amazonaws.com", "web-app", "web-app+es256"]
    )
    role = account.role("web", federated(arn, StringEquals={f"{rotating.name}:sub": "alice"}))
    return account, arn, role


def test_rs256_and_es256(world, rotating):
    account, arn, role = world
    for client in ("sts.amazonaws.com", "web-app", "web-app+es256"):
        answer = account.exchange(role, rotating.token("alice", client))
        assert answer["Audience"] == client
        assert answer["Provider"] == arn
        assert answer["SubjectFromWebIdentityToken"] == "alice"
        assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/web/e2e"
        assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
        assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_another_subject_is_refused(world, rotating):
    account, _, role = world
    refused = clients.refusal(lambda: account.exchange(role, rotating.token("bob")))
    assert refused == (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def test_rotation(world, rotating):
    """A new key is fetched at once, old ones count as long as they are published, then no longer."""
    account, _, role = world
    before = {client: rotating.token("alice", client) for client in ("web-app", "web-app+es256")}
    for token in before.values():
        account.exchange(role, token)
    rotating.rotate()
    after = {client: rotating.token("alice", client) for client in before}
    for token in (*after.values(), *before.values()):
        account.exchange(role, token)
    dropped = rotating.private_key()
    rotating.rotate(drop=True)
    fresh = {client: rotating.token("alice", client) for client in before}
    # The key ids of these are unknown to the service; it may ask for new ones once in ten seconds.
    exchange_within(20, lambda: account.exchange(role, fresh["web-app"]))
    account.exchange(role, fresh["web-app+es256"])
    for token in (*before.values(), *after.values(), forge.signed(dropped, {}, forge.claims(rotating.issuer))):
        assert clients.refusal(lambda token=token: account.exchange(role, token)) == (
            400,
            "InvalidIdentityToken",
            KEY,
        )


def test_a_certificate_counts_by_its_thumbprint_alone(services, rotating):
    """The rig's authority is in no trust store; the thumbprint that is registered decides."""
    account = Account(services("thumbprints", "--allow-local-issuers"))
    arn = account.provider(rotating.issuer, "f" * 40)
    role = account.role("web", federated(arn))
    token = rotating.token("alice")
    assert clients.refusal(lambda: account.exchange(role, token)) == (400, "InvalidIdentityToken", THUMBPRINT)
    account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=arn, ThumbprintList=[rotating.thumbprint()]
    )
    account.exchange(role, token)


def test_iam_takes_the_thumbprint_itself(services, rotating):
    account = Account(services("fetched-thumbprint", "--allow-local-issuers"))
    answer = account.iam.create_open_id_connect_provider(Url=rotating.issuer, ClientIDList=["sts.amazonaws.com"])
    arn = answer["OpenIDConnectProviderArn"]
    read = account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert read["ThumbprintList"] == [rotating.thumbprint()]
    account.exchange(account.role("web", federated(arn)), rotating.token("alice"))


def test_tags_and_source_identity_from_the_provider(world, rotating):
    account, arn, _ = world
    subject = "repo:octo/app:ref:refs/heads/main"
    tags = {"principal_tags": {"Project": ["Automation"]}, "transitive_tag_keys": ["Project"]}
    rotating.claims(
        {subject: {"https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "octo"}}
    )
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
    own = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "iam:GetRole",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/Project": "Automation"}},
            }
        ],
    }
    role = account.role("tagged", federated(arn, actions), policy=own)
    token = rotating.token(subject)
    answer = account.exchange(role, token)
    assert answer["SourceIdentity"] == "octo" and 0 <= answer["PackedPolicySize"] <= 100
    session = account.session(role, token)
    assert clients.sdk(account.service, "iam", session).get_role(RoleName="tagged")["Role"]["Arn"] == role
    untagged = account.role("untagged", federated(arn))
    refused = clients.refusal(lambda: account.exchange(untagged, token))
    assert refused == (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def exchange_within(seconds, exchange):
    """Tries until it is granted; what is refused meanwhile must be refused for the key."""
    import time

    deadline = time.monotonic() + seconds
    while True:
        try:
            return exchange()
        except Exception as error:
            assert KEY in str(error) and time.monotonic() < deadline, error
            time.sleep(0.5)
