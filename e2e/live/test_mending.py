"""Mending: by consent, compared, noted, gone on with after a kill, undone; and the probe."""

import json
import os
import signal
import subprocess
import time

import pytest

from rigs.recorder import refusal


READS = ("Get", "List", "Lookup", "Describe")


def test_without_a_terminal_only_the_plan(world, recorded):
    aws, api, environment = recorded
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", environment=environment)
    assert aws.requests and api.requests
    assert not [name for name in aws.operations() if not name.startswith(READS)], "nothing is written without consent"
    assert {method for method, _, _ in api.requests} == {"GET"}
    assert done.returncode == 1 and "plan for trust.action-missing" in done.stdout, done.stdout + done.stderr
    assert "--yes" in done.stderr
    assert world.live_trust() == broken
    assert not list(world.folder.glob("rolecall-undo-*"))


def test_undone(world):
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    assert world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes").returncode == 0
    assert world.live_trust() != broken
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    assert world.live_trust() == broken
    assert "nothing to undo" in world.rolecall("undo", str(file), "--yes").stderr


def test_what_somebody_else_changed_is_left_alone(world):
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    assert world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes").returncode == 0
    (file,) = world.folder.glob("rolecall-undo-*.json")
    theirs = world.trust(Sid="Theirs")
    world.set_trust(theirs)
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 2 and "changed by somebody else" in done.stderr
    assert world.live_trust() == theirs


def test_a_change_between_diagnosis_and_act(world, recorded):
    """Between the two, somebody stores another policy: it stays."""
    aws, _, environment = recorded
    world.set_trust(world.trust(Action="sts:AssumeRole"))
    theirs, seen = world.trust(Sid="Theirs", Action="sts:AssumeRole"), []

    def answer(method, path, operation):
        seen.append(operation)
        if seen.count("GetRole") == 2 and operation == "GetRole":
            world.set_trust(theirs)

    aws.answer = answer
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    assert world.live_trust() == theirs


STEPS = ["before the annotation", "after the annotation", "before the restart", "after the restart"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_and_run_again_and_undone(world, recorded, step):
    """The fix of a missing annotation has two steps; it is killed at the server's door, before or after each."""
    _, api, environment = recorded
    world.annotate(None)
    world.restart()
    process = None

    def answer(method, path, operation):
        patched = "serviceaccounts" if "annotation" in step else "deployments"
        if method == "PATCH" and patched in path and process and process.poll() is None:
            if step.startswith("after"):
                pass_on(method, path)
            process.send_signal(signal.SIGKILL)
            return "hang"
        return None

    def pass_on(method, path):
        if "serviceaccounts" in path:
            world.annotate(world.role)
        else:
            world.cluster.kubectl("-n", world.namespace, "rollout", "restart", "deployment/api")

    api.answer = answer
    command = [os.environ["ROLECALL_BIN"], "fix", "--allow-local-issuers", "-n", world.namespace, "deploy/api", world.role, "--yes"]
    process = subprocess.Popen(command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert any(one["progress"] == "begun" for one in json.loads(file.read_text())["steps"])
    api.forget()

    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", world.role, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    annotations = world.cluster.get("-n", world.namespace, "serviceaccount", "api")["metadata"].get("annotations", {})
    assert "eks.amazonaws.com/role-arn" not in annotations


STEPS_OF_AWS = ["AddClientIDToOpenIDConnectProvider", "UpdateAssumeRolePolicy"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", STEPS_OF_AWS)
def test_killed_between_steps_of_aws(world, recorded, operation, when):
    """Two faults, a step of IAM for each; killed at the door of one, before it is taken or when its answer is lost."""
    aws, _, environment = recorded
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="other.example.com")
    world.account.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="sts.amazonaws.com")
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    process = None

    def kill():
        process.send_signal(signal.SIGKILL)

    def answer(method, path, called):
        if called != operation or process.poll() is not None:
            return None
        if when == "after":
            return kill
        kill()
        return "hang"

    aws.answer = answer
    command = [os.environ["ROLECALL_BIN"], "fix", "--allow-local-issuers", "-n", world.namespace, "deploy/api", "--yes"]
    process = subprocess.Popen(command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL
    aws.forget()
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    # What the run that was killed had done is undone with the rest.
    for file in sorted(world.folder.glob("rolecall-undo-*.json"), reverse=True):
        done = world.rolecall("undo", str(file), "--yes")
        assert done.returncode == 0, done.stderr
    assert world.live_trust() == broken
    assert world.account.iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["other.example.com"]


def test_an_annotation_that_changes_meanwhile(world, recorded):
    """Between the look and the change somebody annotates the account: the API server refuses ours, and theirs stays."""
    _, api, environment = recorded
    world.annotate(None)
    world.restart()
    theirs = f"{world.role}-theirs"

    def answer(method, path, operation):
        if method == "PATCH" and "serviceaccounts" in path:
            api.answer = None
            world.annotate(theirs)

    api.answer = answer
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", world.role, "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    account = world.cluster.get("-n", world.namespace, "serviceaccount", "api")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == theirs


def test_a_created_provider_that_others_use(world):
    """A provider that was created and then given another audience by somebody is left where it is."""
    world.account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=world.provider)
    assert world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes").returncode == 0
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="theirs.example.com")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stderr
    world.account.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="theirs.example.com")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    listed = world.account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert world.provider not in [entry["Arn"] for entry in listed]


