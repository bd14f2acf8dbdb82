"""Issuers that publish their documents apart from the cluster, as self-hosted clusters do: broken there, named live."""

import itertools
import json

import pytest

from rigs import forge, issuer
from rigs.account import Account
from rigs.cluster import Cluster, Webhook

DISCOVERY = "/.well-known/openid-configuration"
NUMBERS = itertools.count(1)


class Published:
    """A host with a certificate that no authority signed, and what a cluster's owner publishes there."""

    def __init__(self, folder):
        self.certificate, self.thumbprint = issuer.certificate(folder, "127.0.0.1")
        self.host = issuer.Issuer(certificate=self.certificate)
        self.url = self.host.url

    def publish(self, keys, **changes):
        self.host.serve(keys=keys, **changes)

    def stop(self):
        self.host.close()

    def start(self):
        self.host = issuer.Issuer(("127.0.0.1", int(self.url.rsplit(":", 1)[1])), self.certificate)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    return Published(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, published):
    cluster = Cluster(tmp_path_factory.mktemp("kube") / "run", KUBE_ISSUER=published.url)
    yield cluster
    cluster.down()


@pytest.fixture(scope="session")
def webhook(cluster):
    webhook = Webhook(cluster)
    yield webhook
    webhook.close()


@pytest.fixture
def account(aws, cluster, published):
    """With a provider of its own list of thumbprints: keys are kept for each, and none of the test before."""
    published.publish(cluster.keys())
    account = Account(aws)
    for entry in account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=entry["Arn"])
    account.provider_arn = account.provider(cluster.issuer, published.thumbprint, f"{next(NUMBERS):040x}")
    return account


def not_found(published, keys):
    del published.host.documents[DISCOVERY]


def keys_not_public(published, keys):
    published.host.put("/keys", {"error": "denied"}, 403)


def of_another(published, keys):
    published.publish(keys, issuer="https://idp.example.com")


def without_keys(published, keys):
    published.publish(keys, jwks_uri=None)


def a_page(published, keys):
    published.host.put(DISCOVERY, b"<html>sign in</html>")


def other_keys(published, keys):
    published.publish([forge.public(forge.new_key())])


def under_the_same_id(published, keys):
    published.publish([forge.public(forge.new_key(key_id=key["kid"])) for key in keys])


# What is done to what is published, the cause, and whether it is seen without a token.
BROKEN = [
    (not_found, "issuer.unreachable", True),
    (keys_not_public, "issuer.unreachable", True),
    (of_another, "issuer.discovery-invalid", True),
    (without_keys, "issuer.discovery-invalid", True),
    (a_page, "issuer.discovery-invalid", True),
    (other_keys, "issuer.key-missing", True),
    (under_the_same_id, "token.signature-invalid", False),
]


@pytest.mark.parametrize("broken, cause, seen", BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_cause(world, published, broken, cause, seen):
    keys = world.cluster.keys()
    broken(published, keys)
    report, done = world.diagnose()
    if seen:
        assert (report["findings"][0]["cause"], done.returncode) == (cause, 1), (report["findings"], done.stderr)
    else:
        assert report["conclusion"] == "admitted", report["findings"]
    report, done = world.diagnose("deploy/api", "--probe")
    first = report["findings"][0]
    assert (first["cause"], first["certainty"], done.returncode) == (cause, "certain", 1), (report, done.stderr)
    # What is published lies neither in AWS nor in the cluster: there is advice, and nothing that could be made.
    fixed = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert fixed.returncode == (2 if seen else 0), fixed.stdout + fixed.stderr
    published.publish(keys)
    restored(world, published)
    report, done = world.diagnose("deploy/api", "--probe")
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report, done.stderr)
    assert world.credentials().endswith("/e2e")


def restored(world, published):
    """A service remembers failures for seconds and keys for minutes; of another list of thumbprints it knows nothing."""
    world.account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=world.provider, ThumbprintList=[published.thumbprint, f"{next(NUMBERS):040x}"]
    )


