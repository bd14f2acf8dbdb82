"""A real kube-apiserver, registered as a cluster: its tokens are exchanged; rotated keys work, dropped ones do not."""

import os
import subprocess

import pytest

from rigs import clients, ledger
from rigs.account import Account, federated
from rigs.clients import refusal
from rigs.cluster import HERE, Cluster
from rigs.service import Service


@pytest.fixture(scope="module")
def cluster(folder):
    cluster = Cluster(folder / "kube")
    yield cluster
    cluster.down()


def rig(cluster, command):
    done = subprocess.run(
        [HERE / "kube-up", command], env=cluster.environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_a_real_cluster(folder, cluster):
    service = Service(folder / "real", "--allow-local-issuers").start()
    try:
        account = Account(service)
        environment = clients.environment(service, account.root)
        path = f"{cluster.kubectl_path.parent}:{os.environ['PATH']}"
        command = [os.environ["ROLECALL_BIN"], "cluster", "add", "real", "--kubeconfig", cluster.kubeconfig]
        clients.run(command, environment | {"PATH": path})
        described = clients.cli_json(
            clients.CLIS["awscli-2"], environment, "eks", "describe-cluster", "--name", "real"
        )["cluster"]
        assert described["identity"]["oidc"]["issuer"] == cluster.issuer
        assert described["endpoint"].startswith("https://") and described["certificateAuthority"]["data"]
        provider = account.provider(cluster.issuer, cluster.thumbprint())
        subject = {f"{cluster.name}:sub": "system:serviceaccount:default:default"}
        role = account.role("pods", federated(provider, StringEquals=subject))

        def token():
            done = subprocess.run(
                [HERE / "kube-up", "token", "default", "default", "sts.amazonaws.com", "900"],
                env=cluster.environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )
            return ledger.token(done.stdout.strip())

        old = token()
        assert account.exchange(role, old)["SubjectFromWebIdentityToken"] == "system:serviceaccount:default:default"
        rig(cluster, "rotate")
        new = token()
        assert account.exchange(role, new)["Provider"] == provider
        account.exchange(role, old)
        rig(cluster, "drop-keys")
        # The service keeps a key set for minutes; one that starts now has only what the cluster publishes now.
        service.stop()
        service.start()
        account.exchange(role, new)
        assert refusal(lambda: account.exchange(role, old))[:2] == (400, "InvalidIdentityToken")
    finally:
        service.kill()