def test_a_probe_that_agrees(world):
    report, done = world.diagnose("deploy/api", "--probe")
    assert (report["conclusion"], done.returncode) == ("admitted", 0), done.stderr
    assert f"AWS admitted the probe, as arn:aws:sts::111122223333:assumed-role/{world.role_name}/rolecall-probe" in done.stderr
    world.set_trust(world.trust(Action="sts:AssumeRole"))
    report, done = world.diagnose("deploy/api", "--probe")
    assert (report["findings"][0]["cause"], done.returncode) == ("trust.action-missing", 1)
    assert report["findings"][0]["certainty"] == "certain"
    assert "AWS refused the probe" in done.stderr
    assert "eyJ" not in done.stdout + done.stderr


def test_a_probe_that_disagrees(world, recorded):
    aws, _, environment = recorded
    denied = refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    aws.answer = lambda method, path, operation: denied if operation == "AssumeRoleWithWebIdentity" else None
    report, done = world.diagnose("deploy/api", "--probe", environment=environment)
    assert (report["conclusion"], done.returncode) == ("disagreement", 4), (report["summary"], done.stderr)


def test_a_token_that_is_brought(world, tmp_path):
    pod = world.pods()[-1]["metadata"]["name"]
    token = tmp_path / "token"
    token.write_text(world.cluster.token(world.namespace, "api", pod, "wrong.example.com"))
    report, done = world.diagnose("deploy/api", "--probe", "--token-file", str(token))
    assert done.returncode == 1 and report["findings"][0]["cause"] in ("token.audience-wrong", "provider.audience-unregistered"), report["findings"]


def test_it_waits_no_longer_than_it_says(world, recorded):
    """A change that does not take effect: AWS takes it and goes on telling the old policy."""
    aws, _, environment = recorded
    world.set_trust(world.trust(Action="sts:AssumeRole"))
    taken = b'<UpdateAssumeRolePolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></UpdateAssumeRolePolicyResponse>'
    aws.answer = lambda method, path, operation: (200, {"content-type": "text/xml"}, taken) if operation == "UpdateAssumeRolePolicy" else None
    begun = time.monotonic()
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", "--wait", "3", environment=environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "waiting up to 3 s" in done.stderr
    assert time.monotonic() - begun < 30


def test_two_faults_one_behind_the_other(world):
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="other.example.com")
    world.account.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="sts.amazonaws.com")
    broken = world.trust(Action="sts:AssumeRole")
    world.set_trust(broken)
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert world.live_trust() == broken
    clients = world.account.iam.get_open_id_connect_provider(**provider)["ClientIDList"]
    assert clients == ["other.example.com"]
