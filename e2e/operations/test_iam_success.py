"""IAM: every operation with success, along the lives of what it keeps, and what the answers hold."""

import base64
import csv
import io
import json

import full
import pytest

from rigs.service import ACCOUNT

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
WIDER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"}]}
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


def text(document):
    return json.dumps(document)


@pytest.fixture(scope="module")
def iam(root):
    return root.iam


@pytest.fixture(scope="module")
def policy(iam):
    return iam.create_policy(PolicyName="lives", PolicyDocument=text(ALLOW), Description="of lives")["Policy"]["Arn"]


def test_a_role(iam, policy):
    made = iam.create_role(
        RoleName="life", Path="/of/", AssumeRolePolicyDocument=text(full.TRUST), Tags=TAGS, PermissionsBoundary=policy
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/of/life" and made["RoleId"].startswith("AROA")
    assert made["AssumeRolePolicyDocument"] == full.TRUST and made["Tags"] == TAGS
    assert "MaxSessionDuration" not in made and "RoleLastUsed" not in made
    iam.get_waiter("role_exists").wait(RoleName="life")
    found = iam.get_role(RoleName="life")["Role"]
    assert found["MaxSessionDuration"] == 3600 and found["RoleLastUsed"] == {}
    assert found["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": policy,
    }
    iam.update_role(RoleName="life", Description="one", MaxSessionDuration=7200)
    described = iam.update_role_description(RoleName="life", Description="two")["Role"]
    assert described["Description"] == "two"
    assert "MaxSessionDuration" not in described and "RoleLastUsed" not in described
    assert iam.get_role(RoleName="life")["Role"]["MaxSessionDuration"] == 7200
    changed = full.TRUST | {"Id": "changed"}
    iam.update_assume_role_policy(RoleName="life", PolicyDocument=text(changed))
    assert iam.get_role(RoleName="life")["Role"]["AssumeRolePolicyDocument"] == changed
    listed = [one for one in iam.list_roles(PathPrefix="/of/")["Roles"]]
    assert [one["RoleName"] for one in listed] == ["life"] and "Tags" not in listed[0]
    iam.put_role_policy(RoleName="life", PolicyName="in", PolicyDocument=text(ALLOW))
    assert iam.get_role_policy(RoleName="life", PolicyName="in")["PolicyDocument"] == ALLOW
    assert iam.list_role_policies(RoleName="life")["PolicyNames"] == ["in"]
    iam.attach_role_policy(RoleName="life", PolicyArn=policy)
    assert iam.list_attached_role_policies(RoleName="life")["AttachedPolicies"] == [
        {"PolicyName": "lives", "PolicyArn": policy}
    ]
    iam.tag_role(RoleName="life", Tags=[{"Key": "b", "Value": "3"}, {"Key": "c", "Value": ""}])
    iam.untag_role(RoleName="life", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="life")["Tags"] == [{"Key": "b", "Value": "3"}, {"Key": "c", "Value": ""}]
    iam.delete_role_permissions_boundary(RoleName="life")
    iam.put_role_permissions_boundary(RoleName="life", PermissionsBoundary=policy)
    iam.create_instance_profile(InstanceProfileName="life", Path="/of/", Tags=TAGS)
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="life")
    iam.add_role_to_instance_profile(InstanceProfileName="life", RoleName="life")
    profile = iam.get_instance_profile(InstanceProfileName="life")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["life"] and profile["Tags"] == TAGS
    assert len(iam.list_instance_profiles_for_role(RoleName="life")["InstanceProfiles"]) == 1
    assert [one["Path"] for one in iam.list_instance_profiles(PathPrefix="/of/")["InstanceProfiles"]] == ["/of/"]
    iam.tag_instance_profile(InstanceProfileName="life", Tags=[{"Key": "c", "Value": "3"}])
    iam.untag_instance_profile(InstanceProfileName="life", TagKeys=["a", "b"])
    assert iam.list_instance_profile_tags(InstanceProfileName="life")["Tags"] == [{"Key": "c", "Value": "3"}]
    iam.remove_role_from_instance_profile(InstanceProfileName="life", RoleName="life")
    iam.delete_instance_profile(InstanceProfileName="life")
    iam.detach_role_policy(RoleName="life", PolicyArn=policy)
    iam.delete_role_policy(RoleName="life", PolicyName="in")
    iam.delete_role(RoleName="life")


