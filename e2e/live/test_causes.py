"""Each cause that lives in AWS or Kubernetes objects: broken for real, named live, mended, and then an SDK gets in."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import Callable

import pytest
from botocore.exceptions import ClientError

from rigs.account import allow
from rigs.cluster import ROLE, until

WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"


def conditions(world, **changed):
    name = world.cluster.name
    keys = {"aud": "sts.amazonaws.com", "sub": world.subject} | changed
    return {"StringEquals": {f"{name}:{key}": value for key, value in keys.items() if value is not None}}


def trust(world, **changes):
    world.set_trust(world.trust(**changes))


def denied_with_its_namespace(world):
    pattern = {"StringLike": {f"{world.cluster.name}:sub": f"system:serviceaccount:{world.namespace}:*"}}
    denying = world.trust(Effect="Deny", Condition=pattern)["Statement"]
    world.set_trust({"Version": "2012-10-17", "Statement": [*world.trust()["Statement"], *denying]})


def audience_unregistered(world):
    provider = {"OpenIDConnectProviderArn": world.provider}
    world.account.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="other.example.com")
    world.account.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="sts.amazonaws.com")


def provider_missing(world):
    world.account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=world.provider)


def provider_with_a_slash(world):
    provider_missing(world)
    world.account.provider(f"{world.cluster.issuer}/", world.cluster.thumbprint())


def annotated(value, key=ROLE):
    """The account says something else, and its pods were made since."""

    def broken(world):
        world.annotate(None)
        world.annotate(value(world) if callable(value) else value, key)
        world.restart()

    return broken


def annotation_missing(world):
    world.annotate(None)
    world.restart()


def annotated_later(world):
    world.annotate(None)
    world.restart()
    world.annotate(world.role)


def without_the_webhook(world):
    world.webhook.unregister()
    world.restart()
    world.webhook.register()


def another_role_meant(world):
    world.annotate(world.role_beside("other", world.trust(Condition=conditions(world, sub="system:serviceaccount:x:y"))))
    world.restart()


def annotation_moved_on(world):
    """The role was replaced by another one, and the pods are still those from before."""
    world.annotate(world.role_beside("next"))
    world.delete_role(world.role_name)


def account_gone(world):
    world.cluster.kubectl("-n", world.namespace, "delete", "serviceaccount", "api")


def other_account(world):
    account = world.service_account("web")
    account["metadata"]["annotations"] = {}
    world.cluster.apply(account)
    world.redeploy(serviceAccountName="web")


def half_by_hand(world):
    world.redeploy({"AWS_ROLE_ARN": world.role})


def all_by_hand(world):
    variables = {"AWS_STS_REGIONAL_ENDPOINTS": "regional", "AWS_REGION": "us-east-1", "AWS_ROLE_ARN": world.role}
    world.redeploy(variables | {"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"})


def session_name(world):
    world.redeploy({"AWS_ROLE_SESSION_NAME": "payments/api"})


def other_audience(world):
    world.annotate("vault.example.com", "eks.amazonaws.com/audience")
    world.restart()


def longer_session(world):
    request = {"RoleArn": world.role, "RoleSessionName": "e2e", "DurationSeconds": 7200}
    (world.folder / "request.json").write_text(json.dumps(request))


def denied(world, call=lambda session, world: session.client("iam", endpoint_url=world.aws.url).list_roles()):
    """The pod's own session is refused a call: what AWS said is at hand."""
    with pytest.raises(ClientError) as refused:
        call(world.session(), world)
    (world.folder / "error.txt").write_text(f"{refused.value}\n")


def put_policy(world, document):
    world.account.iam.put_role_policy(RoleName=world.role_name, PolicyName="own", PolicyDocument=json.dumps(document))


def not_allowed(world):
    put_policy(world, allow("s3:ListAllMyBuckets"))
    denied(world)


def denied_by_its_own(world):
    both = allow("iam:*")
    both["Statement"].append({"Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*"})
    put_policy(world, both)
    denied(world)


