"""EKS: every operation with success, and every error that it declares, with the members that its body has."""

import json

import full
import pytest
from conftest import outcome

from rigs import wire
from rigs.service import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/eks"
VPC = {"subnetIds": ["subnet-1", "subnet-2"]}
NO_CLUSTER = (404, "ResourceNotFoundException", "No cluster found for name: gone.")
OIDC = {"identityProviderConfigName": "corp", "issuerUrl": "https://idp.example.com", "clientId": "k8s"}
CONFIG = {"type": "oidc", "name": "corp"}
BAD_TOKEN = (400, "InvalidParameterException", "The nextToken is invalid.")
GONE_ARN = f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/gone"


@pytest.fixture(scope="module")
def eks(root):
    return root.eks


@pytest.fixture(scope="module", autouse=True)
def cluster(eks):
    return eks.create_cluster(name="errors", roleArn=ROLE, resourcesVpcConfig=VPC, tags={"team": "x"})["cluster"]


@pytest.fixture(scope="module")
def association(eks, cluster):
    made = eks.create_pod_identity_association(
        clusterName="errors", namespace="shop", serviceAccount="web", roleArn=ROLE
    )
    return made["association"]


def test_a_cluster(eks):
    made = eks.create_cluster(name="life", roleArn=ROLE, resourcesVpcConfig=VPC, version="1.32")["cluster"]
    eks.get_waiter("cluster_active").wait(name="life")
    assert eks.describe_cluster(name="life")["cluster"] == made and made["version"] == "1.32"
    assert "life" in eks.list_clusters()["clusters"]
    eks.tag_resource(resourceArn=made["arn"], tags={"a": "1", "b": "2"})
    eks.untag_resource(resourceArn=made["arn"], tagKeys=["a"])
    assert eks.list_tags_for_resource(resourceArn=made["arn"])["tags"] == {"b": "2"}
    update = eks.associate_identity_provider_config(clusterName="life", oidc=OIDC)["update"]
    assert update["status"] == "Successful"
    config = {"clusterName": "life", "identityProviderConfig": CONFIG}
    assert eks.describe_identity_provider_config(**config)["identityProviderConfig"]["oidc"]["status"] == "ACTIVE"
    assert eks.list_identity_provider_configs(clusterName="life")["identityProviderConfigs"] == [CONFIG]
    eks.disassociate_identity_provider_config(**config)
    made = eks.create_pod_identity_association(
        clusterName="life", namespace="shop", serviceAccount="web", roleArn=ROLE
    )["association"]
    name = {"clusterName": "life", "associationId": made["associationId"]}
    assert eks.describe_pod_identity_association(**name)["association"] == made
    eks.update_pod_identity_association(**name, disableSessionTags=True)
    listed = eks.list_pod_identity_associations(clusterName="life")["associations"]
    assert [one["associationId"] for one in listed] == [made["associationId"]]
    eks.delete_pod_identity_association(**name)
    eks.delete_cluster(name="life")
    eks.get_waiter("cluster_deleted").wait(name="life")


POD = {"clusterName": "errors", "namespace": "shop", "serviceAccount": "new", "roleArn": ROLE}
NO_ASSOCIATION = (404, "ResourceNotFoundException", "No association found with associationId: a-gone in cluster: errors")
NO_CONFIG = "No identity provider config found"
BAD_ROLE = (400, "InvalidParameterException", "Role ARN is invalid: nobody")
TABLE = [
    ("CreateCluster", {"name": "errors", "roleArn": ROLE, "resourcesVpcConfig": VPC}, (409, "ResourceInUseException", "Cluster already exists with name: errors")),
    ("CreateCluster", {"name": "new", "roleArn": "nobody", "resourcesVpcConfig": VPC}, BAD_ROLE),
    ("DescribeCluster", {"name": "gone"}, NO_CLUSTER),
    ("DeleteCluster", {"name": "gone"}, NO_CLUSTER),
    ("ListClusters", {"nextToken": "%"}, BAD_TOKEN),
    ("AssociateIdentityProviderConfig", {"clusterName": "gone", "oidc": OIDC}, NO_CLUSTER),
    ("AssociateIdentityProviderConfig", {"clusterName": "errors", "oidc": OIDC | {"issuerUrl": "http://x"}}, (400, "InvalidParameterException", "Issuer URL must start with https://.")),
    ("DescribeIdentityProviderConfig", {"clusterName": "gone", "identityProviderConfig": CONFIG}, NO_CLUSTER),
    ("DisassociateIdentityProviderConfig", {"clusterName": "gone", "identityProviderConfig": CONFIG}, NO_CLUSTER),
    ("ListIdentityProviderConfigs", {"clusterName": "gone"}, NO_CLUSTER),
    ("ListIdentityProviderConfigs", {"clusterName": "errors", "nextToken": "%"}, BAD_TOKEN),
    ("CreatePodIdentityAssociation", POD | {"clusterName": "gone"}, NO_CLUSTER),
    ("CreatePodIdentityAssociation", POD | {"namespace": "Not A Name"}, (400, "InvalidParameterException", "The namespace Not A Name is not a valid Kubernetes name.")),
    ("CreatePodIdentityAssociation", POD | {"roleArn": "nobody"}, BAD_ROLE),
    ("CreatePodIdentityAssociation", POD | {"policy": "{}"}, (400, "InvalidParameterException", "A policy can only be specified when session tags are disabled.")),
    ("DescribePodIdentityAssociation", {"clusterName": "errors", "associationId": "a-gone"}, NO_ASSOCIATION),
    ("UpdatePodIdentityAssociation", {"clusterName": "errors", "associationId": "a-gone"}, NO_ASSOCIATION),
    ("DeletePodIdentityAssociation", {"clusterName": "errors", "associationId": "a-gone"}, NO_ASSOCIATION),
    ("ListPodIdentityAssociations", {"clusterName": "gone"}, NO_CLUSTER),
    ("ListPodIdentityAssociations", {"clusterName": "errors", "nextToken": "%"}, BAD_TOKEN),
    ("TagResource", {"resourceArn": GONE_ARN, "tags": {"a": "1"}}, None),
    ("UntagResource", {"resourceArn": GONE_ARN, "tagKeys": ["a"]}, None),
    ("ListTagsForResource", {"resourceArn": GONE_ARN}, None),
]
# What AWS says of an ARN of nothing is not recorded.
NOT_FOUND = (404, "NotFoundException")


