"""EKS Auth: pods' tokens exchanged for an association's role and for its target role; every error that is declared."""

import json
import time

import pytest
from conftest import outcome

from rigs import clients, forge
from rigs.account import ALL, Account, allow
from rigs.credentials import Credentials
from rigs.service import ACCOUNT, OTHER

PODS = "pods.eks.amazonaws.com"
POD_TRUST = {"Effect": "Allow", "Principal": {"Service": PODS}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
DENIED = (400, "AccessDeniedException", "Unauthorized Exception! EKS does not have permissions to assume the associated role.")
POD = {
    "namespace": "shop",
    "pod": {"name": "web-1", "uid": "u-1"},
    "serviceaccount": {"name": "web", "uid": "u-2"},
}


@pytest.fixture(scope="module")
def role(account):
    return account.role("pod", POD_TRUST, policy=ALL)


@pytest.fixture(scope="module", autouse=True)
def cluster(root, role):
    vpc = {"subnetIds": ["subnet-1"]}
    return root.eks.create_cluster(name="pods", roleArn=role, resourcesVpcConfig=vpc)["cluster"]


@pytest.fixture(scope="module")
def association(root, cluster, role):
    made = root.eks.create_pod_identity_association(
        clusterName="pods", namespace="shop", serviceAccount="web", roleArn=role
    )
    return made["association"]


@pytest.fixture(scope="module")
def token(admin, cluster):
    """A token of the cluster's issuer, for a pod of a service account."""

    def of(account="web", **changes):
        wish = {
            "Issuer": "pods",
            "Subject": f"system:serviceaccount:shop:{account}",
            "Audience": [PODS],
            "Claims": {"kubernetes.io": POD},
        }
        deadline = time.monotonic() + 30
        while True:
            answer = outcome(admin, "MintToken", wish | changes)
            if isinstance(answer, dict):
                return answer["Token"]
            # The issuer's first keys are made after the port answers.
            assert answer[1] == "ServiceUnavailableException" and time.monotonic() < deadline, answer

    return of


def session(service, answer):
    keys = answer["credentials"]
    return clients.sdk(
        service,
        "sts",
        Credentials.issued(
            {
                "Credentials": {
                    "AccessKeyId": keys["accessKeyId"],
                    "SecretAccessKey": keys["secretAccessKey"],
                    "SessionToken": keys["sessionToken"],
                }
            }
        ),
    )


def test_an_exchange(service, root, association, token):
    answer = root.eks_auth.assume_role_for_pod_identity(clusterName="pods", token=token())
    assert answer["podIdentityAssociation"]["associationId"] == association["associationId"]
    assert session(service, answer).get_caller_identity()["Arn"] == answer["assumedRoleUser"]["arn"]
    hours = (answer["credentials"]["expiration"].timestamp() - time.time()) / 3600
    assert 5.9 < hours <= 6


def test_refusals(root, account, association, token):
    auth = root.eks_auth
    no_role = root.eks.create_pod_identity_association(
        clusterName="pods", namespace="shop", serviceAccount="gone", roleArn=f"arn:aws:iam::{ACCOUNT}:role/gone"
    )["association"]
    table = [
        ({"clusterName": "gone"}, (404, "ResourceNotFoundException", "No cluster found for name: gone.")),
        ({"token": token("other")}, (404, "ResourceNotFoundException", "No association found for service account other in namespace shop")),
        ({"token": token(Audience=["sts.amazonaws.com"])}, (400, "InvalidTokenException", "The token's audience is not pods.eks.amazonaws.com.")),
        ({"token": token(Issuer="elsewhere")}, (400, "InvalidTokenException", "The token was not issued by the cluster.")),
        ({"token": token(Subject="alice")}, (400, "InvalidTokenException", "The token is not a pod's.")),
        ({"token": token(LifetimeSeconds=-3600)}, (400, "ExpiredTokenException", "The token has expired.")),
        ({"token": token("gone")}, DENIED),
    ]
    for changes, wanted in table:
        asked = {"clusterName": "pods", "token": token()} | changes
        assert outcome(auth, "AssumeRoleForPodIdentity", asked) == wanted, changes
    malformed = outcome(auth, "AssumeRoleForPodIdentity", {"clusterName": "pods", "token": "not a token"})
    assert malformed[:2] == (400, "InvalidParameterException"), malformed
    root.eks.delete_pod_identity_association(clusterName="pods", associationId=no_role["associationId"])


def test_an_issuer_that_does_not_answer(root, admin, key):
    issuer = "http://127.0.0.1:9/nobody"
    admin.register_cluster(Name="mute", Issuer=issuer)
    claims = forge.claims(issuer, "system:serviceaccount:shop:web", aud=[PODS]) | {"kubernetes.io": POD}
    asked = {"clusterName": "mute", "token": forge.signed(key, {}, claims)}
    assert outcome(root.eks_auth, "AssumeRoleForPodIdentity", asked) == (
        503,
        "ServiceUnavailableException",
        "The cluster's verification keys could not be retrieved.",
    )


def trust_of(external_id, *actions):
    """As EKS's guide has it: the association's role, by the external id of the association."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/pod"},
        "Action": list(actions),
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}} if external_id else {},
    }


def test_a_target_role_of_another_account(service, root, role, token):
    """The role of the association is assumed first, and from there the target; the pod gets the target's credentials."""
    external_id = f"us-east-1/{ACCOUNT}/pods/shop/chained"
    other = Account(service, OTHER)
    statements = [trust_of(external_id, "sts:AssumeRole"), trust_of(None, "sts:TagSession")]
    target = other.role("target", *statements, policy=ALL)
    made = root.eks.create_pod_identity_association(
        clusterName="pods", namespace="shop", serviceAccount="chained", roleArn=role, targetRoleArn=target
    )["association"]
    assert (made["targetRoleArn"], made["externalId"]) == (target, external_id)

    def exchange():
        return outcome(root.eks_auth, "AssumeRoleForPodIdentity", {"clusterName": "pods", "token": token("chained")})

    answer = exchange()
    arn = answer["assumedRoleUser"]["arn"]
    assert arn.startswith(f"arn:aws:sts::{OTHER}:assumed-role/target/eks-pods-web-1-")
    assert session(service, answer).get_caller_identity()["Arn"] == arn
    # A chain's session lasts an hour.
    assert answer["credentials"]["expiration"].timestamp() - time.time() <= 3600

    def with_trust(*statements):
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        other.iam.update_assume_role_policy(RoleName="target", PolicyDocument=json.dumps(document))

    # Each part of it is needed: the external id, the right to tag, the pod role's own permission.
    with_trust(trust_of("someone/else", "sts:AssumeRole"), trust_of(None, "sts:TagSession"))
    assert exchange() == DENIED
    with_trust(trust_of(external_id, "sts:AssumeRole"))
    assert exchange() == DENIED
    name = {"clusterName": "pods", "associationId": made["associationId"]}
    root.eks.update_pod_identity_association(**name, disableSessionTags=True)
    assert isinstance(exchange(), dict), "without tags there is nothing to be allowed"
    root.iam.put_role_policy(RoleName="pod", PolicyName="may", PolicyDocument=json.dumps(allow("s3:*")))
    assert exchange() == DENIED
    root.iam.put_role_policy(RoleName="pod", PolicyName="may", PolicyDocument=json.dumps(ALL))
    # A policy of the association limits the target's session, not the way there.
    limit = json.dumps(allow("iam:ListUsers"))
    root.eks.update_pod_identity_association(**name, policy=limit)
    keys = exchange()["credentials"]
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"])
    iam = clients.sdk(service, "iam", credentials)
    iam.list_users()
    assert outcome(iam, "ListRoles", {})[1] == "AccessDenied"
    # Without a target role it is the association's own again.
    root.eks.update_pod_identity_association(**name, targetRoleArn="", policy="")
    assert exchange()["assumedRoleUser"]["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/pod/")
