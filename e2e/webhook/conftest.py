"""What the tests of the webhook share: a cluster, a webhook as a process, and a line between them that can be cut."""

import base64
import http.client
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from rigs.cluster import ROLE, Cluster, until

NUMBERS = itertools.count(1)
NAME = "pod-identity-webhook"
ARN = "arn:aws:iam::111122223333:role/cart"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    cluster = Cluster(os.environ.get("KUBE_RIG_DIR") or tmp_path_factory.mktemp("kube") / "run")
    yield cluster
    cluster.down()


@pytest.fixture
def namespace(cluster):
    name = f"shop-{os.getpid()}-{next(NUMBERS)}"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    # Pods are taken once the controllers have made the default account.
    until(lambda: cluster.kubectl("-n", name, "get", "serviceaccount", "default", check=False))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def line(cluster):
    line = Line(cluster.issuer.removeprefix("https://").rsplit(":", 1))
    yield line
    line.close()


@pytest.fixture
def webhook(cluster, line, tmp_path):
    webhook = Webhook(cluster, line, tmp_path)
    yield webhook
    webhook.stop()


class Line:
    """A line to the API server, which can be cut: connections end, and no new one is taken until it is mended."""

    def __init__(self, target):
        self.target = (target[0], int(target[1]))
        self.cut_off, self.ends = False, set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.cut_off:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.ends |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        # Shut down first: a thread that waits for data would keep a closed socket open.
        for end in (one, other):
            shut(end)
            end.close()
        self.ends -= {one, other}

    def cut(self):
        self.cut_off = True
        for end in list(self.ends):
            shut(end)

    def mend(self):
        self.cut_off = False

    def close(self):
        self.listener.close()
        self.cut()


def shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Webhook:
    """`rolecall webhook`, with its certificates in a Secret of the cluster, registered by URL."""

    def __init__(self, cluster, line, folder):
        self.cluster, self.line, self.folder = cluster, line, folder
        self.process, self.port, self.metrics_port = None, free_port(), free_port()

    def start(self, *flags, kubeconfig=None, ready=True):
        command = [
            os.environ["ROLECALL_BIN"], "webhook", "--listen", f"127.0.0.1:{self.port}",
            "--metrics-listen", f"127.0.0.1:{self.metrics_port}", *(() if any(flag.startswith("--namespace") for flag in flags) else ("--namespace", "default")),
            "--kubeconfig", str(kubeconfig or self.cluster.kubeconfig), "--kube-api", f"https://127.0.0.1:{self.line.port}", *flags,
        ]
        self.log = self.folder / "webhook.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environment | {"RUST_BACKTRACE": "1"})
        if ready:
            until(lambda: self.told("/readyz") == "ok")
        return self

    def register(self, failure_policy="Fail", **more):
        """Registers the webhook with no authority to trust: the webhook has to put it in place itself."""
        self.cluster.apply(
            {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": NAME},
                "webhooks": [
                    {
                        "name": "pod-identity-webhook.amazonaws.com",
                        "admissionReviewVersions": ["v1", "v1beta1"],
                        "sideEffects": "NoneOnDryRun",
                        "failurePolicy": failure_policy,
                        "timeoutSeconds": 5,
                        "clientConfig": {"url": f"https://127.0.0.1:{self.port}/mutate"},
                        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
                    }
                    | more
                ],
            }
        )

    def bundle(self):
        found = self.cluster.get("mutatingwebhookconfiguration", NAME)["webhooks"][0]["clientConfig"].get("caBundle", "")
        return base64.b64decode(found).decode()

    def told(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode().strip()
        except OSError:
            return ""
        finally:
            connection.close()

    def metric(self, name):
        found = re.search(rf"^rolecall_webhook_{re.escape(name)} (\S+)$", self.told("/metrics"), re.M)
        return float(found[1]) if found else None

    def served(self):
        """The certificate that is served at this moment."""
        return ssl.get_server_certificate(("127.0.0.1", self.port))

    def ask(self, pod, namespace, version="v1", uid="u-1"):
        """Asks as the API server does, trusting what the API server is told to trust."""
        context = ssl.create_default_context(cadata=self.bundle())
        return self.ask_with(context, pod, namespace, version, uid)

    def ask_with(self, context, pod, namespace, version="v1", uid="u-1"):
        review = {
            "kind": "AdmissionReview",
            "apiVersion": f"admission.k8s.io/{version}",
            "request": {"uid": uid, "namespace": namespace, "operation": "CREATE", "object": pod},
        }
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        try:
            connection.request("POST", "/mutate?timeout=5s", json.dumps(review), {"content-type": "application/json"})
            return json.loads(connection.getresponse().read())["response"]
        finally:
            connection.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0, self.log.read_text()
        self.cluster.kubectl("delete", "mutatingwebhookconfiguration", NAME, "--ignore-not-found")
        self.cluster.kubectl("delete", "secret", NAME, "--ignore-not-found")


def service_account(namespace, name="cart", role=ARN, **annotations):
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": namespace, "annotations": ({ROLE: role} if role else {}) | annotations},
    }


def pod(namespace, name="p", account="cart", annotations=None, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "annotations": annotations or {}},
        "spec": {"serviceAccountName": account, "containers": [{"name": "c", "image": "registry.example.com/c:1"}]} | spec,
    }


def made(cluster, pod):
    """Makes a pod, and gives it as the API server keeps it."""
    cluster.kubectl("create", "-f", "-", given=json.dumps(pod))
    return cluster.get("-n", pod["metadata"]["namespace"], "pod", pod["metadata"]["name"])


def environment(container):
    return {variable["name"]: variable.get("value") for variable in container.get("env", [])}


ROOT = pathlib.Path(__file__).parents[2]
