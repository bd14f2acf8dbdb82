"""The API server away and back; certificates that renew themselves while pods are admitted."""

import concurrent.futures
import json
import ssl
import threading
import time

from rigs.cluster import until

from conftest import ARN, NAME, made, pod, service_account
from test_admission import patch, seen


def test_the_last_known_state_is_used_while_the_api_server_is_away(cluster, webhook, line, namespace):
    cluster.apply(service_account(namespace))
    webhook.register()
    webhook.start("--service-account-lookup-grace-period", "0")
    seen(webhook, cluster, namespace)
    context = ssl.create_default_context(cadata=webhook.bundle())
    ask = lambda account="cart": webhook.ask_with(context, pod(namespace, account=account), namespace)  # noqa: E731
    assert webhook.metric("api_server_watched") == 1

    line.cut()
    until(lambda: webhook.metric("api_server_watched") == 0)
    cluster.apply(service_account(namespace, "late"))
    for _ in range(200):
        assert ARN in json.dumps(patch(ask()))
    assert "patch" not in ask("late")
    assert webhook.told("/readyz") == "ok"

    # A second outage while the first is mended, as restarts of an API server are.
    line.mend()
    until(lambda: webhook.metric("api_server_watched") == 1)
    until(lambda: "patch" in ask("late"))
    line.cut()
    until(lambda: webhook.metric("api_server_watched") == 0)
    cluster.kubectl("-n", namespace, "delete", "serviceaccount", "late")
    assert "patch" in ask("late")
    line.mend()
    until(lambda: "patch" not in ask("late"))
    assert webhook.metric("api_server_interruptions_total") >= 2
    assert "service accounts are watched again" in webhook.log.read_text()


def test_a_webhook_that_starts_while_the_api_server_is_away(cluster, webhook, line, namespace):
    cluster.apply(service_account(namespace))
    webhook.register("Ignore")
    line.cut()
    webhook.start(ready=False)
    until(lambda: webhook.told("/healthz") == "ok")
    assert webhook.told("/readyz").startswith("not ready")
    # Pods are not held back meanwhile.
    made(cluster, pod(namespace))
    line.mend()
    until(lambda: webhook.told("/readyz") == "ok")
    until(lambda: ARN in json.dumps(patch(webhook.ask(pod(namespace), namespace))))


def test_certificates_are_renewed_without_a_refused_admission(cluster, webhook, namespace):
    cluster.apply(service_account(namespace))
    webhook.register("Fail")
    # Authorities of a minute, certificates of half a minute, looked at every second and a half.
    webhook.start("--ca-duration", "60s", "--cert-duration", "30s", "--ca-spread", "5s")
    seen(webhook, cluster, namespace)
    stop, served, bundles, made_pods = threading.Event(), set(), set(), 0
    refused = []

    def ask():
        """Connections of its own, each with what the API server trusts at that moment."""
        while not stop.is_set():
            bundle = webhook.bundle()
            bundles.add(bundle)
            served.add(webhook.served())
            try:
                answer = webhook.ask_with(ssl.create_default_context(cadata=bundle), pod(namespace), namespace)
                assert answer["allowed"] and answer["patch"]
            except Exception as error:  # noqa: BLE001
                refused.append(repr(error))

    with concurrent.futures.ThreadPoolExecutor() as pool:
        asking = pool.submit(ask)
        deadline = time.monotonic() + 150
        try:
            # The API server itself, with failurePolicy Fail: a pod that is refused raises.
            while time.monotonic() < deadline and (len(served) < 4 or len(bundles) < 4):
                found = made(cluster, pod(namespace, f"p-{made_pods}"))
                assert found["spec"]["containers"][0]["env"]
                made_pods += 1
        finally:
            stop.set()
        asking.result()
    assert not refused, refused[:3]
    assert len(served) >= 4 and len(bundles) >= 4, (len(served), len(bundles))
    assert made_pods > 20
    assert webhook.metric("certificate_rotations_total") >= 3


def test_replicas_share_their_certificates(cluster, webhook, line, namespace, tmp_path_factory):
    from conftest import Webhook

    cluster.apply(service_account(namespace))
    webhook.register()
    webhook.start()
    until(lambda: "BEGIN CERTIFICATE" in webhook.bundle())
    second = Webhook(cluster, line, tmp_path_factory.mktemp("second"))
    second.start()
    try:
        assert second.served() == webhook.served()
        assert second.bundle() == webhook.bundle()
    finally:
        second.process.terminate()
        assert second.process.wait(30) == 0
    secret = cluster.get("secret", NAME)
    assert secret["type"] == "kubernetes.io/tls"
    # Restarted, it serves what is kept.
    before = webhook.served()
    webhook.process.terminate()
    webhook.process.wait(30)
    webhook.start()
    assert webhook.served() == before
    assert "PRIVATE KEY" not in webhook.log.read_text()


def test_a_reset_bundle_is_put_in_place_again(cluster, webhook, namespace):
    cluster.apply(service_account(namespace))
    webhook.register("Ignore")
    webhook.start("--cert-duration", "60s")
    until(lambda: "BEGIN CERTIFICATE" in webhook.bundle())
    before = webhook.bundle()
    webhook.cluster.kubectl("delete", "mutatingwebhookconfiguration", NAME)
    webhook.register("Ignore")
    until(lambda: webhook.bundle() == before)