def test_nobody_answers(world, published):
    """From here alone that says nothing: it is said what would read it. STS's own word decides."""
    published.stop()
    try:
        report, done = world.diagnose()
        assert (report["conclusion"], done.returncode) == ("admitted", 0), report["findings"]
        assert "not fetched from here" in done.stderr and f"curl -sS -m 5 '{world.cluster.issuer}{DISCOVERY}'" in done.stderr
        missing = {entry["fact"]: entry for entry in report["missing"]}["the issuer's discovery document"]
        assert "not fetched from here" in missing["why"] and f"{world.cluster.issuer}{DISCOVERY}" in missing["command"]
        report, done = world.diagnose("deploy/api", "--probe")
        assert (report["findings"][0]["cause"], done.returncode) == ("issuer.unreachable", 1), (report, done.stderr)
    finally:
        published.start()
        published.publish(world.cluster.keys())
    restored(world, published)
    assert world.diagnose("deploy/api", "--probe")[0]["conclusion"] == "admitted"


def test_local_issuers_only_when_told(world, published):
    published.host.requests.clear()
    done = world.rolecall("diagnose", "-n", world.namespace, "deploy/api", "--format", "json", local=False)
    assert json.loads(done.stdout)["conclusion"] == "admitted", done.stderr
    assert "--allow-local-issuers" in done.stderr
    assert not published.host.requests


def test_thumbprint(world, published):
    """The certificate is of no public authority: the provider's list decides, and is mended."""
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=[f"{next(NUMBERS):040x}"])
    report, done = world.diagnose()
    assert (report["findings"][0]["cause"], done.returncode) == ("provider.thumbprint-mismatch", 1), (report, done.stderr)
    assert report["findings"][0]["certainty"] == "likely"
    report, done = world.diagnose("deploy/api", "--probe")
    assert report["findings"][0]["certainty"] == "certain", (report["findings"], done.stderr)
    fixed = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert published.thumbprint in world.account.iam.get_open_id_connect_provider(**provider)["ThumbprintList"]
    assert world.credentials().endswith("/e2e")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert published.thumbprint not in world.account.iam.get_open_id_connect_provider(**provider)["ThumbprintList"]


def more_than_needed(published, keys):
    published.publish([*keys, forge.public(forge.new_key(key_id="next"))], scopes_supported=["openid"])


def elsewhere(published, keys):
    published.host.redirect(DISCOVERY, f"{published.url}/moved")
    published.host.put("/moved", {"issuer": published.url, "jwks_uri": f"{published.url}/keys"})


def only_two_members(published, keys):
    published.host.put(DISCOVERY, {"issuer": published.url, "jwks_uri": f"{published.url}/keys"})


@pytest.mark.parametrize("changed", [more_than_needed, elsewhere, only_two_members])
def test_near_misses(world, published, changed):
    changed(published, world.cluster.keys())
    for probe in ([], ["--probe"]):
        report, done = world.diagnose("deploy/api", *probe)
        assert (report["conclusion"], done.returncode, report["findings"]) == ("admitted", 0, []), (report, done.stderr)


def test_a_published_copy_that_is_older(world, published):
    """The cluster's key was rotated, and what is published was not: which key signs, only a token tells."""
    world.cluster.rotate()
    report, done = world.diagnose()
    first = report["findings"][0]
    assert (first["cause"], first["certainty"], done.returncode) == ("issuer.key-missing", "possible", 3), (report, done.stderr)
    report, done = world.diagnose("deploy/api", "--probe")
    first = report["findings"][0]
    assert (first["cause"], first["certainty"], done.returncode) == ("issuer.key-missing", "certain", 1), (report, done.stderr)
    published.publish(world.cluster.keys())
    restored(world, published)
    report, done = world.diagnose("deploy/api", "--probe")
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report, done.stderr)


def test_no_fetch_on_a_strangers_word(world, published, tmp_path):
    """A role alone: the issuer that its trust policy names is asked once the account has registered it, and not before."""
    files, thumbprint = issuer.certificate(tmp_path, "127.0.0.1", stem="stranger")
    stranger = issuer.Issuer(certificate=files)
    stranger.serve(keys=[])
    name = stranger.url.removeprefix("https://")
    world.set_trust(world.trust(Principal={"Federated": f"arn:aws:iam::111122223333:oidc-provider/{name}"}, Condition={}))
    world.diagnose(world.role)
    assert not stranger.requests
    world.account.provider(stranger.url, thumbprint)
    stranger.requests.clear()
    world.diagnose(world.role)
    assert stranger.requests == [DISCOVERY, "/keys"]
    stranger.close()
