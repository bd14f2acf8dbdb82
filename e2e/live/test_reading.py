"""Reading: how many calls, in how long a chain, and what is left of a diagnosis where something may not be read."""

import collections
import hashlib
import json
import time

import pytest

from rigs.cluster import until
from rigs.recorder import Waves, refusal

SSO = "https://d-1.awsapps.com/start"


def test_nothing_is_read_twice_and_nothing_is_written(world, recorded):
    aws, api, environment = recorded
    begun = time.monotonic()
    report, done = world.diagnose(environment=environment)
    took = time.monotonic() - begun
    assert report["conclusion"] == "admitted", (report, done.stderr)
    assert {method for method, _, _ in api.requests} == {"GET"}
    twice = [path for path, count in collections.Counter(path for _, path, _ in api.requests).items() if count > 1]
    assert not twice
    operations = collections.Counter(aws.operations())
    # Reads alone, each once.
    assert set(operations) <= {
        "GetCallerIdentity", "GetRole", "ListRolePolicies", "ListAttachedRolePolicies", "ListOpenIDConnectProviders",
        "GetOpenIDConnectProvider", "LookupEvents",
    }
    assert set(operations.values()) == {1}
    assert took < 2, took


def test_many_policies_cost_no_longer_chain(world, recorded):
    aws, _, environment = recorded
    iam = world.account.iam
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    arns = []
    for number in range(8):
        iam.put_role_policy(RoleName=world.role_name, PolicyName=f"inline-{number}", PolicyDocument=document)
        arns.append(iam.create_policy(PolicyName=f"{world.role_name}-{number}", PolicyDocument=document)["Policy"]["Arn"])
        iam.attach_role_policy(RoleName=world.role_name, PolicyArn=arns[-1])
    try:
        aws.answer = waves = Waves()
        report, done = world.diagnose(environment=environment)
        waves.close()
        assert report["conclusion"] == "admitted", (report, done.stderr)
        counts = collections.Counter(aws.operations())
        assert (counts["GetRolePolicy"], counts["GetPolicy"], counts["GetPolicyVersion"]) == (8, 8, 8)
        # Who asks and the list of providers; then role, list, policy, version, one after the other.
        assert waves.count <= 5, waves.count
    finally:
        for number, arn in enumerate(arns):
            iam.delete_role_policy(RoleName=world.role_name, PolicyName=f"inline-{number}")
            iam.detach_role_policy(RoleName=world.role_name, PolicyArn=arn)
            iam.delete_policy(PolicyArn=arn)


def test_the_longest_chain(world, recorded):
    """From a CronJob to the version of a policy."""
    aws, api, environment = recorded
    iam, name = world.account.iam, f"{world.role_name}-chain"
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=world.role_name, PolicyArn=arn)
    spec = world.pod_spec() | {"restartPolicy": "Never"}
    cron = {"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": world.namespace}}
    world.cluster.apply(cron | {"spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": {"template": {"spec": spec}}}}})
    world.cluster.kubectl("-n", world.namespace, "create", "job", "nightly-1", "--from=cronjob/nightly")
    until(lambda: [pod for pod in world.pods() if pod["metadata"]["name"].startswith("nightly")])
    try:
        aws.answer = api.answer = waves = Waves()
        report, done = world.diagnose("cronjob/nightly", environment=environment)
        waves.close()
        assert report["conclusion"] == "admitted", (report, done.stderr)
        # Also of an API server that is older than `batch/v1` of CronJobs: both versions are asked for at once.
        assert waves.count <= 7, waves.count
        paths = collections.Counter(path for _, path, _ in api.requests)
        assert not [path for path, count in paths.items() if count > 1], paths
    finally:
        iam.detach_role_policy(RoleName=world.role_name, PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)


