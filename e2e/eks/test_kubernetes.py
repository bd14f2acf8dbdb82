"""A real kube-apiserver, registered as a cluster: its tokens are exchanged; rotated keys work, dropped ones do not."""

import os
import subprocess
import time

import pytest

from rigs import clients, ledger
from rigs.account import Account, federated
from rigs.cluster import HERE, Cluster
from rigs.service import Service


# Seconds after which the service asks for an issuer's keys anew: the least that it can be told.
AGE = 10


@pytest.fixture(scope="module")
def cluster(folder):
    cluster = Cluster(folder / "kube")
    yield cluster
    cluster.down()


def exchanged(account, role, token):
    """The answer to an exchange, or status, code and sentence of its refusal."""
    try:
        return account.exchange(role, token)
    except account.sts.exceptions.ClientError as error:
        response = error.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def rig(cluster, command):
    done = subprocess.run(
        [HERE / "kube-up", command], env=cluster.environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_a_real_cluster(folder, cluster):
    service = Service(folder / "real", "--allow-local-issuers", "--issuer-keys-age", str(AGE)).start()
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
        # The service goes on running: within twice the age of a key set it knows that a key was dropped.
        fetches, begun = service.metric("rolecall_issuer_fetches_total"), time.monotonic()
        while not isinstance(exchanged(account, role, old), tuple):
            assert time.monotonic() - begun < 2 * AGE + 30, "a dropped key serves on"
            time.sleep(0.5)
        assert exchanged(account, role, old)[:2] == (400, "InvalidIdentityToken")
        account.exchange(role, new)
        # Tokens of the dropped key, whose id is unknown by now, make it ask no more often than it may.
        for _ in range(100):
            assert exchanged(account, role, old)[:2] == (400, "InvalidIdentityToken")
        allowed = 2 * (time.monotonic() - begun) / AGE + 2
        assert service.metric("rolecall_issuer_fetches_total") - fetches <= allowed
    finally:
        service.kill()
