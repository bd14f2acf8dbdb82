"""A real kube-apiserver with its controllers, and the pod identity webhook in front of it."""

import base64
import hashlib
import json
import os
import pathlib
import shlex
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = pathlib.Path(__file__).parent
START = 900
ROLE = "eks.amazonaws.com/role-arn"
MOUNT = "/var/run/secrets/eks.amazonaws.com/serviceaccount"


class Cluster:
    """Started by `kube-up` in a folder of its own; one that runs there already is taken as it is. `more` are variables of
    `kube-up`."""

    def __init__(self, folder, **more):
        self.folder = pathlib.Path(folder)
        self.ours = not (self.folder / "port").exists()
        self.environment = os.environ | {"KUBE_RIG_DIR": str(self.folder)} | more
        command = [HERE / "kube-up", "up" if self.ours else "env"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=START)
        if done.returncode:
            raise AssertionError(f"kube-up failed:\n{done.stderr[-2000:]}")
        words = [word for line in done.stdout.splitlines() for word in shlex.split(line) if "=" in word]
        self.exports = dict(word.split("=", 1) for word in words)
        self.kubeconfig, self.issuer = self.exports["KUBECONFIG"], self.exports["KUBE_OIDC_ISSUER"]
        self.kubectl_path = pathlib.Path(self.exports["PATH"].split(":")[0]) / "kubectl"

    @property
    def name(self):
        """The issuer as IAM names it."""
        return self.issuer.removeprefix("https://")

    def thumbprint(self):
        """SHA-1 of the certificate that the API server presents last."""
        host, port = self.name.split(":")
        pem = ssl.get_server_certificate((host, int(port)))
        return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def kubectl(self, *arguments, given=None, check=True):
        command = [self.kubectl_path, "--kubeconfig", self.kubeconfig, *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def apply(self, *objects):
        self.kubectl("apply", "-f", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))

    def get(self, *arguments):
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def token(self, namespace, account, pod, audience):
        """A token as the kubelet of the pod would ask for it."""
        command = [HERE / "kube-up", "token", namespace, account, audience, "600", pod]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def rotate(self):
        """A new signing key; the old one stays in the key set that the cluster shows."""
        subprocess.run([HERE / "kube-up", "rotate"], env=self.environment, capture_output=True, timeout=300, check=True)

    def keys(self):
        """The key set that the cluster shows."""
        return json.loads(self.kubectl("get", "--raw", "/openid/v1/jwks"))["keys"]

    def calls(self):
        """Requests that the API server has answered so far, by verb and resource; watches and health are left out."""
        counts = {}
        for line in self.kubectl("get", "--raw", "/metrics").splitlines():
            if line.startswith("apiserver_request_total{"):
                labels, value = line[len("apiserver_request_total{") :].rsplit("} ", 1)
                found = dict(pair.split("=", 1) for pair in labels.split(","))
                key = (found["verb"].strip('"'), found["resource"].strip('"'))
                counts[key] = counts.get(key, 0) + float(value)
        return counts

    def down(self):
        if self.ours:
            subprocess.run([HERE / "kube-up", "down"], env=self.environment, timeout=60, check=False)


class Webhook:
    """The pod identity webhook (amazon-eks-pod-identity-webhook): what it does to a pod of an annotated account."""

    NAME = "pod-identity-webhook"

    def __init__(self, cluster):
        self.cluster = cluster
        handler = type("Handler", (BaseHTTPRequestHandler,), {"do_POST": _post(cluster), "log_message": lambda *_: None})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cluster.exports["KUBE_WEBHOOK_CERT"], cluster.exports["KUBE_WEBHOOK_KEY"])
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.register()

    def register(self):
        bundle = base64.b64encode(pathlib.Path(self.cluster.exports["KUBE_CA"]).read_bytes()).decode()
        url = f"https://127.0.0.1:{self.server.server_address[1]}/mutate"
        self.cluster.apply(
            {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "MutatingWebhookConfiguration",
                "metadata": {"name": self.NAME},
                "webhooks": [
                    {
                        "name": "pod-identity-webhook.amazonaws.com",
                        "admissionReviewVersions": ["v1"],
                        "sideEffects": "None",
                        "failurePolicy": "Ignore",
                        "timeoutSeconds": 10,
                        "clientConfig": {"url": url, "caBundle": bundle},
                        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
                    }
                ],
            }
        )

    def unregister(self):
        self.cluster.kubectl("delete", "mutatingwebhookconfiguration", self.NAME, "--ignore-not-found")

    def close(self):
        self.unregister()
        self.server.shutdown()


def _post(cluster):
    def post(request):
        review = json.loads(request.rfile.read(int(request.headers["content-length"])))["request"]
        answer = {"uid": review["uid"], "allowed": True}
        patch = _patch(cluster, review["namespace"], review["object"])
        if patch:
            answer |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}).encode()
        request.send_response(200)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return post


def _patch(cluster, namespace, pod):
    account = pod["spec"].get("serviceAccountName", "default")
    found = cluster.kubectl("-n", namespace, "get", "serviceaccount", account, "-o", "json", check=False)
    annotations = json.loads(found)["metadata"].get("annotations", {}) if found else {}
    if ROLE not in annotations:
        return []
    audience = annotations.get("eks.amazonaws.com/audience", "sts.amazonaws.com")
    groups = [
        {"AWS_STS_REGIONAL_ENDPOINTS": "regional"},
        {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"},
        {"AWS_ROLE_ARN": annotations[ROLE], "AWS_WEB_IDENTITY_TOKEN_FILE": f"{MOUNT}/token"},
    ]
    containers = pod["spec"]["containers"]
    for container in containers:
        known = {variable["name"] for variable in container.get("env", [])}
        # Each group only where none of it is there; a container that has of each is left alone (reference eks.md §3.3).
        missing = [group for group in groups if not known & set(group)]
        if not missing:
            continue
        added = [{"name": name, "value": value} for group in missing for name, value in group.items()]
        container["env"] = container.get("env", []) + added
        container.setdefault("volumeMounts", []).append({"name": "aws-iam-token", "readOnly": True, "mountPath": MOUNT})
    source = {"serviceAccountToken": {"audience": audience, "expirationSeconds": 86400, "path": "token"}}
    volume = {"name": "aws-iam-token", "projected": {"sources": [source]}}
    return [
        {"op": "add", "path": "/spec/volumes/0", "value": volume},
        {"op": "add", "path": "/spec/containers", "value": containers},
    ]


def until(condition, seconds=60):
    """Waits for what becomes true; gives it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true in time")
        time.sleep(0.1)
    return found
