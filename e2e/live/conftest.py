"""What the tests of live diagnosis share: a cluster with its webhook, an AWS, and workloads to break."""

import itertools
import json
import os
import signal
import subprocess

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from rigs.account import Account
from rigs.cluster import ROLE, Cluster, Webhook, until
from rigs.recorder import Recorder, kubeconfig
from rigs.service import Service

NUMBERS = itertools.count(1)
# A run that is told to end ends its cluster first.
signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    cluster = Cluster(os.environ.get("KUBE_RIG_DIR") or tmp_path_factory.mktemp("kube") / "run")
    yield cluster
    cluster.down()


@pytest.fixture(scope="session")
def webhook(cluster):
    webhook = Webhook(cluster)
    # The API server takes a moment to see it.
    probe = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"probe-{os.getpid()}"}}
    cluster.apply(probe)
    yield webhook
    cluster.kubectl("delete", "namespace", probe["metadata"]["name"], "--wait=false")
    webhook.close()


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """`rolecall serve` in AWS's place."""
    service = Service(tmp_path_factory.mktemp("aws") / "service", dev=True).start()
    yield service
    service.kill()


@pytest.fixture
def account(aws, cluster):
    """The account, with the cluster's provider as it should be, whatever the test before did to it."""
    account = Account(aws)
    for entry in account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=entry["Arn"])
    account.provider_arn = account.provider(cluster.issuer, cluster.thumbprint())
    return account


@pytest.fixture
def world(cluster, webhook, aws, account, tmp_path):
    """A workload that works: deployment, account, role, provider."""
    world = World(cluster, aws, account, tmp_path)
    world.webhook = webhook
    yield world
    world.close()