def denied_by_a_managed_one(world):
    put_policy(world, allow("iam:*"))
    denying = {"Effect": "Deny", "Action": ["iam:ListRoles", "iam:ListUsers"], "Resource": "*"}
    world.limits = world.managed_policy("limits", {"Version": "2012-10-17", "Statement": [denying]})
    world.account.iam.attach_role_policy(RoleName=world.role_name, PolicyArn=world.limits)
    denied(world)


def beyond_its_boundary(world):
    put_policy(world, allow("iam:*"))
    world.boundary = world.managed_policy("boundary", allow("s3:*"))
    world.account.iam.put_role_permissions_boundary(RoleName=world.role_name, PermissionsBoundary=world.boundary)
    denied(world)


def second_role(world):
    """The role may assume the next one, which does not trust it."""
    world.next = world.role_beside("next", assumed_by({"Service": "ec2.amazonaws.com"}))
    put_policy(world, allow("sts:AssumeRole", world.next))
    denied(world, assume_next)


def first_role_may_not(world):
    """The next role trusts whomever the account's own policies allow it to."""
    world.next = world.role_beside("next", assumed_by({"AWS": f"arn:aws:iam::{world.account.id}:root"}))
    put_policy(world, allow("s3:*"))
    denied(world, assume_next)


def assumed_by(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def assume_next(session, world):
    sts = session.client("sts", endpoint_url=world.aws.url)
    return sts.assume_role(RoleArn=world.next, RoleSessionName="next")


def assumes_next(world):
    assume_next(world.session(), world)


def lists_roles(world):
    world.session().client("iam", endpoint_url=world.aws.url).list_roles()


@dataclass
class Row:
    """How it is broken; what is named beside the workload; with which options; what works again."""

    cause: str
    broken: Callable
    named: Callable = lambda world: []
    options: list = field(default_factory=list)
    works: Callable = lambda world: world.credentials()
    id: str = ""


def role(world):
    return [world.role]


WITH_ERROR = ["--with", "error.txt"]
ROWS = [
    Row("role.not-found", annotated(lambda world: f"{world.role}x"), role),
    Row("role.arn-malformed", annotated(lambda world: f" {world.role}")),
    Row(
        "role.session-too-long", longer_session, options=["--with", "request.json", "--number", "2"],
        works=lambda world: world.credentials(DurationSeconds=7200),
    ),
    Row("trust.no-federated-principal", lambda world: trust(world, Principal={"AWS": "arn:aws:iam::111122223333:root"}, Condition={})),
    Row("trust.provider-mismatch", lambda world: trust(world, Principal={"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.example.com"})),
    Row("trust.action-missing", lambda world: trust(world, Action="sts:AssumeRole")),
    Row("trust.subject-mismatch", lambda world: trust(world, Condition=conditions(world, sub=f"{world.subject}-old"))),
    Row("trust.wildcard-in-equals", lambda world: trust(world, Condition=conditions(world, sub=f"system:serviceaccount:{world.namespace}:*"))),
    Row("trust.audience-mismatch", lambda world: trust(world, Condition=conditions(world, aud="sts.amazonaws.co"))),
    Row(
        "trust.condition-key-mismatch",
        lambda world: trust(world, Condition={"StringEquals": {f"https://{world.cluster.name}:sub": world.subject}}),
    ),
    Row("trust.condition-key-swapped", lambda world: trust(world, Condition=conditions(world, aud=world.subject, sub="sts.amazonaws.com"))),
    Row("trust.condition-key-unsupported", lambda world: trust(world, Condition=conditions(world, namespace=world.namespace))),
    Row(
        "trust.condition-other",
        lambda world: trust(world, Condition=conditions(world) | {"DateLessThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"}}),
    ),
    Row(
        "trust.explicit-deny",
        lambda world: world.set_trust(
            {"Version": "2012-10-17", "Statement": [*world.trust()["Statement"], *world.trust(Effect="Deny")["Statement"]]}
        ),
    ),
    Row("trust.explicit-deny", denied_with_its_namespace, id="a pattern"),
    Row("provider.missing", provider_missing),
    Row("provider.audience-unregistered", audience_unregistered),
    Row("provider.url-mismatch", provider_with_a_slash),
    Row("token.audience-wrong", other_audience),
    Row("serviceaccount.annotation-missing", annotation_missing, role),
    Row("serviceaccount.annotation-malformed", annotated(lambda world: world.role, "eks.amazonaws.com/role_arn"), role),
    Row("serviceaccount.annotation-wrong-role", another_role_meant, role),
    Row("serviceaccount.not-found", account_gone),
    Row("serviceaccount.not-used", other_account, role),
    Row("pod.not-injected", annotated_later, id="annotated later"),
    Row("pod.not-injected", without_the_webhook, id="the webhook was away"),
    Row("pod.stale", annotation_moved_on),
    Row("pod.partial-env", half_by_hand),
    Row("pod.token-not-mounted", all_by_hand),
    Row("permission.action-missing", not_allowed, options=WITH_ERROR, works=lists_roles),
    Row("permission.explicit-deny", denied_by_its_own, options=WITH_ERROR, works=lists_roles),
    Row("permission.explicit-deny", denied_by_a_managed_one, options=WITH_ERROR, works=lists_roles, id="a managed policy"),
    Row("permission.boundary", beyond_its_boundary, options=WITH_ERROR, works=lists_roles),
    Row("permission.chain", second_role, options=WITH_ERROR, works=assumes_next, id="the second role does not trust"),
    Row("permission.chain", first_role_may_not, options=WITH_ERROR, works=assumes_next, id="the first role may not"),
    Row("caller.session-name-invalid", session_name),
]

