"""The command lines of guides and issue threads, as people paste them: both AWS CLIs, `--query`, `--output text`, `file://`."""

import json

import pytest

from rigs import clients

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}],
}
# IAM keeps an account's number as the ARN of its root.
KEPT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}],
}


@pytest.fixture(params=clients.CLIS.items(), ids=clients.CLIS)
def aws(request, service, account, tmp_path):
    """One AWS CLI with root credentials: `aws("iam get-role", "--role-name", …)`; `.name` makes names of its own."""
    name, program = request.param
    environment = clients.environment(service, account.root, home=tmp_path)

    def run(line, *arguments, fails=False):
        return clients.cli(program, environment, *line.split(), *arguments, fails=fails)

    run.name = name
    return run


@pytest.fixture
def files(tmp_path):
    for name, document in (("trust", TRUST), ("policy", POLICY)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document, indent=2))
    return {name: f"file://{tmp_path}/{name}.json" for name in ("trust", "policy")}


def test_roles(aws, files, account, registered, provider):
    name = f"{aws.name}-role"
    created = aws(
        "iam create-role",
        "--role-name",
        name,
        "--assume-role-policy-document",
        files["trust"],
        "--query",
        "Role.Arn",
        "--output",
        "text",
    )
    assert created == f"arn:aws:iam::111122223333:role/{name}"
    assert json.loads(aws("iam get-role", "--role-name", name, "--query", "Role.AssumeRolePolicyDocument")) == KEPT
    changed = files["trust"].removeprefix("file://")
    federated = {
        "Effect": "Allow",
        "Principal": {"Federated": registered},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{provider.name}:sub": "repo:octo/app:*"}},
    }
    with open(changed, "w") as file:
        json.dump({"Version": "2012-10-17", "Statement": [federated]}, file, indent=4)
    assert aws("iam update-assume-role-policy", "--role-name", name, "--policy-document", files["trust"]) == ""
    read = aws(
        "iam get-role",
        "--role-name",
        name,
        "--query",
        "Role.AssumeRolePolicyDocument.Statement[0].Principal.Federated",
        "--output",
        "text",
    )
    assert read == registered

    assert (
        aws(
            "iam put-role-policy",
            "--role-name",
            name,
            "--policy-name",
            "inline",
            "--policy-document",
            files["policy"],
        )
        == ""
    )
    assert json.loads(aws("iam list-role-policies", "--role-name", name)) == {"PolicyNames": ["inline"]}
    assert (
        json.loads(
            aws("iam get-role-policy", "--role-name", name, "--policy-name", "inline", "--query", "PolicyDocument")
        )
        == POLICY
    )
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    aws("iam attach-role-policy", "--role-name", name, "--policy-arn", managed)
    attached = json.loads(aws("iam list-attached-role-policies", "--role-name", name, "--query", "AttachedPolicies"))
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": managed}]

    refused = aws("iam delete-role", "--role-name", name, fails=True)
    assert (
        "An error occurred (DeleteConflict) when calling the DeleteRole operation: Cannot delete entity, must"
        in refused
    )
    aws("iam detach-role-policy", "--role-name", name, "--policy-arn", managed)
    aws("iam delete-role-policy", "--role-name", name, "--policy-name", "inline")
    aws("iam delete-role", "--role-name", name)
    refused = aws("iam get-role", "--role-name", name, fails=True)
    assert (
        f"An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name {name} cannot be found."
        in refused
    )


