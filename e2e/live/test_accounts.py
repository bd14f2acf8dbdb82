"""The cluster in one account and the role in another: each side is read, mended and undone by its own profile."""

import json
import os
import subprocess

import pytest

from rigs.account import Account
from rigs.service import ACCOUNT, OTHER, Service


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("two") / "service", "--allow-local-issuers", accounts=(ACCOUNT, OTHER)).start()
    yield service
    service.kill()


@pytest.fixture
def aws(two):
    return two


@pytest.fixture
def account(aws, cluster):
    """The role's account; its provider is one of its own."""
    account = Account(aws, OTHER)
    for entry in account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=entry["Arn"])
    account.provider_arn = account.provider(cluster.issuer, cluster.thumbprint())
    return account


@pytest.fixture
def profiles(world, aws, tmp_path):
    """An environment with a profile for each account, and the cluster known to EKS in the first."""
    file = tmp_path / "credentials"
    roots = {"clusters": aws.root(ACCOUNT), "workloads": aws.root(OTHER)}
    file.write_text(
        "".join(f"[{name}]\naws_access_key_id = {one.id}\naws_secret_access_key = {one.secret}\n" for name, one in roots.items())
    )
    environment = world.environment(AWS_SHARED_CREDENTIALS_FILE=str(file), AWS_CONFIG_FILE="/dev/null")
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    command = [os.environ["ROLECALL_BIN"], "cluster", "add", "prod", "--issuer", world.cluster.issuer]
    subprocess.run(command, env=environment | roots["clusters"].environment(), check=True, capture_output=True)
    return environment


TARGETS = ["deploy/api", "cluster/prod"]
BOTH = ["--profile", "clusters", "--role-profile", "workloads"]


def test_one_profile_does_not_tell(world, profiles):
    report, done = world.diagnose(*TARGETS, "--profile", "clusters", environment=profiles)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3), report["findings"]
    assert f"the role is in account {OTHER}" in done.stderr and "`--role-profile`" in done.stderr


def test_each_side_by_its_own(world, profiles, tmp_path):
    report, done = world.diagnose(*TARGETS, *BOTH, environment=profiles)
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report, done.stderr)
    folder = tmp_path / "evidence"
    done = world.rolecall("collect", "-n", world.namespace, *TARGETS, *BOTH, "--out", str(folder), environment=profiles)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "cluster.json").read_text())["cluster"]["arn"].split(":")[4] == ACCOUNT
    assert json.loads((folder / "role.json").read_text())["Role"]["Arn"].split(":")[4] == OTHER
    assert world.credentials().split(":")[4] == OTHER


def test_mended_and_undone_by_the_roles_own(world, profiles):
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    done = world.rolecall("fix", "-n", world.namespace, *TARGETS, *BOTH, "--yes", environment=profiles)
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    done = world.rolecall("undo", str(file), "--yes", *BOTH, environment=profiles)
    assert done.returncode == 0, done.stderr
    assert world.live_trust() == broken


def test_half_of_it_unknown(world, profiles):
    """A profile that is not there takes its own side away and no more."""
    report, done = world.diagnose(*TARGETS, "--profile", "clusters", "--role-profile", "nobody", environment=profiles)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "nobody" in done.stderr, done.stderr
    states = {link["link"]: link["state"] for link in report["chain"]}
    assert (states["issuer"], states["trust"]) == ("ok", "unknown"), report["chain"]