# Those that have tests of their own.
ELSEWHERE = {
    "issuer.unreachable": "test_issuers.py",
    "issuer.discovery-invalid": "test_issuers.py",
    "issuer.key-missing": "test_issuers.py",
    "token.signature-invalid": "test_issuers.py",
    "provider.thumbprint-mismatch": "test_issuers.py",
    "pod.two-mechanisms": "test_pod_identity.py",
    "caller.sdk-too-old": "test_an_old_sdk_in_the_trail",
    "caller.credentials-overridden": "test_remarks",
    "trust.subject-unrestricted": "test_remarks",
    "trust.subject-too-wide": "test_remarks",
    "trust.set-operator-on-claim": "test_remarks",
    "trust.condition-key-dead": "test_remarks",
}

IN_THE_TOKEN = "an API server does not issue such a token"
IN_THE_PROGRAM = "it lies in the program, its image or its network, and in no object"
OF_GITHUB = "it is about jobs of GitHub Actions, not about pods"
NOT_READ = "that policy is read from no live source: it is given as a file"
# Those that cannot be broken in objects of AWS or Kubernetes, and why.
NOT_IN_OBJECTS = {
    "role.not-propagated": "it passes by itself in seconds, and shows in CloudTrail alone",
    "trust.malformed": "IAM stores no such document",
    "trust.session-tags": IN_THE_TOKEN,
    "trust.pull-request-admitted": OF_GITHUB,
    "trust.subject-renamable": OF_GITHUB,
    "token.malformed": IN_THE_TOKEN,
    "token.algorithm-unsupported": IN_THE_TOKEN,
    "token.legacy": "clusters make no such token since Kubernetes 1.24; a program that presents one tells by its error",
    "token.claim-type": IN_THE_TOKEN,
    "token.claim-missing": IN_THE_TOKEN,
    "token.azp-overrides-audience": IN_THE_TOKEN,
    "token.role-not-authorized": IN_THE_TOKEN,
    "token.expired": "the kubelet renews tokens: a program that keeps an old one tells by its error",
    "token.not-yet-valid": "it lies in a clock",
    "token.not-issued": OF_GITHUB,
    "pod.token-unreadable": "the kubelet decides modes of files, and the rig has none; a program tells by its error",
    "permission.scp": NOT_READ,
    "permission.rcp": NOT_READ,
    "permission.vpc-endpoint": NOT_READ,
    "permission.resource-policy": NOT_READ,
    "permission.session-policy": "it is a parameter of the call",
    "caller.wrong-identity": IN_THE_PROGRAM,
    "caller.wrong-flow": IN_THE_PROGRAM,
    "caller.not-configured": IN_THE_PROGRAM,
    "caller.sdk-module-missing": IN_THE_PROGRAM,
    "caller.token-path-cached": IN_THE_PROGRAM,
    "caller.endpoint-wrong": IN_THE_PROGRAM,
    "caller.endpoint-unreachable": IN_THE_PROGRAM,
    "caller.region-inactive": IN_THE_PROGRAM,
    "caller.tls-untrusted": IN_THE_PROGRAM,
    "caller.sts-throttled": IN_THE_PROGRAM,
}