def test_users(aws, files):
    name = f"{aws.name}-user"
    assert aws("iam create-user", "--user-name", name, "--query", "User.UserName", "--output", "text") == name
    aws("iam put-user-policy", "--user-name", name, "--policy-name", "inline", "--policy-document", files["policy"])
    assert aws("iam list-user-policies", "--user-name", name, "--output", "text") == "POLICYNAMES\tinline"
    aws("iam attach-user-policy", "--user-name", name, "--policy-arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    listed = aws(
        "iam list-attached-user-policies",
        "--user-name",
        name,
        "--query",
        "AttachedPolicies[].PolicyArn",
        "--output",
        "text",
    )
    assert listed == "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    key = json.loads(aws("iam create-access-key", "--user-name", name, "--query", "AccessKey"))
    assert key["AccessKeyId"].startswith("AKIA") and len(key["SecretAccessKey"]) == 40 and key["Status"] == "Active"
    owner = aws(
        "sts get-access-key-info", "--access-key-id", key["AccessKeyId"], "--query", "Account", "--output", "text"
    )
    assert owner == "111122223333"
    aws("iam update-access-key", "--user-name", name, "--access-key-id", key["AccessKeyId"], "--status", "Inactive")
    assert (
        aws("iam list-access-keys", "--user-name", name, "--query", "AccessKeyMetadata[].Status", "--output", "text")
        == "Inactive"
    )


def test_openid_connect_providers(aws, registered, provider):
    issuer = f"https://{aws.name}.idp.example.com/t1"
    arn = aws(
        "iam create-open-id-connect-provider",
        "--url",
        issuer,
        "--client-id-list",
        "sts.amazonaws.com",
        "other",
        "--thumbprint-list",
        "990f4193972f2becf12ddeda5237f9c952f20d9e",
        "--query",
        "OpenIDConnectProviderArn",
        "--output",
        "text",
    )
    assert arn == f"arn:aws:iam::111122223333:oidc-provider/{aws.name}.idp.example.com/t1"
    query = f"OpenIDConnectProviderList[?ends_with(Arn, '{provider.name}')].Arn"
    assert aws("iam list-open-id-connect-providers", "--query", query, "--output", "text") == registered
    listed = aws(
        "iam list-open-id-connect-providers", "--query", "OpenIDConnectProviderList[*].Arn", "--output", "text"
    ).split()
    assert registered in listed and arn in listed
    read = json.loads(aws("iam get-open-id-connect-provider", "--open-id-connect-provider-arn", arn))
    assert read["Url"] == f"{aws.name}.idp.example.com/t1" and sorted(read["ClientIDList"]) == [
        "other",
        "sts.amazonaws.com",
    ]
    refused = aws(
        "iam create-open-id-connect-provider",
        "--url",
        issuer,
        "--client-id-list",
        "x",
        "--thumbprint-list",
        "0" * 40,
        fails=True,
    )
    assert (
        f"(EntityAlreadyExists) when calling the CreateOpenIDConnectProvider operation: Provider with url {issuer} already exists."
        in refused
    )
    aws("iam delete-open-id-connect-provider", "--open-id-connect-provider-arn", arn)


def test_who_am_i(aws):
    assert json.loads(aws("sts get-caller-identity")) == {
        "UserId": "111122223333",
        "Account": "111122223333",
        "Arn": "arn:aws:iam::111122223333:root",
    }
    assert aws("sts get-caller-identity", "--query", "Account", "--output", "text") == "111122223333"


def test_pages_are_followed(aws, account):
    for number in range(7):
        account.iam.create_group(GroupName=f"{aws.name}-group-{number}")
    names = json.loads(aws("iam list-groups", "--page-size", "3", "--query", "Groups[].GroupName"))
    assert [name for name in names if name.startswith(aws.name)] == [
        f"{aws.name}-group-{number}" for number in range(7)
    ]


def test_a_policy_that_is_none_is_refused_in_iams_words(aws, tmp_path):
    (tmp_path / "broken.json").write_text('{"Version": "2012-10-17", "Statement": [')
    arguments = ("--role-name", "never", "--assume-role-policy-document", f"file://{tmp_path}/broken.json")
    refused = aws("iam create-role", *arguments, fails=True)
    assert (
        "(MalformedPolicyDocument) when calling the CreateRole operation: This policy contains invalid Json"
        in refused
    )
