"""Each cause that lives in AWS or Kubernetes objects: broken for real, named live, mended, and then an SDK gets in."""

import json

import pytest


def conditions(world, **changed):
    name = world.cluster.name
    keys = {"aud": "sts.amazonaws.com", "sub": world.subject} | changed
    return {"StringEquals": {f"{name}:{key}": value for key, value in keys.items() if value is not None}}


def trust(world, **changes):
    world.set_trust(world.trust(**changes))


def audience_unregistered(world):
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="other.example.com")
    world.account.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="sts.amazonaws.com")


def provider_missing(world):
    world.account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=world.provider)


def annotation_missing(world):
    world.annotate(None)
    world.restart()


def stale(world):
    world.annotate(None)
    world.restart()
    world.annotate(world.role)


def annotation_malformed(world):
    world.annotate(f" {world.role}")
    world.restart()


BROKEN = {
    "trust.subject-mismatch": lambda world: trust(world, Condition=conditions(world, sub=f"{world.subject}-old")),
    "trust.audience-mismatch": lambda world: trust(world, Condition=conditions(world, aud="sts.amazonaws.co")),
    "trust.wildcard-in-equals": lambda world: trust(
        world, Condition=conditions(world, sub=f"system:serviceaccount:{world.namespace}:*")
    ),
    "trust.action-missing": lambda world: trust(world, Action="sts:AssumeRole"),
    "trust.condition-key-swapped": lambda world: trust(
        world, Condition=conditions(world, aud=world.subject, sub="sts.amazonaws.com")
    ),
    "trust.provider-mismatch": lambda world: trust(
        world, Principal={"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}
    ),
    "trust.no-federated-principal": lambda world: trust(
        world, Principal={"AWS": "arn:aws:iam::111122223333:root"}, Condition={}
    ),
    "provider.audience-unregistered": audience_unregistered,
    "provider.missing": provider_missing,
    "serviceaccount.annotation-missing": annotation_missing,
    "serviceaccount.annotation-malformed": annotation_malformed,
    "pod.stale": stale,
}


def test_what_works_is_admitted(world):
    report, done = world.diagnose()
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report, done.stderr)
    assert world.credentials().endswith(f":assumed-role/{world.role_name}/e2e")


@pytest.mark.parametrize("cause", BROKEN)
def test_cause(world, cause):
    BROKEN[cause](world)
    report, done = world.diagnose()
    assert report["findings"], (report, done.stderr)
    assert (report["findings"][0]["cause"], done.returncode) == (cause, 1), (report["findings"][0]["title"], done.stderr)
    fixed = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    report, done = world.diagnose()
    assert (report["conclusion"], done.returncode) == ("admitted", 0), json.dumps(report["findings"])
    assert world.credentials().endswith(f":assumed-role/{world.role_name}/e2e")
