"""A role that is handed over to EKS Pod Identity, while the service account still asks for it by web identity."""

import os
import subprocess

import boto3
import pytest

from rigs.cluster import ROLE, until
from rigs.service import Service

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def of_eks(tmp_path_factory):
    """EKS Auth trusts the cluster's certificate by the authority that it was registered with: no provider with thumbprints
    is in this, and the system does not know it."""
    service = Service(tmp_path_factory.mktemp("eks") / "service", dev=True).start()
    yield service
    service.kill()


@pytest.fixture
def aws(of_eks):
    return of_eks


def associated(world):
    """The role is handed over to Pod Identity: an association, a trust policy for its service alone."""
    command = [os.environ["ROLECALL_BIN"], "cluster", "add", "prod", "--kubeconfig", world.cluster.kubeconfig]
    path = f"{world.cluster.kubectl_path.parent}:{os.environ['PATH']}"
    environment = world.environment() | {"PATH": path}
    subprocess.run([*command, "--endpoint-url", world.aws.url], env=environment, check=True, capture_output=True)
    eks = boto3.client("eks", endpoint_url=world.aws.url, **KEYS)
    made = eks.create_pod_identity_association(
        clusterName="prod", namespace=world.namespace, serviceAccount="api", roleArn=world.role
    )["association"]
    service = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    world.set_trust({"Version": "2012-10-17", "Statement": [service]})
    return made


def test_handed_over_to_pod_identity(world):
    association = associated(world)
    targets = ["deploy/api", "cluster/prod"]
    report, done = world.diagnose(*targets)
    first = report["findings"][0]
    assert (first["cause"], done.returncode) == ("pod.two-mechanisms", 1), (report["findings"], done.stderr)
    fixed = world.rolecall("fix", "-n", world.namespace, *targets, "--yes")
    assert fixed.returncode in (0, 3), fixed.stdout + fixed.stderr
    account = world.cluster.get("-n", world.namespace, "serviceaccount", "api")
    assert ROLE not in account["metadata"].get("annotations", {})
    report, done = world.diagnose(*targets)
    assert not [one for one in report["findings"] if one["severity"] == "error"], (report["findings"], done.stderr)
    # What the agent on the node does with the token of the pod.
    token = world.cluster.token(world.namespace, "api", until(world.pods)[-1]["metadata"]["name"], "pods.eks.amazonaws.com")
    auth = boto3.client("eks-auth", endpoint_url=world.aws.url, **KEYS)
    answer = auth.assume_role_for_pod_identity(clusterName="prod", token=token)
    assert answer["podIdentityAssociation"]["associationId"] == association["associationId"]


def test_both_mechanisms_while_both_work(world):
    """The near miss: the role still trusts web identity, and the pod works. That is remarked on."""
    associated(world)
    world.set_trust(world.trust())
    report, done = world.diagnose("deploy/api", "cluster/prod")
    found = {finding["cause"]: finding["severity"] for finding in report["findings"]}
    assert (report["conclusion"], found["pod.two-mechanisms"]) == ("admitted", "warning"), (report["findings"], done.stderr)
