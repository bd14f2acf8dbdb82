"""Clusters, associations and Pod Identity, by the AWS CLI and boto3."""

import os

import pytest

from rigs import clients
from rigs.clients import refusal
from rigs.credentials import Credentials


@pytest.fixture(scope="module")
def eks(service, account):
    return clients.sdk(service, "eks", account.root)


def create(eks, name):
    return eks.create_cluster(
        name=name,
        roleArn="arn:aws:iam::111122223333:role/eks",
        resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]},
    )["cluster"]


def test_a_registered_cluster_prints_its_issuer(rolecall, environment, refused):
    issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    assert issuer in rolecall("cluster", "add", "prod", "--issuer", issuer)
    query = ("--query", "cluster.identity.oidc.issuer", "--output", "text")
    for cli in clients.CLIS.values():
        assert clients.cli(cli, environment, "eks", "describe-cluster", "--name", "prod", *query) == issuer
    assert rolecall("cluster", "list").split("\t")[:2] == ["prod", issuer]
    rolecall("cluster", "remove", "prod")
    said = refused("eks", "describe-cluster", "--name", "prod")
    assert said.endswith(
        "(ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: prod."
    )
    assert "No cluster found for name: prod." in rolecall("cluster", "remove", "prod", fails=True)


def test_credentials_and_region_of_files(service, environment, tmp_path):
    """As the AWS CLI reads them, where a variable names them; without one, `test` and `test` ask."""
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-west-1\n")
    asked = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")
    bare = {name: value for name, value in environment.items() if name not in asked}
    command = [os.environ["ROLECALL_BIN"], "cluster", "add", "files", "--issuer", "https://idp.example.com"]
    assert "security token included in the request is invalid" in clients.run(command, bare, fails=True)
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(service.data / "root-credentials"), "AWS_CONFIG_FILE": str(config)}
    assert "arn:aws:eks:eu-west-1:111122223333:cluster/files\n" in clients.run(command, bare | files)
    assert "could not" in clients.run(command, bare | files | {"AWS_PROFILE": "nobody"}, fails=True)
    clients.run([*command[:2], "remove", "files"], bare | files)


def test_clusters_come_and_go(eks, service):
    made = create(eks, "one")
    assert made["status"] == "ACTIVE" and made["identity"]["oidc"]["issuer"] == f"{service.url}/issuer/one"
    assert refusal(lambda: create(eks, "one")) == (
        409,
        "ResourceInUseException",
        "Cluster already exists with name: one",
    )
    assert eks.describe_cluster(name="one")["cluster"]["arn"] == made["arn"]
    eks.get_waiter("cluster_active").wait(name="one")
    for number in range(5):
        create(eks, f"page-{number}")
    pages = eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    assert [name for page in pages for name in page["clusters"]] == [
        "one",
        *(f"page-{number}" for number in range(5)),
    ]
    eks.tag_resource(resourceArn=made["arn"], tags={"team": "x", "gone": "y"})
    eks.untag_resource(resourceArn=made["arn"], tagKeys=["gone"])
    assert eks.list_tags_for_resource(resourceArn=made["arn"])["tags"] == {"team": "x"}
    for name in eks.list_clusters()["clusters"]:
        assert eks.delete_cluster(name=name)["cluster"]["status"] == "DELETING"
    assert refusal(lambda: eks.delete_cluster(name="one"))[:2] == (404, "ResourceNotFoundException")


