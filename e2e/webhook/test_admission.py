"""Pods that a real API server sends to the webhook, and what it keeps of them."""

import json

from rigs.cluster import MOUNT, ROLE, until

from conftest import ARN, environment, made, pod, service_account


def has_role(cluster, namespace, name):
    return "AWS_ROLE_ARN" in environment(made(cluster, pod(namespace, name))["spec"]["containers"][0])


def seen(webhook, cluster, namespace):
    """Waits until the API server trusts the webhook and has heard of it, by dry runs that are not refused."""
    until(lambda: "BEGIN CERTIFICATE" in webhook.bundle())
    dry = json.dumps(pod(namespace, "dry", account="default"))
    until(lambda: cluster.kubectl("create", "--dry-run=server", "-f", "-", given=dry, check=False))
    until(lambda: webhook.metric('admissions_total{outcome="NoRole"}'))


def test_a_pod_gets_its_role(cluster, webhook, namespace):
    cluster.apply(service_account(namespace))
    webhook.register()
    webhook.start("--aws-default-region", "eu-west-1", "--sts-regional-endpoint")
    seen(webhook, cluster, namespace)
    found = made(cluster, pod(namespace, initContainers=[{"name": "i", "image": "registry.example.com/i:1"}]))
    spec = found["spec"]
    for container in spec["containers"] + spec["initContainers"]:
        assert environment(container) == {
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-1",
            "AWS_ROLE_ARN": ARN,
            "AWS_WEB_IDENTITY_TOKEN_FILE": f"{MOUNT}/token",
        }
        assert {"name": "aws-iam-token", "readOnly": True, "mountPath": MOUNT} in container["volumeMounts"]
    volume = next(volume for volume in spec["volumes"] if volume["name"] == "aws-iam-token")
    token = volume["projected"]["sources"][0]["serviceAccountToken"]
    assert token == {"audience": "sts.amazonaws.com", "expirationSeconds": 86400, "path": "token"}
    # The token that the kubelet would write there is one for AWS.
    assert cluster.token(namespace, "cart", "p", token["audience"]).count(".") == 2


def test_annotations_and_what_is_never_overridden(cluster, webhook, namespace):
    prefix = "eks.amazonaws.com"
    annotations = {f"{prefix}/audience": "vault", f"{prefix}/token-expiration": "1200"}
    cluster.apply(service_account(namespace, **annotations), service_account(namespace, "bare", role=None))
    webhook.register()
    webhook.start()
    seen(webhook, cluster, namespace)
    containers = [
        {"name": "c", "image": "x", "env": [{"name": "AWS_ROLE_ARN", "value": "mine"}]},
        {"name": "side", "image": "x"},
    ]
    kept = made(cluster, pod(namespace, annotations={f"{prefix}/skip-containers": "side"}, containers=containers))["spec"]
    assert environment(kept["containers"][0]) == {"AWS_ROLE_ARN": "mine"}
    assert environment(kept["containers"][1]) == {}
    token = next(one for one in kept["volumes"] if one["name"] == "aws-iam-token")["projected"]["sources"][0]
    assert token["serviceAccountToken"] == {"audience": "vault", "expirationSeconds": 1200, "path": "token"}
    assert environment(made(cluster, pod(namespace, "q", account="bare"))["spec"]["containers"][0]) == {}


def test_an_account_and_its_pod_made_together(cluster, webhook, namespace):
    webhook.register()
    webhook.start("--service-account-lookup-grace-period", "2s")
    seen(webhook, cluster, namespace)
    for number in range(5):
        name = f"new-{number}"
        cluster.apply(service_account(namespace, name), pod(namespace, name, account=name))
        found = cluster.get("-n", namespace, "pod", name)
        assert environment(found["spec"]["containers"][0])["AWS_ROLE_ARN"] == ARN
    # A change of the annotation is seen without a restart.
    other = ARN.replace("cart", "till")
    cluster.kubectl("-n", namespace, "annotate", "serviceaccount", "new-0", "--overwrite", f"{ROLE}={other}")
    ask = lambda: webhook.ask(pod(namespace, account="new-0"), namespace)  # noqa: E731
    until(lambda: other in json.dumps(patch(ask())))


def test_roles_of_a_config_map(cluster, webhook, namespace):
    cluster.apply(service_account(namespace, role=None))
    webhook.register()
    webhook.start("--watch-config-map")
    seen(webhook, cluster, namespace)
    config = json.dumps({f"{namespace}/cart": {"RoleARN": ARN, "Audience": "sts.amazonaws.com"}})
    map_ = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "pod-identity-webhook", "namespace": "default"}}
    cluster.apply(map_ | {"data": {"config": config}})
    try:
        until(lambda: "patch" in webhook.ask(pod(namespace), namespace))
    finally:
        cluster.kubectl("delete", "configmap", "pod-identity-webhook")
    until(lambda: "patch" not in webhook.ask(pod(namespace), namespace))


def test_pod_identity_from_a_file(cluster, webhook, namespace, tmp_path):
    cluster.apply(service_account(namespace))
    file = tmp_path / "identities.json"
    file.write_text(json.dumps({"identities": [{"namespace": namespace, "serviceAccount": "cart"}]}))
    webhook.register()
    webhook.start("--watch-container-credentials-config", str(file))
    seen(webhook, cluster, namespace)
    until(lambda: "pod-identity" in json.dumps(patch(webhook.ask(pod(namespace), namespace))))
    found = made(cluster, pod(namespace))
    assert found["metadata"]["labels"] == {"eks.amazonaws.com/pod-identity": "enabled"}
    names = set(environment(found["spec"]["containers"][0]))
    assert names == {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}


def test_failures_are_told_as_events(cluster, webhook, namespace):
    cluster.apply(service_account(namespace, "typo", role="role/cart"))
    webhook.register()
    webhook.start()
    seen(webhook, cluster, namespace)
    made(cluster, pod(namespace, account="typo"))
    event = until(lambda: [one for one in cluster.get("-n", namespace, "events")["items"] if one["reason"] == "RoleArnMalformed"])[0]
    assert (event["type"], event["involvedObject"]["kind"], event["involvedObject"]["name"]) == ("Warning", "ServiceAccount", "typo")
    answer = webhook.ask(pod(namespace, account="nobody"), namespace)
    assert answer["allowed"] and "patch" not in answer and "is not known" in answer["warnings"][0]
    until(lambda: [one for one in cluster.get("-n", namespace, "events")["items"] if one["reason"] == "ServiceAccountUnknown"])
    assert webhook.metric('admissions_total{outcome="UnknownAccount"}') == 1


def patch(answer):
    import base64

    return json.loads(base64.b64decode(answer.get("patch", "W10=")))
