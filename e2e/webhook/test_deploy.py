"""The manifests and charts of deploy/: a real API server takes them, and their permissions are enough."""

import base64
import json
import os
import subprocess

import pytest
import yaml

from rigs.cluster import until

from conftest import ARN, ROOT, pod, service_account

RENDER = """
import json, sys, helm_python as helm
chart, values = sys.argv[1], json.loads(sys.argv[2])
print(json.dumps({"lint": helm.lint(chart), "files": helm.Chart.load(chart).render(values, name="demo", namespace="eks")}))
"""

GIVEN = {
    "tls": {"existingSecret": "given", "caBundle": base64.b64encode(b"x").decode()},
    "watchConfigMap": True,
    "awsDefaultRegion": "eu-west-1",
    "replicas": 1,
    "extraArgs": ["--service-account-lookup-grace-period=1s"],
    "tolerations": [{"operator": "Exists"}],
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "namespaceSelector": {"matchLabels": {"roles": "yes"}},
    "imagePullSecrets": [{"name": "pull"}],
}
SERVICE = {"existingSecret": "root", "tlsSecret": "tls", "allowLocalIssuers": True, "storage": {"className": "gp3"}}


def rendered(chart, values):
    command = [os.environ["HELM_PYTHON"], "-c", RENDER, str(ROOT / "deploy/chart" / chart), json.dumps(values)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert not answer["lint"]["errors"], answer["lint"]
    return [one for text in answer["files"].values() for one in yaml.safe_load_all(text) if one]


def manifests(path):
    return [one for one in yaml.safe_load_all((ROOT / "deploy" / path).read_text()) if one]


@pytest.mark.parametrize(
    "objects",
    [
        lambda: manifests("webhook/webhook.yaml"),
        lambda: rendered("rolecall-webhook", {}),
        lambda: rendered("rolecall-webhook", GIVEN),
        lambda: manifests("kubernetes/service.yaml"),
        lambda: rendered("rolecall", {}),
        lambda: rendered("rolecall", SERVICE),
    ],
    ids=["webhook", "chart-webhook", "chart-webhook-given", "service", "chart-service", "chart-service-given"],
)
def test_a_real_api_server_takes_them(cluster, objects):
    found = objects()
    spaces = {one["metadata"].get("namespace") for one in found} - {None}
    cluster.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}} for space in spaces))
    for one in found:
        # policy/v1 is younger than the API server of these tests.
        if one["kind"] == "PodDisruptionBudget":
            one = one | {"apiVersion": "policy/v1beta1"}
        cluster.kubectl("create", "--dry-run=server", "--validate=true", "-f", "-", given=json.dumps(one))


def flags(objects):
    container = next(one for one in objects if one["kind"] in ("Deployment", "StatefulSet"))
    return container["spec"]["template"]["spec"]["containers"][0]["args"]


@pytest.mark.parametrize(
    "arguments",
    [
        lambda: flags(manifests("webhook/webhook.yaml")),
        lambda: flags(rendered("rolecall-webhook", {})),
        lambda: flags(rendered("rolecall-webhook", GIVEN)),
        lambda: flags(manifests("kubernetes/service.yaml")),
        lambda: flags(rendered("rolecall", {})),
        lambda: flags(rendered("rolecall", SERVICE)),
    ],
    ids=["webhook", "chart-webhook", "chart-webhook-given", "service", "chart-service", "chart-service-given"],
)
def test_their_flags_are_flags(arguments):
    done = subprocess.run([os.environ["ROLECALL_BIN"], *arguments(), "--no-such-flag"], capture_output=True, text=True, timeout=60)
    assert "unexpected argument '--no-such-flag'" in done.stderr, done.stderr


def test_their_permissions_are_enough(cluster, webhook, namespace, tmp_path):
    """As the manifest's own account: reads accounts, keeps its Secret, writes whom to trust, makes events; no more."""
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "eks"}}
    kinds = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}
    cluster.apply(space, *(one for one in manifests("webhook/webhook.yaml") if one["kind"] in kinds))
    command = [str(ROOT / "e2e/rigs/kube-up"), "token", "eks", "pod-identity-webhook", cluster.issuer]
    token = subprocess.run(command, env=cluster.environment, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    config = json.loads(open(cluster.kubeconfig).read())
    config["users"] = [{"name": "admin", "user": {"token": token}}]
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    cluster.apply(service_account(namespace), service_account(namespace, "typo", role="x"))
    webhook.register("Ignore")
    webhook.start("--namespace=eks", "--watch-config-map", kubeconfig=kubeconfig)
    try:
        until(lambda: "BEGIN CERTIFICATE" in webhook.bundle())
        assert webhook.ask(pod(namespace), namespace)["patch"]
        webhook.ask(pod(namespace, account="typo"), namespace)
        until(lambda: cluster.get("-n", namespace, "events")["items"])
        assert "orbidden" not in webhook.log.read_text(), webhook.log.read_text()
        assert ARN
    finally:
        cluster.kubectl("-n", "eks", "delete", "secret", "pod-identity-webhook", "--ignore-not-found")