def test_without_permission_for_the_role(world, recorded):
    aws, _, environment = recorded
    denied = "User: arn:aws:iam::404111122222:user/x is not authorized to perform: iam:GetRole on resource: role api"
    aws.answer = lambda method, path, operation: refusal("AccessDenied", denied) if operation == "GetRole" else None
    report, done = world.diagnose(environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    missing = {entry["fact"]: entry["why"] for entry in report["missing"]}
    assert "iam:GetRole" in missing["the role and its trust policy"]
    assert "needs iam:GetRole" in done.stderr and "--needs" in done.stderr


@pytest.mark.parametrize(
    "operation, action, decides",
    [
        ("ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", True),
        ("GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", True),
        ("ListRolePolicies", "iam:ListRolePolicies", False),
        ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", False),
        ("LookupEvents", "cloudtrail:LookupEvents", False),
    ],
)
def test_without_one_permission(world, recorded, operation, action, decides):
    """What is missing is said in any case; the exit code tells whether it decides."""
    aws, _, environment = recorded
    denied = refusal("AccessDenied", f"User: arn:aws:iam::111122223333:user/x is not authorized to perform: {action}")
    if operation == "LookupEvents":
        denied = 400, {"content-type": "application/x-amz-json-1.1"}, b'{"__type": "AccessDeniedException", "message": "no"}'
    aws.answer = lambda method, path, called: denied if called == operation else None
    report, done = world.diagnose(environment=environment)
    wanted = ("undetermined", 3) if decides else ("admitted", 0)
    assert (report["conclusion"], done.returncode) == wanted, (report, done.stderr)
    assert f"needs {action}" in done.stderr and "--needs" in done.stderr, done.stderr
    assert next(link for link in report["chain"] if link["link"] == "role")["state"] == "ok"


@pytest.mark.parametrize("resource, decides", [("serviceaccounts", False), ("pods", True), ("deployments", True)])
def test_without_one_permission_in_the_cluster(world, recorded, resource, decides):
    """A pod that has its role and its token file tells without its account."""
    _, api, environment = recorded
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403}
    status["message"] = f'{resource} is forbidden: User "x" cannot get resource "{resource}"'
    body = json.dumps(status).encode()
    api.answer = lambda method, path, operation: (403, {"content-type": "application/json"}, body) if f"/{resource}" in path else None
    report, done = world.diagnose("deploy/api", world.role, environment=environment)
    wanted = ("undetermined", 3) if decides else ("admitted", 0)
    assert (report["conclusion"], done.returncode) == wanted, (report, done.stderr)
    assert f'cannot get resource "{resource}"' in done.stderr and "--needs" in done.stderr, done.stderr
    assert next(link for link in report["chain"] if link["link"] == "role")["state"] == "ok"


def test_a_role_of_another_account_is_not_absent(world):
    world.annotate("arn:aws:iam::444455556666:role/elsewhere")
    world.restart()
    report, done = world.diagnose()
    assert (report["conclusion"], done.returncode) == ("undetermined", 3), report["findings"]
    assert "account 444455556666" in done.stderr and "--profile" in done.stderr


