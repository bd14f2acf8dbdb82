"""The same against an AWS that is not ours: moto. It admits every token, so it proves the calls and not the exchange."""

import json
import os
import pathlib
import subprocess
import time
import urllib.request

import boto3
import pytest

from rigs.service import free_port


@pytest.fixture(scope="module")
def moto():
    port = free_port()
    command = [pathlib.Path(os.environ["ROLECALL_RIGS"]) / "aws-clients/venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=2).read()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
    yield url
    process.terminate()
    process.wait(30)


def test_diagnosed_and_mended(world, moto):
    client = {"region_name": "us-east-1", "endpoint_url": moto, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    iam = boto3.client("iam", **client)
    provider = iam.create_open_id_connect_provider(
        Url=world.cluster.issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=[world.cluster.thumbprint()]
    )["OpenIDConnectProviderArn"]
    bad = world.trust(Principal={"Federated": provider}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName=world.role_name, AssumeRolePolicyDocument=json.dumps(bad))["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    iam.put_role_policy(RoleName=world.role_name, PolicyName="inline", PolicyDocument=document)
    arn = iam.create_policy(PolicyName=world.role_name, PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=world.role_name, PolicyArn=arn)
    world.annotate(role)
    world.restart()
    environment = world.environment(AWS_ENDPOINT_URL=moto)

    report, done = world.diagnose(environment=environment)
    assert (report["findings"][0]["cause"], done.returncode) == ("trust.action-missing", 1), done.stderr
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    report, done = world.diagnose("deploy/api", "--probe", environment=environment)
    assert (report["conclusion"], done.returncode) == ("admitted", 0), done.stderr
    (statement,) = iam.get_role(RoleName=world.role_name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert "sts:AssumeRoleWithWebIdentity" in statement["Action"]


def test_a_cluster_of_eks(world, moto, tmp_path):
    eks = boto3.client("eks", region_name="us-east-1", endpoint_url=moto, aws_access_key_id="test", aws_secret_access_key="test")
    role = "arn:aws:iam::123456789012:role/eks"
    made = eks.create_cluster(name="prod", roleArn=role, resourcesVpcConfig={})["cluster"]
    environment = world.environment(AWS_ENDPOINT_URL=moto)
    done = world.rolecall("collect", made["arn"], "--out", str(tmp_path / "evidence"), environment=environment)
    # Its issuer is none that could be fetched: that is said, and nothing rests on it.
    assert done.returncode == 3 and "not fetched from here" in done.stderr, done.stderr
    read = json.loads((tmp_path / "evidence/cluster.json").read_text())["cluster"]
    assert (read["name"], read["arn"]) == ("prod", made["arn"])
    assert read["identity"]["oidc"]["issuer"] == made["identity"]["oidc"]["issuer"]