def test_a_user_and_its_groups(iam, policy):
    made = iam.create_user(UserName="life", Path="/of/", Tags=TAGS)["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/of/life" and made["UserId"].startswith("AIDA")
    iam.get_waiter("user_exists").wait(UserName="life")
    iam.update_user(UserName="life", NewUserName="lives", NewPath="/")
    found = iam.get_user(UserName="lives")["User"]
    assert (found["UserId"], found["Arn"]) == (made["UserId"], f"arn:aws:iam::{ACCOUNT}:user/lives")
    name = {"UserName": "lives"}
    assert "lives" in [user["UserName"] for user in iam.list_users(MaxItems=1000)["Users"]]
    iam.put_user_policy(**name, PolicyName="in", PolicyDocument=text(ALLOW))
    assert iam.get_user_policy(**name, PolicyName="in")["PolicyDocument"] == ALLOW
    assert iam.list_user_policies(**name)["PolicyNames"] == ["in"]
    iam.attach_user_policy(**name, PolicyArn=policy)
    assert len(iam.list_attached_user_policies(**name)["AttachedPolicies"]) == 1
    iam.put_user_permissions_boundary(**name, PermissionsBoundary=policy)
    iam.delete_user_permissions_boundary(**name)
    iam.tag_user(**name, Tags=[{"Key": "c", "Value": "3"}])
    iam.untag_user(**name, TagKeys=["a"])
    assert [tag["Key"] for tag in iam.list_user_tags(**name)["Tags"]] == ["b", "c"]
    key = iam.create_access_key(**name)["AccessKey"]
    assert key["Status"] == "Active" and len(key["SecretAccessKey"]) == 40
    iam.update_access_key(**name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert [one["Status"] for one in iam.list_access_keys(**name)["AccessKeyMetadata"]] == ["Inactive"]
    assert iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"] == {
        "ServiceName": "N/A",
        "Region": "N/A",
    }
    iam.delete_access_key(**name, AccessKeyId=key["AccessKeyId"])
    iam.create_login_profile(**name, Password="long enough, this one", PasswordResetRequired=True)
    assert iam.get_login_profile(**name)["LoginProfile"]["PasswordResetRequired"] is True
    iam.update_login_profile(**name, PasswordResetRequired=False)
    assert iam.get_login_profile(**name)["LoginProfile"]["PasswordResetRequired"] is False
    iam.delete_login_profile(**name)
    assert iam.list_mfa_devices(**name)["MFADevices"] == []

    group = iam.create_group(GroupName="life", Path="/of/")["Group"]
    assert group["GroupId"].startswith("AGPA") and iam.get_group(GroupName="life")["Users"] == []
    iam.update_group(GroupName="life", NewGroupName="lives", NewPath="/")
    group = {"GroupName": "lives"}
    assert "lives" in [one["GroupName"] for one in iam.list_groups()["Groups"]]
    iam.add_user_to_group(**group, **name)
    iam.add_user_to_group(**group, **name)
    assert [user["UserName"] for user in iam.get_group(**group)["Users"]] == ["lives"]
    assert [one["GroupName"] for one in iam.list_groups_for_user(**name)["Groups"]] == ["lives"]
    iam.put_group_policy(**group, PolicyName="in", PolicyDocument=text(ALLOW))
    assert iam.get_group_policy(**group, PolicyName="in")["PolicyDocument"] == ALLOW
    assert iam.list_group_policies(**group)["PolicyNames"] == ["in"]
    iam.attach_group_policy(**group, PolicyArn=policy)
    assert len(iam.list_attached_group_policies(**group)["AttachedPolicies"]) == 1
    iam.detach_group_policy(**group, PolicyArn=policy)
    iam.delete_group_policy(**group, PolicyName="in")
    iam.remove_user_from_group(**group, **name)
    iam.remove_user_from_group(**group, **name)
    iam.delete_group(**group)
    iam.detach_user_policy(**name, PolicyArn=policy)
    iam.delete_user_policy(**name, PolicyName="in")
    iam.delete_user(**name)


def test_a_policy_and_its_versions(iam, policy):
    iam.get_waiter("policy_exists").wait(PolicyArn=policy)
    found = iam.get_policy(PolicyArn=policy)["Policy"]
    assert (found["DefaultVersionId"], found["AttachmentCount"], found["Description"]) == ("v1", 0, "of lives")
    assert found["PolicyId"].startswith("ANPA") and found["IsAttachable"] is True
    version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=text(WIDER))["PolicyVersion"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", False) and "Document" not in version
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    assert iam.get_policy_version(PolicyArn=policy, VersionId="v2")["PolicyVersion"]["Document"] == WIDER
    assert [one["VersionId"] for one in iam.list_policy_versions(PolicyArn=policy)["Versions"]] == ["v2", "v1"]
    iam.delete_policy_version(PolicyArn=policy, VersionId="v1")
    iam.tag_policy(PolicyArn=policy, Tags=TAGS)
    iam.untag_policy(PolicyArn=policy, TagKeys=["a"])
    assert iam.list_policy_tags(PolicyArn=policy)["Tags"] == TAGS[1:]
    assert "lives" in [one["PolicyName"] for one in iam.list_policies(Scope="Local", MaxItems=1000)["Policies"]]
    entities = iam.list_entities_for_policy(PolicyArn=policy)
    assert (entities["PolicyGroups"], entities["PolicyUsers"], entities["PolicyRoles"]) == ([], [], [])
    gone = iam.create_policy(PolicyName="short-lived", PolicyDocument=text(ALLOW))["Policy"]["Arn"]
    iam.delete_policy(PolicyArn=gone)


def test_a_provider(iam):
    arn = iam.create_open_id_connect_provider(
        Url="https://idp.example.com/life/", ClientIDList=["one"], ThumbprintList=["A" * 40], Tags=TAGS
    )["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/life/"
    name = {"OpenIDConnectProviderArn": arn}
    iam.add_client_id_to_open_id_connect_provider(**name, ClientID="two")
    iam.add_client_id_to_open_id_connect_provider(**name, ClientID="two")
    iam.remove_client_id_from_open_id_connect_provider(**name, ClientID="one")
    iam.update_open_id_connect_provider_thumbprint(**name, ThumbprintList=["b" * 40, "c" * 40])
    found = iam.get_open_id_connect_provider(**name)
    assert (found["Url"], found["ClientIDList"]) == ("idp.example.com/life/", ["two"])
    assert found["ThumbprintList"] == ["b" * 40, "c" * 40] and found["Tags"] == TAGS
    iam.tag_open_id_connect_provider(**name, Tags=[{"Key": "c", "Value": "3"}])
    iam.untag_open_id_connect_provider(**name, TagKeys=["a", "b"])
    assert iam.list_open_id_connect_provider_tags(**name)["Tags"] == [{"Key": "c", "Value": "3"}]
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.delete_open_id_connect_provider(**name)
    iam.delete_open_id_connect_provider(**name)
    assert iam.list_saml_providers()["SAMLProviderList"] == []


def test_service_linked_roles(iam):
    role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="life")["Role"]
    assert role["Path"] == "/aws-service-role/autoscaling.amazonaws.com/"
    assert role["RoleName"] == "AWSServiceRoleForAutoScaling_life"
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"


def test_the_account(iam, root):
    iam.create_account_alias(AccountAlias="of-lives")
    assert iam.list_account_aliases()["AccountAliases"] == ["of-lives"]
    iam.delete_account_alias(AccountAlias="of-lives")
    assert iam.get_account_summary()["SummaryMap"]["RolesQuota"] == 1000
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 2
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=False)
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 12
    issuer = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    assert iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"] == issuer
    iam.disable_outbound_web_identity_federation()
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    content = iam.get_credential_report()["Content"]
    report = content if content.startswith(b"user,") else base64.b64decode(content)
    rows = list(csv.DictReader(io.StringIO(report.decode())))
    assert rows[0]["user"] == "<root_account>" and rows[0]["access_key_1_last_used_service"] == "iam"