def test_identity_provider_configs(eks):
    create(eks, "idp")
    oidc = {"identityProviderConfigName": "corp", "issuerUrl": "https://idp.example.com", "clientId": "k8s"}
    update = eks.associate_identity_provider_config(clusterName="idp", oidc=oidc)["update"]
    assert update["type"] == "AssociateIdentityProviderConfig" and update["status"] == "Successful"
    named = {"clusterName": "idp", "identityProviderConfig": {"type": "oidc", "name": "corp"}}
    found = eks.describe_identity_provider_config(**named)["identityProviderConfig"]["oidc"]
    assert found["status"] == "ACTIVE" and found["clientId"] == "k8s"
    assert eks.list_identity_provider_configs(clusterName="idp")["identityProviderConfigs"] == [
        {"type": "oidc", "name": "corp"}
    ]
    eks.disassociate_identity_provider_config(**named)
    assert refusal(lambda: eks.describe_identity_provider_config(**named))[1] == "ResourceNotFoundException"
    eks.delete_cluster(name="idp")


def test_pod_identity_from_association_to_session(service, account, eks, mint):
    create(eks, "pods")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    role = account.role("pod", trust)
    made = eks.create_pod_identity_association(
        clusterName="pods", namespace="shop", serviceAccount="web", roleArn=role
    )
    association = made["association"]
    listed = eks.list_pod_identity_associations(clusterName="pods", namespace="shop")["associations"]
    assert [one["associationId"] for one in listed] == [association["associationId"]]
    auth = clients.sdk(service, "eks-auth", account.root)
    pod = {
        "namespace": "shop",
        "pod": {"name": "web-1", "uid": "u-1"},
        "serviceaccount": {"name": "web", "uid": "u-2"},
    }

    def exchange(subject="system:serviceaccount:shop:web", audience="pods.eks.amazonaws.com", issuer="pods"):
        token = mint(issuer, subject, audience, **{"kubernetes.io": pod})
        return auth.assume_role_for_pod_identity(clusterName="pods", token=token)

    answer = exchange()
    assert answer["subject"] == {"namespace": "shop", "serviceAccount": "web"}
    assert answer["podIdentityAssociation"]["associationArn"] == association["associationArn"]
    session = answer["assumedRoleUser"]["arn"]
    assert session.startswith("arn:aws:sts::111122223333:assumed-role/pod/eks-pods-web-1-")
    keys = answer["credentials"]
    credentials = Credentials.issued(
        {
            "Credentials": {
                "AccessKeyId": keys["accessKeyId"],
                "SecretAccessKey": keys["secretAccessKey"],
                "SessionToken": keys["sessionToken"],
            }
        }
    )
    assert clients.sdk(service, "sts", credentials).get_caller_identity()["Arn"] == session
    table = [
        ({"subject": "system:serviceaccount:shop:other"}, (404, "ResourceNotFoundException")),
        ({"audience": "sts.amazonaws.com"}, (400, "InvalidTokenException")),
        ({"issuer": "elsewhere"}, (400, "InvalidTokenException")),
        ({"subject": "alice"}, (400, "InvalidTokenException")),
    ]
    for changes, wanted in table:
        assert refusal(lambda changes=changes: exchange(**changes))[:2] == wanted, changes
    account.iam.update_assume_role_policy(
        RoleName="pod",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    )
    assert refusal(exchange)[:2] == (400, "AccessDeniedException")
    eks.update_pod_identity_association(
        clusterName="pods", associationId=association["associationId"], disableSessionTags=True
    )
    assert exchange()["credentials"]["accessKeyId"].startswith("ASIA")
    eks.delete_pod_identity_association(clusterName="pods", associationId=association["associationId"])
    assert refusal(exchange)[:2] == (404, "ResourceNotFoundException")


def test_permissions(service, account, eks):
    user = account.user(
        "viewer",
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "eks:ListClusters", "Resource": "*"}]},
    )
    viewer = clients.sdk(service, "eks", user)
    viewer.list_clusters()
    assert refusal(lambda: viewer.describe_cluster(name="prod")) == (
        403,
        "AccessDeniedException",
        "User: arn:aws:iam::111122223333:user/viewer is not authorized to perform: eks:DescribeCluster on resource: "
        "arn:aws:eks:us-east-1:111122223333:cluster/prod because no identity-based policy allows the eks:DescribeCluster action",
    )