def test_every_cause_has_its_place():
    done = subprocess.run([os.environ["ROLECALL_BIN"], "causes", "--format", "json"], capture_output=True, text=True, check=True)
    known = {cause["cause"] for cause in json.loads(done.stdout)["causes"]}
    rows = {row.cause for row in ROWS}
    assert rows | set(ELSEWHERE) | set(NOT_IN_OBJECTS) == known
    assert not rows & (set(ELSEWHERE) | set(NOT_IN_OBJECTS)) and not set(ELSEWHERE) & set(NOT_IN_OBJECTS)


def test_what_works_is_admitted(world):
    report, done = world.diagnose()
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report, done.stderr)
    assert world.credentials().endswith(f":assumed-role/{world.role_name}/e2e")


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.cause} {row.id}".strip() for row in ROWS])
def test_cause(world, row):
    row.broken(world)
    targets = ["deploy/api", *row.named(world)]
    given = [one for one in row.options if one not in ("--number", "2")]
    report, done = world.diagnose(*targets, *given)
    assert report["findings"], (report, done.stderr)
    first = report["findings"][0]
    assert (first["cause"], done.returncode) == (row.cause, 1), ([one["cause"] for one in report["findings"]], first["title"], done.stderr)
    fixed = world.rolecall("fix", "-n", world.namespace, *targets, "--yes", *row.options)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    for file in world.folder.glob("error.txt"):
        file.unlink()
    given = [one for one in given if (world.folder / "error.txt").exists() or one not in WITH_ERROR]
    report, done = world.diagnose("deploy/api", *given)
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (json.dumps(report["findings"]), done.stderr)
    row.works(world)


def dead_key(world):
    return conditions(world) | {"StringEqualsIfExists": {f"{world.cluster.name}:namespace": world.namespace}}


# Broken for real, and yet the caller is admitted: too many others are as well, or the pod works by something else.
REMARKS = {
    "trust.subject-unrestricted": lambda world: trust(world, Condition=conditions(world, sub=None)),
    "trust.subject-too-wide": lambda world: trust(
        world, Condition={"StringLike": {f"{world.cluster.name}:sub": "system:serviceaccount:*"}, **conditions(world, sub=None)}
    ),
    "trust.set-operator-on-claim": lambda world: trust(
        world, Condition={"ForAllValues:StringEquals": conditions(world)["StringEquals"]}
    ),
    "trust.condition-key-dead": lambda world: trust(world, Condition=dead_key(world)),
    "caller.credentials-overridden": lambda world: world.redeploy({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}),
}


@pytest.mark.parametrize("cause", REMARKS)
def test_remarks(world, cause):
    REMARKS[cause](world)
    report, done = world.diagnose()
    found = {finding["cause"]: finding["severity"] for finding in report["findings"]}
    assert found.get(cause) in ("warning", "note"), (found, done.stderr)
    assert (report["conclusion"], done.returncode) == ("admitted", 0), (report["summary"], done.stderr)


