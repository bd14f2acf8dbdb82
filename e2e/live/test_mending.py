"""Mending: by consent, compared, noted, gone on with after a kill, undone; and the probe."""

import json
import os
import signal
import subprocess
import time

import pytest

from rigs.account import allow
from rigs.cluster import ROLE, until
from rigs.recorder import refusal
from test_causes import beyond_its_boundary, denied_by_its_own, lists_roles, second_role


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


def meanwhile(api, method, what, change):
    """Somebody else changes something when the first such request comes, before it is taken."""

    def answer(called, path, operation):
        if called == method and what in path:
            api.answer = None
            change()

    api.answer = answer


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
            # Twice in one second is no change to kubectl.
            restart = ("-n", world.namespace, "rollout", "restart", "deployment/api")
            until(lambda: world.cluster.kubectl(*restart, check=False))

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


def with_the_error(world, *arguments, environment=None):
    return world.rolecall("fix", "-n", world.namespace, "deploy/api", *arguments, "--with", "error.txt", environment=environment)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_a_version_of_a_policy(world, recorded, when):
    """Killed at the door of CreatePolicyVersion, before it is taken or when its answer is lost; run again, and undone."""
    aws, _, environment = recorded
    beyond_its_boundary(world)
    broken, process = world.in_force(world.boundary), None

    def kill():
        process.send_signal(signal.SIGKILL)

    def answer(method, path, called):
        if called != "CreatePolicyVersion" or process.poll() is not None:
            return None
        if when == "after":
            return kill
        kill()
        return "hang"

    aws.answer = answer
    command = [os.environ["ROLECALL_BIN"], "fix", "--allow-local-issuers", "-n", world.namespace, "deploy/api", "--yes", "--with", "error.txt"]
    process = subprocess.Popen(command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL
    aws.forget()
    assert (world.in_force(world.boundary) == broken) == (when == "before")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert [one["progress"] for one in json.loads(file.read_text())["steps"]] == ["begun"]

    if when == "before":
        done = with_the_error(world, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
    lists_roles(world)
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    assert world.in_force(world.boundary) == broken
    # The version from before is in force again; the other one stays among the versions, and serves when it is wanted again.
    assert with_the_error(world, "--yes").returncode == 0
    assert len(world.account.iam.list_policy_versions(PolicyArn=world.boundary)["Versions"]) == 2


def test_a_policy_that_somebody_else_changed(world, recorded):
    """Between diagnosis and act, and between act and undo: theirs stays in force."""
    aws, _, environment = recorded
    beyond_its_boundary(world)
    put = lambda document: world.account.iam.create_policy_version(
        PolicyArn=world.boundary, PolicyDocument=json.dumps(document), SetAsDefault=True
    )
    theirs, seen = allow("sqs:*"), []

    def answer(method, path, operation):
        seen.append(operation)
        if operation == "GetPolicy" and seen.count("GetPolicy") == 2:
            put(theirs)

    aws.answer = answer
    done = with_the_error(world, "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    assert world.in_force(world.boundary) == theirs
    aws.answer = None
    for file in world.folder.glob("rolecall-undo-*"):
        file.unlink()
    assert with_the_error(world, "--yes").returncode == 0
    (file,) = world.folder.glob("rolecall-undo-*.json")
    put(allow("sns:*"))
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stderr
    assert world.in_force(world.boundary) == allow("sns:*")


def test_a_policy_of_five_versions(world):
    """There is no room for another one, and none is deleted to make some."""
    beyond_its_boundary(world)
    for number in range(4):
        document = json.dumps(allow(f"sqs:Send{number}"))
        world.account.iam.create_policy_version(PolicyArn=world.boundary, PolicyDocument=document)
    done = with_the_error(world, "--yes")
    assert done.returncode == 2 and "delete-policy-version" in done.stderr, done.stdout + done.stderr
    assert len(world.account.iam.list_policy_versions(PolicyArn=world.boundary)["Versions"]) == 5
    assert world.in_force(world.boundary) == allow("s3:*")


def test_a_statement_that_was_narrowed_is_undone(world):
    denied_by_its_own(world)
    own = lambda: world.account.iam.get_role_policy(RoleName=world.role_name, PolicyName="own")["PolicyDocument"]
    broken = own()
    assert with_the_error(world, "--yes").returncode == 0
    lists_roles(world)
    assert own()["Statement"][1] | {"NotResource": "*"} == {"Effect": "Deny", "Action": "iam:ListRoles", "NotResource": "*"}
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert own() == broken


def test_the_trust_of_a_second_role_is_undone(world, recorded):
    """The second role is read once, beside the first one, and its trust policy alone is changed."""
    aws, _, environment = recorded
    second_role(world)
    trust = lambda: world.account.iam.get_role(RoleName=world.next.rsplit("/", 1)[1])["Role"]["AssumeRolePolicyDocument"]
    own, broken = world.live_trust(), trust()
    world.diagnose("deploy/api", "--with", "error.txt", environment=environment)
    assert aws.operations().count("GetRole") == 2
    assert with_the_error(world, "--yes").returncode == 0
    assert trust()["Statement"] == [*broken["Statement"], {"Effect": "Allow", "Principal": {"AWS": world.role}, "Action": "sts:AssumeRole"}]
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert (trust(), world.live_trust()) == (broken, own)


def test_an_annotation_that_changes_meanwhile(world, recorded):
    """Between the look and the change somebody annotates the account: the API server refuses ours, and theirs stays."""
    _, api, environment = recorded
    world.annotate(None)
    world.restart()
    theirs = f"{world.role}-theirs"

    meanwhile(api, "PATCH", "serviceaccounts", lambda: world.annotate(theirs))
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", world.role, "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    account = world.cluster.get("-n", world.namespace, "serviceaccount", "api")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] == theirs


def template_of(world, kind="deployment/api"):
    spec = world.cluster.get("-n", world.namespace, kind)["spec"]
    return spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"]


def in_vain(world):
    """Both variables by hand, the first and the last but one, so that the webhook takes the container for configured."""
    world.redeploy({
        "AWS_ROLE_ARN": world.role, "LOG": "debug", "AWS_STS_REGIONAL_ENDPOINTS": "regional", "AWS_REGION": "us-east-1",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token", "FULL": "$(AWS_REGION)-1",
    })
    return template_of(world)


def killed(world, environment, process_of, *targets):
    """A fix that is killed while it is made: what it was doing is noted."""
    command = [os.environ["ROLECALL_BIN"], "fix", "--allow-local-issuers", "-n", world.namespace, "deploy/api", *targets, "--yes"]
    process = process_of[0] = subprocess.Popen(command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, (out, err)
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert any(one["progress"] == "begun" for one in json.loads(file.read_text())["steps"])


def kill_at(process_of, api, when, method, part):
    """At the first such request: before it is taken, or when its answer is lost."""

    def kill():
        process_of[0].send_signal(signal.SIGKILL)

    def answer(called, path, operation):
        if called != method or part not in path or process_of[0].poll() is not None:
            return None
        if when == "after":
            return kill
        kill()
        return "hang"

    api.answer = answer


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_the_template(world, recorded, when):
    """Two variables go in one patch, so there is one rollout; killed at it, run again, and undone to the letter."""
    _, api, environment = recorded
    before, process_of = in_vain(world), [None]
    generation = world.cluster.get("-n", world.namespace, "deployment", "api")["metadata"]["generation"]
    kill_at(process_of, api, when, "PATCH", "deployments")
    killed(world, environment, process_of)
    api.forget()
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    names = [one["name"] for one in template_of(world)["containers"][0]["env"]]
    assert names == ["LOG", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_REGION", "FULL"], names
    assert world.cluster.get("-n", world.namespace, "deployment", "api")["metadata"]["generation"] == generation + 1
    for file in world.folder.glob("rolecall-undo-*.json"):
        done = world.rolecall("undo", str(file), "--yes")
        assert done.returncode == 0, done.stderr
    assert template_of(world) == before


def test_run_again_before_there_is_another_pod(world, recorded):
    """Killed when the template was changed and the rollout has made no pod yet: the same command goes on, and waits."""
    _, api, environment = recorded
    in_vain(world)
    process_of, looked = [None], []
    kill_at(process_of, api, "after", "PATCH", "deployments")
    kill = api.answer

    def answer(method, path, operation):
        # A paused one is not changed: it is paused when it was read, and is about to be looked at for the change.
        if method == "GET" and "deployments/api" in path:
            looked.append(path)
            if len(looked) == 2:
                world.cluster.kubectl("-n", world.namespace, "rollout", "pause", "deployment/api")
        return kill(method, path, operation)

    api.answer = answer
    killed(world, environment, process_of)
    api.forget()
    command = [os.environ["ROLECALL_BIN"], "fix", "--allow-local-issuers", "-n", world.namespace, "deploy/api", "--yes"]
    again = subprocess.Popen(command, env=world.environment(), cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    (file,) = world.folder.glob("rolecall-undo-*.json")
    until(lambda: json.loads(file.read_text())["steps"][0]["progress"] == "done")
    world.cluster.kubectl("-n", world.namespace, "rollout", "resume", "deployment/api")
    out, err = again.communicate(timeout=60)
    assert again.returncode == 0 and b"gone on with" in err, (out, err)
    assert world.credentials().endswith("/e2e")


def test_a_paused_template_is_left_alone(world):
    """No pod would come of the change: it is told why, and nothing is changed."""
    before = in_vain(world)
    world.cluster.kubectl("-n", world.namespace, "rollout", "pause", "deployment/api")
    report, _ = world.diagnose("deploy/api")
    assert any("is paused" in note for note in report["findings"][0]["notes"]), report["findings"][0]
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert done.returncode == 2 and "is advice" in done.stderr, done.stdout + done.stderr
    assert template_of(world) == before


def test_a_template_that_changes_meanwhile(world, recorded):
    """Between the look and the change somebody sets the variable: the API server refuses ours, and theirs stays."""
    _, api, environment = recorded
    world.redeploy({"AWS_ROLE_SESSION_NAME": "payments/api"})

    command = ["-n", world.namespace, "set", "env", "deployment/api", "AWS_ROLE_SESSION_NAME=theirs"]
    meanwhile(api, "PATCH", "deployments", lambda: world.cluster.kubectl(*command))
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    assert template_of(world)["containers"][0]["env"] == [{"name": "AWS_ROLE_SESSION_NAME", "value": "theirs"}]


def test_a_workload_that_changes_meanwhile(world, recorded):
    """Something else of the workload changes, as controllers do all the time: it is looked at again, and ours is made."""
    _, api, environment = recorded
    world.redeploy({"AWS_ROLE_SESSION_NAME": "payments/api"})

    command = ["-n", world.namespace, "annotate", "deployment/api", "example.com/theirs=1"]
    meanwhile(api, "PATCH", "deployments", lambda: world.cluster.kubectl(*command))
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    workload = world.cluster.get("-n", world.namespace, "deployment", "api")
    assert workload["metadata"]["annotations"]["example.com/theirs"] == "1"
    assert template_of(world)["containers"][0]["env"] == [{"name": "AWS_ROLE_SESSION_NAME", "value": "payments-api"}]


def test_a_template_that_was_changed_since(world):
    """What somebody made of the variable after the fix is left alone when it is undone."""
    world.redeploy({"AWS_ROLE_SESSION_NAME": "payments/api"})
    assert world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes").returncode == 0
    world.cluster.kubectl("-n", world.namespace, "set", "env", "deployment/api", "AWS_ROLE_SESSION_NAME=theirs")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stderr
    assert template_of(world)["containers"][0]["env"] == [{"name": "AWS_ROLE_SESSION_NAME", "value": "theirs"}]


def test_another_account_undone(world):
    """The account that a template names, and none where it named none."""
    account = world.service_account("web")
    account["metadata"]["annotations"] = {}
    world.cluster.apply(account)
    world.redeploy(serviceAccountName="web")
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", world.role, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert template_of(world)["serviceAccountName"] == "api"
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert template_of(world)["serviceAccountName"] == "web"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method, part", [("POST", "serviceaccounts"), ("PATCH", "deployments")])
def test_killed_while_an_account_is_made(world, recorded, method, part, when):
    _, api, environment = recorded
    world.cluster.kubectl("-n", world.namespace, "delete", "serviceaccount", "api")
    process_of = [None]
    kill_at(process_of, api, when, method, part)
    killed(world, environment, process_of)
    api.forget()
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.credentials().endswith("/e2e")
    for file in sorted(world.folder.glob("rolecall-undo-*.json"), reverse=True):
        done = world.rolecall("undo", str(file), "--yes")
        assert done.returncode == 0, done.stderr
    assert "api" not in accounts(world)


def accounts(world):
    return [one["metadata"]["name"] for one in world.cluster.get("-n", world.namespace, "serviceaccounts")["items"]]


def test_a_created_account_that_others_use(world):
    """An account that was created and then labelled by somebody is left where it is."""
    world.cluster.kubectl("-n", world.namespace, "delete", "serviceaccount", "api")
    assert world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes").returncode == 0
    label = lambda change: world.cluster.kubectl("-n", world.namespace, "label", "serviceaccount", "api", change)
    label("team=theirs")
    (file,) = world.folder.glob("rolecall-undo-*.json")
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stderr
    label("team-")
    done = world.rolecall("undo", str(file), "--yes")
    assert done.returncode == 0 and "api" not in accounts(world), done.stderr


def test_an_account_that_is_made_meanwhile(world, recorded):
    """Between the look and the change somebody makes the account, with another role: theirs stays."""
    _, api, environment = recorded
    world.cluster.kubectl("-n", world.namespace, "delete", "serviceaccount", "api")
    theirs = world.service_account(**{ROLE: f"{world.role}-theirs"})

    meanwhile(api, "POST", "serviceaccounts", lambda: world.cluster.apply(theirs))
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 2 and "changed by somebody else" in done.stderr, done.stdout + done.stderr
    account = world.cluster.get("-n", world.namespace, "serviceaccount", "api")
    assert account["metadata"]["annotations"][ROLE] == f"{world.role}-theirs"


def test_the_template_of_a_cron_job(world):
    """Its next job is made of the changed template; here of an API server that has no `batch/v1` of them."""
    spec = world.pod_spec({"AWS_ROLE_SESSION_NAME": "payments/api"}) | {"restartPolicy": "Never"}
    cron = {"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": world.namespace}}
    world.cluster.apply(cron | {"spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"template": {"spec": spec}}}}})
    world.cluster.kubectl("-n", world.namespace, "create", "job", "nightly-1", "--from=cronjob/nightly")
    until(lambda: [pod for pod in world.pods() if pod["metadata"]["name"].startswith("nightly")])
    before = template_of(world, "cronjob/nightly")
    report, done = world.diagnose("cronjob/nightly")
    assert (report["findings"][0]["cause"], done.returncode) == ("caller.session-name-invalid", 1), done.stderr
    done = world.rolecall("fix", "-n", world.namespace, "cronjob/nightly", "--yes")
    assert done.returncode in (0, 3) and "the next job" in done.stderr, done.stdout + done.stderr
    env = template_of(world, "cronjob/nightly")["containers"][0]["env"]
    assert env == [{"name": "AWS_ROLE_SESSION_NAME", "value": "payments-api"}]
    (file,) = world.folder.glob("rolecall-undo-*.json")
    assert world.rolecall("undo", str(file), "--yes").returncode == 0
    assert template_of(world, "cronjob/nightly") == before


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
