"""What every operation has in common: who may not is told so in AWS's words, and what must be given is asked for."""

import re

import declared
import pytest
from conftest import outcome

from rigs.service import ACCOUNT

OPERATIONS = [one for one in declared.operations() if one.offered and one.signed and one.service != "rolecall"]
# Every valid credential may, or the refusal has words of its own.
FREE = {"GetCallerIdentity", "GetSessionToken"}
NAMES = re.compile(r"not authorized to perform: (?P<action>[\w-]+:\w+)( on resource: (?P<resource>\S+))? because no (identity-based|role trust) policy allows the (?P=action) action$")

SAMPLES = {
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/sample",
    "roleArn": f"arn:aws:iam::{ACCOUNT}:role/sample",
    "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:role/sample",
    "Arn": f"arn:aws:iam::{ACCOUNT}:role/sample",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com",
    "resourceArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/sample",
    "AWSServiceName": "ecs.amazonaws.com",
    "AccessKeyId": "AKIAEXAMPLEEXAMPLE00",
    "AccountAlias": "sample",
    "DeletionTaskId": "task/aws-service-role/ecs.amazonaws.com/x/1",
    "GlobalEndpointTokenVersion": "v2Token",
    "JobId": "0" * 8 + "-0000-4000-a000-000000000000",
    "Status": "Active",
    "VersionId": "v1",
    "Tags": [{"Key": "a", "Value": "b"}],
    "TagKeys": ["a"],
    "ActionNames": ["s3:GetObject"],
    "PolicyInputList": ["{}"],
    "ServiceNamespaces": ["iam"],
    "ThumbprintList": ["a" * 40],
    "Url": "https://idp.example.com",
    "oidc": {"identityProviderConfigName": "x", "issuerUrl": "https://x", "clientId": "x"},
    "identityProviderConfig": {"type": "oidc", "name": "x"},
    "resourcesVpcConfig": {},
    "tags": {"a": "b"},
    "tagKeys": ["a"],
    "token": "eyJ.eyJ.x",
}
# Operations that say nothing of a user say it of the caller: such a caller must exist, and is named.
NAMED = {name: {"UserName": "sample"} for name in ("GetUser", "CreateAccessKey", "ListAccessKeys", "CreateLoginProfile", "GetLoginProfile", "DeleteLoginProfile", "ListMFADevices")}


def parameters(operation):
    given = {member: SAMPLES.get(member, "sample") for member in operation.required}
    return given | NAMED.get(operation.name, {})


@pytest.fixture(scope="module")
def nobody(user_clients):
    return user_clients("nobody")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_permission(nobody, operation):
    client = getattr(nobody, operation.service.replace("-", "_"))
    answer = outcome(client, operation.name, parameters(operation))
    if operation.name in FREE:
        assert isinstance(answer, dict)
        return
    status, code, sentence = answer
    json = operation.service not in ("iam", "sts")
    wanted = 403 if operation.service in ("iam", "sts", "eks") else 400
    assert (status, code) == (wanted, "AccessDeniedException" if json else "AccessDenied"), sentence
    said = NAMES.search(sentence)
    assert said and sentence.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/nobody is "), sentence
    assert said["action"] == f"{operation.service}:{operation.name}", sentence


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.required], ids=str)
def test_required_members(root, operation):
    """Whatever must be given and is not is named, all of it at once."""
    client = getattr(root, operation.service.replace("-", "_"))
    model = client.meta.service_model.operation_model(operation.name)
    placed = {name for name, shape in model.input_shape.members.items() if shape.serialization.get("location") == "uri"}
    missing = [name for name in operation.required if name not in placed]
    if not missing:
        # All of it stands in the path: without it there is no such path.
        return
    given = {name: value for name, value in parameters(operation).items() if name in placed}
    status, code, sentence = outcome(client, operation.name, given)
    assert status == 400 and code in ("ValidationError", "ValidationException", "InvalidParameterException"), sentence
    assert sentence.startswith(f"{len(missing)} validation error{'s' if len(missing) > 1 else ''} detected: ")
    for name in missing:
        lower = name[0].lower() + name[1:]
        assert f"Value null at '{lower}' failed to satisfy constraint: Member must not be null" in sentence, name