@pytest.mark.parametrize("version, cause", [("1.11.703", "caller.sdk-too-old"), ("1.11.704", None)])
def test_an_old_sdk_in_the_trail(world, version, cause):
    """CloudTrail shows the node's role in the pod's place, with the version of the SDK that called."""
    record = {
        "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "eventTime": "2026-03-01T12:00:00Z",
        "errorCode": "AccessDenied", "userAgent": f"aws-sdk-java/{version} Linux/5.10 OpenJDK",
        "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0 is not authorized to perform: s3:ListAllMyBuckets",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0"},
    }
    (world.folder / "cloudtrail.json").write_text(json.dumps({"Records": [record]}))
    report, done = world.diagnose("deploy/api", "--with", "cloudtrail.json")
    found = {finding["cause"]: finding["certainty"] for finding in report["findings"]}
    assert found.get("caller.sdk-too-old") == ("certain" if cause else None), (report["findings"], done.stderr)
    told = world.rolecall("whoami", "--trail", "cloudtrail.json")
    assert told.returncode == (1 if cause else 0), told.stdout


KINDS = {
    "cronjob/nightly": ("batch/v1beta1", "CronJob"),
    "job/once": ("batch/v1", "Job"),
    "sts/store": ("apps/v1", "StatefulSet"),
}


def workload(world, target):
    name, (api, kind) = target.split("/")[1], KINDS[target]
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": world.pod_spec()}
    spec = {
        "StatefulSet": {"serviceName": name, "selector": {"matchLabels": labels}, "template": template},
        "Job": {"template": {"spec": template["spec"] | {"restartPolicy": "Never"}}},
        "CronJob": {
            "schedule": "0 3 1 1 *",
            "jobTemplate": {"spec": {"template": {"spec": template["spec"] | {"restartPolicy": "Never"}}}},
        },
    }[kind]
    world.cluster.apply({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": world.namespace}, "spec": spec})
    if kind == "CronJob":
        world.cluster.kubectl("-n", world.namespace, "create", "job", "nightly-1", f"--from=cronjob/{name}")
    before = until(lambda: pods_of(world, name))
    if kind == "StatefulSet":
        # One pod after the other: a controller waits for a kubelet's word before it replaces the next.
        pod = world.pods()[-1]
        ready = pod | {"status": pod["status"] | {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
        path = f"/api/v1/namespaces/{world.namespace}/pods/{pod['metadata']['name']}/status"
        world.cluster.kubectl("replace", "--raw", path, "-f", "-", given=json.dumps(ready))
    return before


def pods_of(world, name):
    """Pods of the workload that are not on their way out, by name and the role in their variables."""
    alive = [pod for pod in world.pods() if "deletionTimestamp" not in pod["metadata"] and pod["metadata"]["name"].startswith(name)]
    role = lambda pod: next((one["value"] for one in pod["spec"]["containers"][0].get("env", []) if one["name"] == "AWS_ROLE_ARN"), None)
    return {pod["metadata"]["uid"]: role(pod) for pod in alive}


@pytest.mark.parametrize("target", KINDS)
def test_owners(world, target):
    """Pods of other owners than a Deployment: passed over by the webhook, named by their owner, made anew by it."""
    world.annotate(None)
    before = workload(world, target)
    world.annotate(world.role)
    report, done = world.diagnose(target)
    assert (report["findings"][0]["cause"], done.returncode) == ("pod.not-injected", 1), (report["findings"], done.stderr)
    fixed = world.rolecall("fix", "-n", world.namespace, target, "--yes")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    after = until(lambda: {uid: role for uid, role in pods_of(world, target.split("/")[1]).items() if uid not in before})
    assert set(after.values()) == {world.role}, (before, after)
    assert world.diagnose(target)[0]["conclusion"] == "admitted"