def test_a_password_policy_goes(other):
    other.iam.update_account_password_policy(MinimumPasswordLength=8)
    other.iam.delete_account_password_policy()


def test_analysis(iam, policy):
    iam.create_role(RoleName="analysed", AssumeRolePolicyDocument=text(full.TRUST))
    iam.put_role_policy(RoleName="analysed", PolicyName="in", PolicyDocument=text(WIDER))
    role = f"arn:aws:iam::{ACCOUNT}:role/analysed"
    details = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"]
    found = next(one for one in details if one["RoleName"] == "analysed")
    assert found["RolePolicyList"] == [{"PolicyName": "in", "PolicyDocument": WIDER}] and found["RoleLastUsed"] == {}
    job = iam.generate_service_last_accessed_details(Arn=role)["JobId"]
    services = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    assert [one["ServiceNamespace"] for one in services] == ["s3", "sts"]
    entities = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")
    assert entities["EntityDetailsList"] == []
    granting = iam.list_policies_granting_service_access(Arn=role, ServiceNamespaces=["s3", "iam"])
    granting = {one["ServiceNamespace"]: one["Policies"] for one in granting["PoliciesGrantingServiceAccess"]}
    assert len(granting["s3"]) == 1 and granting["iam"] == []
    simulated = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["s3:PutObject", "iam:GetRole"])
    assert [one["EvalDecision"] for one in simulated["EvaluationResults"]] == ["allowed", "implicitDeny"]
    conditional = ALLOW | {
        "Statement": [ALLOW["Statement"][0] | {"Condition": {"StringEquals": {"aws:PrincipalTag/x": "y"}}}]
    }
    simulated = iam.simulate_custom_policy(PolicyInputList=[text(conditional)], ActionNames=["s3:GetObject"])
    assert simulated["EvaluationResults"][0]["MissingContextValues"] == ["aws:PrincipalTag/x"]
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[text(conditional)])["ContextKeyNames"]
    assert keys == ["aws:PrincipalTag/x"]
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=role)["ContextKeyNames"] == []
