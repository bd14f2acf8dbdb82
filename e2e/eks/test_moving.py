"""An account moves from one service to another: export, import, the same ids; by files that the AWS CLI printed, too."""

import json
import os

import pytest

from rigs import clients
from rigs.account import Account
from rigs.cluster import until
from rigs.service import Service


def whole(iam):
    """Everything that get-account-authorization-details has, without what AWS itself adds."""
    pages = iam.get_paginator("get_account_authorization_details").paginate()
    found = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for page in pages:
        for name in found:
            found[name] += page[name]
    return json.loads(json.dumps(found, default=str, sort_keys=True))


@pytest.fixture(scope="module")
def filled(folder):
    service = Service(folder / "from", "--allow-local-issuers", "--log", "off").start()
    account = Account(service)
    iam = account.iam
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )
    for number in range(120):
        account.role(
            f"role-{number:03}",
            trust,
            Path="/app/",
            Tags=[{"Key": "n", "Value": str(number)}],
            MaxSessionDuration=7200,
        )
    own = iam.create_policy(PolicyName="own", PolicyDocument=document)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=document, SetAsDefault=True)
    iam.attach_role_policy(RoleName="role-000", PolicyArn=own)
    iam.attach_role_policy(RoleName="role-001", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.put_role_policy(RoleName="role-002", PolicyName="in", PolicyDocument=document)
    iam.put_role_permissions_boundary(RoleName="role-003", PermissionsBoundary=own)
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="role-004")
    iam.create_user(UserName="alice")
    iam.create_group(GroupName="devs")
    iam.add_user_to_group(GroupName="devs", UserName="alice")
    account.provider("https://idp.example.com/t1", "a" * 40, client_ids=("one", "two"))
    yield service
    service.kill()


def exported(service, folder):
    environment = clients.environment(service, service.root())
    clients.run([os.environ["ROLECALL_BIN"], "export", folder], environment)
    return folder


def test_export_and_import_give_the_same_account(filled, folder):
    files = exported(filled, folder / "export")
    other = Service(folder / "to", "--allow-local-issuers", "--import", str(files)).start()
    try:
        before, after = Account(filled).iam, Account(other).iam
        assert whole(before) == whole(after)
        assert before.get_role(RoleName="role-000")["Role"] == after.get_role(RoleName="role-000")["Role"]
        arn = "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1"
        found = after.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        assert found["ClientIDList"] == ["one", "two"] and found["ThumbprintList"] == ["a" * 40]
        until(lambda: "120 roles" in other.said())
        # The second start imports once more: nothing is new.
        other.stop()
        other.start()
        until(lambda: "nothing new" in other.said())
        assert whole(before) == whole(Account(other).iam)
    finally:
        other.kill()


def test_what_the_aws_cli_printed_is_taken(filled, folder):
    files = folder / "printed"
    files.mkdir()
    environment = clients.environment(filled, filled.root())
    for number, name in enumerate(("awscli-1", "awscli-2")):
        for part, command in {
            "details": ("get-account-authorization-details",),
            "roles": ("list-roles",),
            "provider": (
                "get-open-id-connect-provider",
                "--open-id-connect-provider-arn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1",
            ),
        }.items():
            printed = clients.cli(clients.CLIS[name], environment, "iam", *command, "--output", "json")
            (files / f"{part}-{number}.json").write_text(printed)
        service = Service(folder / f"taken-{number}", "--import", str(files), "--allow-local-issuers").start()
        try:
            assert whole(Account(service).iam) == whole(Account(filled).iam)
        finally:
            service.kill()
        for file in files.iterdir():
            file.unlink()