class World:
    def __init__(self, cluster, aws, account, folder):
        self.cluster, self.aws, self.account, self.folder = cluster, aws, account, folder
        number = next(NUMBERS)
        self.namespace, self.role_name = f"payments-{os.getpid()}-{number}", f"api-{os.getpid()}-{number}"
        self.subject = f"system:serviceaccount:{self.namespace}:api"
        self.provider = account.provider_arn
        self.roles, self.policies = [self.role_name], []
        self.role = account.iam.create_role(
            RoleName=self.role_name, AssumeRolePolicyDocument=json.dumps(self.trust())
        )["Role"]["Arn"]
        cluster.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}},
            self.service_account(),
        )
        self.deploy()

    def trust(self, **changes):
        name = self.cluster.name
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": self.provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{name}:aud": "sts.amazonaws.com", f"{name}:sub": self.subject}},
        }
        return {"Version": "2012-10-17", "Statement": [statement | changes]}

    def set_trust(self, document):
        self.account.iam.update_assume_role_policy(RoleName=self.role_name, PolicyDocument=json.dumps(document))

    def live_trust(self):
        return self.account.iam.get_role(RoleName=self.role_name)["Role"]["AssumeRolePolicyDocument"]

    def service_account(self, name="api", **annotations):
        return {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": self.namespace, "annotations": {ROLE: self.role} | annotations},
        }

    def annotate(self, value, key=ROLE):
        change = f"{key}={value}" if value is not None else f"{key}-"
        self.cluster.kubectl("-n", self.namespace, "annotate", "serviceaccount", "api", "--overwrite", change)

    def deploy(self, environment=(), **spec):
        labels = {"app": "api"}
        # Each is another template: one that was there before would take up its old pods.
        annotations = {"example.com/round": str(next(NUMBERS))}
        template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": self.pod_spec(environment) | spec}
        self.cluster.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "api", "namespace": self.namespace},
                "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
            }
        )
        until(self.pods)

    def pod_spec(self, environment=()):
        """A pod's, with variables that somebody set by hand."""
        container = {"name": "api", "image": "registry.example.com/api:1"}
        container |= {"env": [{"name": name, "value": value} for name, value in dict(environment).items()]}
        return {"serviceAccountName": "api", "containers": [container]}

    def redeploy(self, *arguments, **spec):
        """The same, and a pod of it."""
        before = {pod["metadata"]["name"] for pod in self.pods()}
        self.deploy(*arguments, **spec)
        until(lambda: {pod["metadata"]["name"] for pod in self.pods()} - before)

    def pods(self):
        found = self.cluster.get("-n", self.namespace, "pods")["items"]
        return sorted(found, key=lambda pod: (pod["metadata"]["creationTimestamp"], int(pod["metadata"]["resourceVersion"])))

    def restart(self):
        before = {pod["metadata"]["name"] for pod in self.pods()}
        self.cluster.kubectl("-n", self.namespace, "rollout", "restart", "deployment/api")
        until(lambda: {pod["metadata"]["name"] for pod in self.pods()} - before)

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.aws.url,
            "KUBECONFIG": self.cluster.kubeconfig,
        } | more

    def rolecall(self, command, *arguments, environment=None, given="", timeout=120, local=True):
        """Runs rolecall. What stands for AWS here takes local issuers, and whoever looks at them is told so."""
        told = ["--allow-local-issuers"] if local and command in ("diagnose", "fix", "collect") else []
        command = [os.environ["ROLECALL_BIN"], command, *told, *arguments]
        return subprocess.run(
            command, env=environment or self.environment(), input=given, capture_output=True, text=True,
            timeout=timeout, cwd=self.folder,
        )

    def diagnose(self, *arguments, environment=None):
        """The report, and how the command ended."""
        arguments = arguments or ("deploy/api",)
        done = self.rolecall("diagnose", "-n", self.namespace, "--format", "json", *arguments, environment=environment)
        assert done.stdout, done.stderr
        return json.loads(done.stdout), done

    def credentials(self, **more):
        """What the pod's SDK does: the newest pod's own token, exchanged for the role that the pod names; gives the ARN
        of who it is then. `more` are parameters of the exchange."""
        return self.session(**more).client("sts", endpoint_url=self.aws.url).get_caller_identity()["Arn"]

    def session(self, **more):
        """The session of the pod's SDK."""
        pod = self.pods()[-1]
        variables = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0].get("env", [])}
        volume = next(volume for volume in pod["spec"]["volumes"] if volume["name"] == "aws-iam-token")
        audience = volume["projected"]["sources"][0]["serviceAccountToken"]["audience"]
        token = self.cluster.token(self.namespace, pod["spec"]["serviceAccountName"], pod["metadata"]["name"], audience)
        sts = boto3.client("sts", region_name="us-east-1", endpoint_url=self.aws.url, config=Config(signature_version=UNSIGNED))
        answer = sts.assume_role_with_web_identity(
            RoleArn=variables["AWS_ROLE_ARN"], RoleSessionName="e2e", WebIdentityToken=token, **more
        )["Credentials"]
        return boto3.Session(
            region_name="us-east-1", aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"], aws_session_token=answer["SessionToken"],
        )

    def role_beside(self, name, trust=None):
        """Another role, gone with the test; gives its ARN."""
        name = f"{name}-{self.role_name}"
        document = json.dumps(trust or self.trust())
        role = self.account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        self.roles.append(name)
        return role

    def managed_policy(self, name, document):
        """A managed policy, gone with the test; gives its ARN."""
        name = f"{name}-{self.role_name}"
        arn = self.account.iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
        self.policies.append(arn)
        return arn

    def in_force(self, policy):
        """The default version's document of a managed policy."""
        version = self.account.iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
        return self.account.iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]

    def close(self):
        self.cluster.kubectl("delete", "namespace", self.namespace, "--wait=false")
        for name in self.roles:
            self.delete_role(name)
        for arn in self.policies:
            self.delete_policy(arn)

    def delete_role(self, name):
        iam = self.account.iam
        try:
            policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
        except iam.exceptions.NoSuchEntityException:
            return
        for policy in policies:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        if "PermissionsBoundary" in iam.get_role(RoleName=name)["Role"]:
            iam.delete_role_permissions_boundary(RoleName=name)
        iam.delete_role(RoleName=name)

    def delete_policy(self, arn):
        iam = self.account.iam
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=arn)


@pytest.fixture
def recorded(world, tmp_path):
    """A proxy before AWS and one before the API server, and an environment that goes by them."""
    pki = f"{world.cluster.folder}/pki"
    before_aws = Recorder(world.aws.url)
    before_api = Recorder(
        world.cluster.exports["KUBE_SERVER"], f"{pki}/admin.crt", f"{pki}/admin.key", world.cluster.exports["KUBE_CA"]
    )
    environment = world.environment(
        AWS_ENDPOINT_URL=before_aws.url, KUBECONFIG=kubeconfig(tmp_path / "recorded.json", before_api.url)
    )
    yield before_aws, before_api, environment
    before_aws.close()
    before_api.close()