def test_throttled(world, recorded):
    aws, _, environment = recorded
    aws.answer = lambda method, path, operation: refusal("Throttling", "Rate exceeded", 400)
    report, done = world.diagnose("deploy/api", "--timeout", "20", environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "in a minute" in done.stderr


def test_a_paused_api_server(world, recorded):
    _, api, environment = recorded
    api.answer = lambda *_: "hang"
    begun = time.monotonic()
    report, done = world.diagnose("deploy/api", world.role, "--timeout", "3", environment=environment)
    assert time.monotonic() - begun < 10
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "within 3 seconds" in done.stderr and "--timeout" in done.stderr
    # What AWS tells is told all the same.
    assert next(link for link in report["chain"] if link["link"] == "role")["state"] == "ok", report["chain"]


def test_a_paused_aws(world, recorded):
    aws, _, environment = recorded
    aws.answer = lambda *_: "hang"
    begun = time.monotonic()
    report, done = world.diagnose("deploy/api", "--timeout", "3", environment=environment)
    assert time.monotonic() - begun < 10
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "within 3 seconds" in done.stderr and "--timeout" in done.stderr
    assert next(link for link in report["chain"] if link["link"] == "pod")["state"] == "ok", report["chain"]


def test_an_unreachable_aws(world):
    report, done = world.diagnose(environment=world.environment(AWS_ENDPOINT_URL="http://127.0.0.1:1"))
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "Could not connect to the endpoint" in done.stderr and "--endpoint-url" in done.stderr, done.stderr
    assert next(link for link in report["chain"] if link["link"] == "pod")["state"] == "ok", report["chain"]


@pytest.mark.parametrize(
    "code, sentence", [("ExpiredToken", "aws sso login"), ("InvalidClientTokenId", "does not exist"), ("SignatureDoesNotMatch", "clock")]
)
def test_credentials_that_are_not_taken(world, recorded, code, sentence):
    aws, _, environment = recorded
    aws.answer = lambda method, path, operation: refusal(code, "The security token included in the request is expired")
    report, done = world.diagnose(environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert sentence in done.stderr and done.stderr.count(code) == 1, done.stderr


def test_an_unreachable_cluster(world, tmp_path):
    nowhere = tmp_path / "nowhere.json"
    nowhere.write_text(open(world.cluster.kubeconfig).read().replace(world.cluster.exports["KUBE_SERVER"], "https://127.0.0.1:1"))
    report, done = world.diagnose(environment=world.environment(KUBECONFIG=str(nowhere)))
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "Unable to connect to the server" in done.stderr and "VPN" in done.stderr


def test_no_kubeconfig(world):
    report, done = world.diagnose(environment=world.environment(KUBECONFIG="/nonexistent/kubeconfig"))
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "--kubeconfig" in done.stderr


def test_as_somebody_without_rights(world):
    report, done = world.diagnose("deploy/api", "--as", "nobody@example.com")
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert 'User "nobody@example.com" cannot get resource "deployments"' in done.stderr


@pytest.mark.parametrize(
    "config, sentence",
    [
        ("[profile half]\nrole_arn = arn:aws:iam::111122223333:role/x\n", "profile"),
        ("[profile half]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\nregion = us-east-1\n[sso-session corp]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = us-east-1\n", "aws sso login --profile half"),
        ("[default]\nregion = us-east-1\n", "half"),
    ],
    ids=["half a role", "no SSO session", "no such profile"],
)
def test_profiles(world, tmp_path, config, sentence):
    file = tmp_path / "config"
    file.write_text(config)
    environment = world.environment(AWS_CONFIG_FILE=str(file), AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    report, done = world.diagnose("deploy/api", "--profile", "half", "--timeout", "10", environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3), done.stderr
    assert sentence in done.stderr, done.stderr


def test_an_expired_sso_session(world, tmp_path):
    """A session that was signed in and has ended: its token is in the cache, and is no longer good."""
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    token = {"accessToken": "x", "expiresAt": "2025-01-01T00:00:00Z", "region": "us-east-1", "startUrl": SSO}
    (cache / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token))
    file = tmp_path / "config"
    file.write_text(
        "[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\nregion = us-east-1\n"
        f"[sso-session corp]\nsso_start_url = {SSO}\nsso_region = us-east-1\n"
    )
    environment = world.environment(AWS_CONFIG_FILE=str(file), AWS_SHARED_CREDENTIALS_FILE="/dev/null", HOME=str(tmp_path))
    report, done = world.diagnose("deploy/api", "--profile", "dev", "--timeout", "10", environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3), done.stderr
    assert "aws sso login --profile dev" in done.stderr, done.stderr


def test_without_credentials(world):
    environment = world.environment(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    del environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    report, done = world.diagnose(environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3)
    assert "Unable to locate credentials." in done.stderr and "aws sso login" in done.stderr


@pytest.mark.parametrize("target", ["deploy/api", "sa/api", "POD", "ROLE"])
def test_targets(world, target):
    named = {"POD": f"pod/{world.pods()[-1]['metadata']['name']}", "ROLE": world.role}.get(target, target)
    report, done = world.diagnose(named)
    assert report["conclusion"] == ("undetermined" if target == "ROLE" else "admitted"), (report, done.stderr)


def test_the_world_as_it_would_be(world, tmp_path):
    planned = world.trust(Action="sts:AssumeRole")
    (tmp_path / "trust.json").write_text(json.dumps(planned, indent=2))
    report, done = world.diagnose("deploy/api", "--with", str(tmp_path / "trust.json"))
    assert (report["findings"][0]["cause"], done.returncode) == ("trust.action-missing", 1)
    assert report["findings"][0]["places"][0]["document"] == "trust.json"
    assert world.diagnose()[0]["conclusion"] == "admitted"


def test_collected_is_diagnosed_alike(world, tmp_path):
    world.set_trust(world.trust(Action="sts:AssumeRole"))
    live, _ = world.diagnose()
    folder = tmp_path / "evidence"
    done = world.rolecall("collect", "-n", world.namespace, "deploy/api", "--trail", "0", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    kept = world.rolecall("diagnose", str(folder), "--format", "json")
    folded = json.loads(kept.stdout)
    for member in ("conclusion", "chain", "findings"):
        assert folded[member] == live[member], member
    masked = tmp_path / "masked"
    world.rolecall("collect", "-n", world.namespace, "deploy/api", "--trail", "0", "--out", str(masked), "--mask-accounts")
    assert json.loads(world.rolecall("diagnose", str(masked), "--format", "json").stdout)["findings"][0]["cause"] == "trust.action-missing"


def test_needs(world):
    done = world.rolecall("diagnose", "--needs", "deploy/api", world.role)
    policy, manifest = done.stdout.split("---\n")
    assert json.loads(policy)["Statement"][0]["Resource"] == world.role
    world.cluster.kubectl("apply", "--dry-run=server", "-f", "-", given=manifest)


def looked_up(world, *subjects):
    """What LookupEvents answers where these subjects were refused, the newest first (reference: CloudTrail)."""
    events = []
    for number, subject in enumerate(subjects):
        record = {
            "eventSource": "sts.amazonaws.com", "eventName": "AssumeRoleWithWebIdentity", "awsRegion": "us-east-1",
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60 * (number + 1))),
            "errorCode": "AccessDenied", "errorMessage": "An unknown error occurred",
            "userIdentity": {
                "type": "WebIdentityUser", "userName": subject, "identityProvider": world.provider,
                "principalId": f"{world.provider}:sts.amazonaws.com:{subject}",
            },
            "requestParameters": {"roleArn": world.role, "roleSessionName": "s1"},
        }
        events.append({"EventId": str(number), "EventName": record["eventName"], "CloudTrailEvent": json.dumps(record)})
    body = json.dumps({"Events": events}).encode()
    return lambda method, path, operation: (
        (200, {"content-type": "application/x-amz-json-1.1"}, body) if operation == "LookupEvents" else None
    )


def test_refusals_in_cloudtrail(world, recorded):
    aws, _, environment = recorded
    world.set_trust(world.trust(Action="sts:AssumeRole"))
    likely, _ = world.diagnose(environment=environment)
    aws.answer = looked_up(world, world.subject)
    certain, done = world.diagnose(environment=environment)
    assert (likely["findings"][0]["certainty"], certain["findings"][0]["certainty"]) == ("likely", "certain"), done.stderr
    # After the change the refusal is history, and its own look again does not take it for today's.
    done = world.rolecall("fix", "-n", world.namespace, "deploy/api", "--yes", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    # Whoever comes later may know that; rolecall does not, since resource control policies are not read.
    report, done = world.diagnose(environment=environment)
    assert (report["conclusion"], done.returncode) == ("undetermined", 3), report["summary"]
    assert "`--trail 0` judges without" in done.stderr
    report, done = world.diagnose("deploy/api", "--trail", "0", environment=environment)
    assert (report["conclusion"], done.returncode) == ("admitted", 0), report["summary"]
    # Another caller of the same role says nothing of this one.
    aws.answer = looked_up(world, "system:serviceaccount:other:api")
    report, done = world.diagnose(environment=environment)
    assert (report["conclusion"], done.returncode) == ("admitted", 0) and "CloudTrail" not in done.stderr