@pytest.mark.parametrize(("operation", "parameters", "wanted"), TABLE, ids=[row[0] for row in TABLE])
def test_refusals(eks, operation, parameters, wanted):
    answer = outcome(eks, operation, parameters)
    assert answer == wanted if wanted else answer[:2] == NOT_FOUND, answer


def test_refusals_that_rest_on_more(eks, association, cluster):
    again = POD | {"serviceAccount": "web"}
    assert outcome(eks, "CreatePodIdentityAssociation", again)[:2] == (409, "ResourceInUseException")
    name = {"clusterName": "errors", "associationId": association["associationId"]}
    assert outcome(eks, "UpdatePodIdentityAssociation", name | {"roleArn": "nobody"}) == BAD_ROLE
    config = {"clusterName": "errors", "identityProviderConfig": CONFIG}
    for operation in ("DescribeIdentityProviderConfig", "DisassociateIdentityProviderConfig"):
        status, code, sentence = outcome(eks, operation, config)
        assert (status, code) == (404, "ResourceNotFoundException") and "corp" in sentence, sentence
        assert outcome(eks, operation, {"clusterName": "errors"}) == (
            400,
            "InvalidParameterException",
            "1 validation error detected: Value null at 'identityProviderConfig' failed to satisfy constraint: Member must not be null",
        )
    eks.associate_identity_provider_config(clusterName="errors", oidc=OIDC)
    second = {"clusterName": "errors", "oidc": OIDC | {"identityProviderConfigName": "second"}}
    assert outcome(eks, "AssociateIdentityProviderConfig", second)[:2] == (409, "ResourceInUseException")
    for operation, more in (("TagResource", {"tags": {"a": "1"}}), ("UntagResource", {"tagKeys": ["a"]}), ("ListTagsForResource", {})):
        assert outcome(eks, operation, {"resourceArn": "arn:not-one"} | more)[:2] == (400, "BadRequestException"), operation
    eks.create_cluster(name="guarded", roleArn=ROLE, resourcesVpcConfig=VPC, deletionProtection=True)
    assert outcome(eks, "DeleteCluster", {"name": "guarded"}) == (
        400,
        "InvalidRequestException",
        "Cluster cannot be deleted while deletion protection is enabled.",
    )


def test_quotas(at_quotas):
    eks = at_quotas.eks
    role = f"arn:aws:iam::{full.ACCOUNT}:role/role-0"
    more = {"name": "one-more", "roleArn": role, "resourcesVpcConfig": VPC}
    assert outcome(eks, "CreateCluster", more) == (
        400,
        "ResourceLimitExceededException",
        "Cluster limit exceeded for account.",
    )
    pod = {"clusterName": "cluster-0", "namespace": "shop", "serviceAccount": "one-more", "roleArn": role}
    assert outcome(eks, "CreatePodIdentityAssociation", pod)[:2] == (400, "ResourceLimitExceededException")
    assert outcome(eks, "DeleteCluster", {"name": "cluster-0"})[:2] == (409, "ResourceInUseException")
    eks.delete_pod_identity_association(clusterName="cluster-0", associationId=f"a-{7:017}")
    eks.create_pod_identity_association(**pod)
    eks.delete_cluster(name="cluster-1")
    eks.create_cluster(**more)


BODIES = [
    ("GET", "/clusters/gone", b"", {"message", "clusterName", "nodegroupName", "fargateProfileName", "addonName", "subscriptionId"}, "gone"),
    ("POST", "/clusters", {"name": "errors", "roleArn": ROLE, "resourcesVpcConfig": VPC}, {"message", "clusterName", "nodegroupName", "addonName"}, "errors"),
    ("POST", "/clusters", {"name": "new", "roleArn": "nobody", "resourcesVpcConfig": VPC}, {"message", "clusterName", "nodegroupName", "fargateProfileName", "addonName", "subscriptionId"}, "new"),
    ("GET", "/clusters?nextToken=x%25", b"", {"message", "clusterName", "nodegroupName", "fargateProfileName", "addonName", "subscriptionId"}, None),
    ("GET", f"/tags/{GONE_ARN.replace('/', '%2F').replace(':', '%3A')}", b"", {"message"}, None),
]


@pytest.mark.parametrize(("method", "target", "body", "members", "named"), BODIES, ids=[row[1][:20] for row in BODIES])
def test_bodies_have_the_members_that_aws_declares(service, root, method, target, body, members, named):
    """SDKs show two of them; the bytes have all, null ones too."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    path, _, query = target.partition("?")
    headers = {"Host": f"{service.host}:{service.port}", "Content-Type": "application/json"}
    # The path is encoded once more to be signed (reference sigv4.md).
    signed_path = path.replace("%", "%25")
    headers = wire.sign(method, signed_path, query, headers, body, root.credentials, "us-east-1", "eks")
    answer = wire.send(service, method, target, headers, body)
    found = json.loads(answer.text)
    assert set(found) == members, answer.text
    assert found.get("clusterName") == named
    assert answer.headers["x-amzn-errortype"].endswith("Exception")
