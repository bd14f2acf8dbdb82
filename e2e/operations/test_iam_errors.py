"""IAM: every error that an operation declares, by a table of calls: operation, parameters, status, code and sentence."""

import json

import full
import pytest
from conftest import outcome

from rigs.service import ACCOUNT

ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
TRUST = json.dumps(full.TRUST)
RESOURCE = json.dumps(full.TRUST | {"Statement": [full.TRUST["Statement"][0] | {"Resource": "*"}]})
LINKED = "AWSServiceRoleForECS"
SERVICE_ROLE = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
SERVICE_ROLE_ONLY = "AWS service role policies can only be attached to the service-linked role for that service."
PROTECTED = f"Cannot perform the operation on the protected role '{LINKED}' - this role is only modifiable by AWS"
TWICE = [{"Key": "team", "Value": "a"}, {"Key": "TEAM", "Value": "b"}]
SAME_TWICE = [{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}]
SAME = (400, "InvalidInput", "Duplicate tag keys found.")
DUPLICATE = (400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
NO_POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/gone"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/errors"
NO_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/gone"


def arn(kind, name):
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def no(sentence):
    return 404, "NoSuchEntity", sentence


def quota(name, most):
    return 409, "LimitExceeded", f"Cannot exceed quota for {name}: {most}"


def malformed(sentence):
    return 400, "MalformedPolicyDocument", sentence


def long_policy(length):
    """A policy of more than so many characters."""
    resource = f"arn:aws:s3:::{'x' * length}"
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": resource}]})


def many_tags(count):
    return [{"Key": f"key-{number}", "Value": "x"} for number in range(count)]


NO_ROLE = no("The role with name gone cannot be found.")
NO_USER = no("The user with name gone cannot be found.")
NO_GROUP = no("The group with name gone cannot be found.")
NO_PROFILE = no("Instance Profile gone cannot be found.")
NO_POLICY = no(f"Policy {NO_POLICY_ARN} was not found.")
NOT_ATTACHABLE = no(f"Policy {NO_POLICY_ARN} does not exist or is not attachable.")
NO_OIDC = no(f"OpenIDConnect Provider not found for arn {NO_PROVIDER}")
NO_KEY = no("The Access Key with id AKIAEXAMPLEEXAMPLE00 cannot be found.")
HIDDEN_KEY = (
    403,
    "AccessDenied",
    f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAEXAMPLEEXAMPLE00",
)
UNMODIFIABLE = (400, "UnmodifiableEntity", PROTECTED)
SYNTAX = malformed("Syntax errors in policy.")


@pytest.fixture(scope="module", autouse=True)
def world(root, other):
    """What the rows name: one of each kind, full to the brim where a row asks for more."""
    iam = root.iam
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    own = iam.create_policy(PolicyName="errors", PolicyDocument=ALLOW)["Policy"]["Arn"]
    brim = []
    for number in range(20):
        made = iam.create_policy(PolicyName=f"brim-{number}", PolicyDocument=ALLOW)
        brim.append(made["Policy"]["Arn"])
    iam.create_role(RoleName="errors", AssumeRolePolicyDocument=TRUST)
    iam.create_role(RoleName="errors-full", AssumeRolePolicyDocument=TRUST, Tags=many_tags(50))
    iam.create_user(UserName="errors")
    iam.create_user(UserName="errors-full", Tags=many_tags(50))
    iam.create_group(GroupName="errors")
    iam.create_group(GroupName="errors-full")
    for number, policy in enumerate(brim):
        iam.attach_role_policy(RoleName="errors-full", PolicyArn=policy)
        if number < 10:
            iam.attach_user_policy(UserName="errors-full", PolicyArn=policy)
            iam.attach_group_policy(GroupName="errors-full", PolicyArn=policy)
            iam.create_group(GroupName=f"errors-{number}")
            iam.add_user_to_group(GroupName=f"errors-{number}", UserName="errors-full")
    for _ in range(2):
        iam.create_access_key(UserName="errors-full")
    for _ in range(4):
        iam.create_policy_version(PolicyArn=own, PolicyDocument=ALLOW)
    iam.tag_policy(PolicyArn=own, Tags=many_tags(50))
    iam.create_instance_profile(InstanceProfileName="errors", Tags=many_tags(50))
    iam.add_role_to_instance_profile(InstanceProfileName="errors", RoleName="errors")
    iam.create_instance_profile(InstanceProfileName="errors-empty")
    iam.create_open_id_connect_provider(
        Url="https://idp.example.com/errors",
        ThumbprintList=["a" * 40],
        ClientIDList=[f"client-{number}" for number in range(100)],
        Tags=many_tags(50),
    )
    iam.update_account_password_policy(MinimumPasswordLength=12)
    iam.create_login_profile(UserName="errors-full", Password="long enough, this one")
    other.iam.create_account_alias(AccountAlias="taken-by-the-other")


def kinds(template):
    """Rows that are the same for roles, users and groups."""
    for kind, missing in (("Role", NO_ROLE), ("User", NO_USER), ("Group", NO_GROUP)):
        yield from template(kind, f"{kind}Name", missing)


def inline(kind, member, missing):
    word = kind.lower()
    most = {"Role": 10240, "User": 2048, "Group": 5120}[kind]
    gone, here, policy = {member: "gone"}, {member: "errors"}, {"PolicyName": "p", "PolicyDocument": ALLOW}
    too_long = (409, "LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {word} errors")
    no_policy = no(f"The {word} policy with name p cannot be found.")
    yield f"Put{kind}Policy", gone | policy, missing
    yield f"Put{kind}Policy", here | policy | {"PolicyDocument": long_policy(most)}, too_long
    yield f"Put{kind}Policy", here | policy | {"PolicyDocument": "{}"}, SYNTAX
    yield f"Get{kind}Policy", gone | {"PolicyName": "p"}, missing
    yield f"Get{kind}Policy", here | {"PolicyName": "p"}, no_policy
    yield f"Delete{kind}Policy", here | {"PolicyName": "p"}, no_policy
    yield f"List{kind}Policies", gone, missing


def attached(kind, member, missing):
    most = 20 if kind == "Role" else 10
    sentence = "Cannot attach a Service Role Policy to a Customer Role." if kind == "Role" else SERVICE_ROLE_ONLY
    gone, here = {member: "gone"}, {member: "errors"}
    own = {"PolicyArn": arn("policy", "errors")}
    yield f"Attach{kind}Policy", gone | own, missing
    yield f"Attach{kind}Policy", here | {"PolicyArn": NO_POLICY_ARN}, NOT_ATTACHABLE
    yield f"Attach{kind}Policy", {member: "errors-full"} | own, quota(f"PoliciesPer{kind}", most)
    yield f"Attach{kind}Policy", here | {"PolicyArn": SERVICE_ROLE}, (400, "PolicyNotAttachable", sentence)
    yield f"Attach{kind}Policy", here | {"PolicyArn": "x" * 20}, (400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    yield f"Detach{kind}Policy", gone | own, missing
    yield f"Detach{kind}Policy", here | own, no(f"Policy {own['PolicyArn']} was not found.")
    yield f"ListAttached{kind}Policies", gone, missing


def tagged(kind, here, gone, missing, word):
    """Rows of Tag…, Untag… and List…Tags."""
    tags = {"Tags": [{"Key": "one-more", "Value": "x"}]}
    yield f"Tag{kind}", gone | tags, missing
    many = (409, "LimitExceeded", "The number of tags has reached the maximum limit.")
    yield f"Tag{kind}", here | tags, quota(f"TagsPer{word}", 50) if kind in ("Role", "User") else many
    yield f"Tag{kind}", here | {"Tags": TWICE if kind != "Policy" else SAME_TWICE}, DUPLICATE if kind != "Policy" else SAME
    yield f"Untag{kind}", gone | {"TagKeys": ["x"]}, missing
    yield f"List{kind}Tags", gone, missing


NO_BOUNDARY = (400, "InvalidInput", f"ARN {arn('thing', 'x')} is not valid.")
ROLES = [
    ("CreateRole", {"RoleName": "errors", "AssumeRolePolicyDocument": TRUST}, (409, "EntityAlreadyExists", "Role with name errors already exists.")),
    ("CreateRole", {"RoleName": "ERRORS", "AssumeRolePolicyDocument": TRUST}, (409, "EntityAlreadyExists", "Role with name ERRORS already exists.")),
    ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST, "Tags": TWICE}, DUPLICATE),
    ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": "{"}, malformed("This policy contains invalid Json")),
    ("GetRole", {"RoleName": "gone"}, NO_ROLE),
    ("UpdateRole", {"RoleName": "gone"}, NO_ROLE),
    ("UpdateRole", {"RoleName": LINKED}, UNMODIFIABLE),
    ("UpdateRoleDescription", {"RoleName": "gone", "Description": "x"}, NO_ROLE),
    ("UpdateRoleDescription", {"RoleName": LINKED, "Description": "x"}, UNMODIFIABLE),
    ("UpdateAssumeRolePolicy", {"RoleName": "gone", "PolicyDocument": TRUST}, NO_ROLE),
    ("UpdateAssumeRolePolicy", {"RoleName": LINKED, "PolicyDocument": TRUST}, UNMODIFIABLE),
    ("UpdateAssumeRolePolicy", {"RoleName": "errors", "PolicyDocument": RESOURCE}, malformed("Has prohibited field Resource")),
    ("DeleteRole", {"RoleName": "gone"}, NO_ROLE),
    ("DeleteRole", {"RoleName": LINKED}, UNMODIFIABLE),
    ("DeleteRole", {"RoleName": "errors"}, (409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")),
    ("DeleteRole", {"RoleName": "errors-full"}, (409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")),
    ("PutRolePolicy", {"RoleName": LINKED, "PolicyName": "p", "PolicyDocument": ALLOW}, UNMODIFIABLE),
    ("DeleteRolePolicy", {"RoleName": LINKED, "PolicyName": "p"}, UNMODIFIABLE),
    ("AttachRolePolicy", {"RoleName": LINKED, "PolicyArn": arn("policy", "errors")}, UNMODIFIABLE),
    ("DetachRolePolicy", {"RoleName": LINKED, "PolicyArn": arn("policy", "errors")}, UNMODIFIABLE),
    ("PutRolePermissionsBoundary", {"RoleName": "gone", "PermissionsBoundary": arn("policy", "errors")}, NO_ROLE),
    ("PutRolePermissionsBoundary", {"RoleName": "errors", "PermissionsBoundary": NO_POLICY_ARN}, no(f"Scope ARN: {NO_POLICY_ARN} does not exist or is not attachable.")),
    ("PutRolePermissionsBoundary", {"RoleName": "errors", "PermissionsBoundary": arn("thing", "x")}, NO_BOUNDARY),
    ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": arn("thing", "x")}, NO_BOUNDARY),
    ("PutRolePermissionsBoundary", {"RoleName": LINKED, "PermissionsBoundary": arn("policy", "errors")}, UNMODIFIABLE),
    ("PutRolePermissionsBoundary", {"RoleName": "errors", "PermissionsBoundary": SERVICE_ROLE}, (400, "PolicyNotAttachable", SERVICE_ROLE_ONLY)),
    ("DeleteRolePermissionsBoundary", {"RoleName": "gone"}, NO_ROLE),
    ("DeleteRolePermissionsBoundary", {"RoleName": LINKED}, UNMODIFIABLE),
    *tagged("Role", {"RoleName": "errors-full"}, {"RoleName": "gone"}, NO_ROLE, "Role"),
    ("CreateServiceLinkedRole", {"AWSServiceName": "ecs.amazonaws.com"}, (400, "InvalidInput", f"Service role name {LINKED} has been taken in this account, please try a different suffix.")),
    ("CreateServiceLinkedRole", {"AWSServiceName": "ecs.amazonaws.com", "CustomSuffix": "x"}, (400, "InvalidInput", "Custom suffix is not allowed for ecs.amazonaws.com")),
    ("DeleteServiceLinkedRole", {"RoleName": "gone"}, NO_ROLE),
    ("GetServiceLinkedRoleDeletionStatus", {"DeletionTaskId": "no task at all"}, (400, "InvalidInput", "Deletion task id no task at all is not valid.")),
    ("GetServiceLinkedRoleDeletionStatus", {"DeletionTaskId": "task/aws-service-role/ecs.amazonaws.com/x/1"}, no("Deletion task task/aws-service-role/ecs.amazonaws.com/x/1 cannot be found.")),
]

USERS = [
    ("CreateUser", {"UserName": "errors"}, (409, "EntityAlreadyExists", "User with name errors already exists.")),
    ("CreateUser", {"UserName": "new", "Tags": TWICE}, DUPLICATE),
    ("CreateUser", {"UserName": "new", "PermissionsBoundary": NO_POLICY_ARN}, no(f"Scope ARN: {NO_POLICY_ARN} does not exist or is not attachable.")),
    ("GetUser", {"UserName": "gone"}, NO_USER),
    ("UpdateUser", {"UserName": "gone"}, NO_USER),
    ("UpdateUser", {"UserName": "errors", "NewUserName": "errors-full"}, (409, "EntityAlreadyExists", "User with name errors-full already exists.")),
    ("DeleteUser", {"UserName": "gone"}, NO_USER),
    ("DeleteUser", {"UserName": "errors-full"}, (409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")),
    ("PutUserPermissionsBoundary", {"UserName": "gone", "PermissionsBoundary": arn("policy", "errors")}, NO_USER),
    ("PutUserPermissionsBoundary", {"UserName": "errors", "PermissionsBoundary": arn("thing", "x")}, NO_BOUNDARY),
    ("PutUserPermissionsBoundary", {"UserName": "errors", "PermissionsBoundary": SERVICE_ROLE}, (400, "PolicyNotAttachable", SERVICE_ROLE_ONLY)),
    ("DeleteUserPermissionsBoundary", {"UserName": "gone"}, NO_USER),
    *tagged("User", {"UserName": "errors-full"}, {"UserName": "gone"}, NO_USER, "User"),
    ("CreateAccessKey", {"UserName": "gone"}, NO_USER),
    ("CreateAccessKey", {"UserName": "errors-full"}, quota("AccessKeysPerUser", 2)),
    ("UpdateAccessKey", {"UserName": "errors", "AccessKeyId": "AKIAEXAMPLEEXAMPLE00", "Status": "Inactive"}, NO_KEY),
    ("DeleteAccessKey", {"UserName": "errors", "AccessKeyId": "AKIAEXAMPLEEXAMPLE00"}, NO_KEY),
    ("ListAccessKeys", {"UserName": "gone"}, NO_USER),
    ("GetAccessKeyLastUsed", {"AccessKeyId": "AKIAEXAMPLEEXAMPLE00"}, HIDDEN_KEY),
    ("CreateLoginProfile", {"UserName": "gone", "Password": "long enough, this one"}, NO_USER),
    ("CreateLoginProfile", {"UserName": "errors-full", "Password": "long enough, this one"}, (409, "EntityAlreadyExists", "Login Profile for user errors-full already exists.")),
    ("CreateLoginProfile", {"UserName": "errors", "Password": "short"}, (400, "PasswordPolicyViolation", "Password does not conform to the account password policy.")),
    ("GetLoginProfile", {"UserName": "errors"}, no("Login Profile for User errors cannot be found.")),
    ("UpdateLoginProfile", {"UserName": "errors"}, no("Login Profile for User errors cannot be found.")),
    ("UpdateLoginProfile", {"UserName": "errors-full", "Password": "short"}, (400, "PasswordPolicyViolation", "Password does not conform to the account password policy.")),
    ("DeleteLoginProfile", {"UserName": "errors"}, no("Login Profile for User errors cannot be found.")),
    ("ChangePassword", {"OldPassword": "x", "NewPassword": "y"}, (400, "InvalidUserType", "Only IAM Users can change their own password")),
    ("ListMFADevices", {"UserName": "gone"}, NO_USER),
    ("ListGroupsForUser", {"UserName": "gone"}, NO_USER),
]

GROUPS = [
    ("CreateGroup", {"GroupName": "errors"}, (409, "EntityAlreadyExists", "Group with name errors already exists.")),
    ("GetGroup", {"GroupName": "gone"}, NO_GROUP),
    ("UpdateGroup", {"GroupName": "gone"}, NO_GROUP),
    ("UpdateGroup", {"GroupName": "errors", "NewGroupName": "errors-full"}, (409, "EntityAlreadyExists", "Group with name errors-full already exists.")),
    ("DeleteGroup", {"GroupName": "gone"}, NO_GROUP),
    ("DeleteGroup", {"GroupName": "errors-0"}, (409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")),
    ("AddUserToGroup", {"GroupName": "gone", "UserName": "errors"}, NO_GROUP),
    ("AddUserToGroup", {"GroupName": "errors", "UserName": "gone"}, NO_USER),
    ("AddUserToGroup", {"GroupName": "errors", "UserName": "errors-full"}, quota("GroupsPerUser", 10)),
    ("RemoveUserFromGroup", {"GroupName": "gone", "UserName": "errors"}, NO_GROUP),
    ("RemoveUserFromGroup", {"GroupName": "gone", "UserName": "gone"}, NO_USER),
]

OWN = {"PolicyArn": arn("policy", "errors")}
GONE = {"PolicyArn": NO_POLICY_ARN}
POLICIES = [
    ("CreatePolicy", {"PolicyName": "errors", "PolicyDocument": ALLOW}, (409, "EntityAlreadyExists", "A policy called errors already exists. Duplicate names are not allowed.")),
    ("CreatePolicy", {"PolicyName": "new", "PolicyDocument": ALLOW, "Tags": SAME_TWICE}, SAME),
    ("CreatePolicy", {"PolicyName": "new", "PolicyDocument": long_policy(6144)}, quota("PolicySize", 6144)),
    ("CreatePolicy", {"PolicyName": "new", "PolicyDocument": "{}"}, SYNTAX),
    ("GetPolicy", GONE, NO_POLICY),
    ("DeletePolicy", GONE, NO_POLICY),
    ("DeletePolicy", OWN, (409, "DeleteConflict", "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")),
    ("DeletePolicy", {"PolicyArn": arn("policy", "brim-0")}, (409, "DeleteConflict", "Cannot delete a policy attached to entities.")),
    ("CreatePolicyVersion", GONE | {"PolicyDocument": ALLOW}, NO_POLICY),
    ("CreatePolicyVersion", OWN | {"PolicyDocument": "{}"}, SYNTAX),
    ("CreatePolicyVersion", OWN | {"PolicyDocument": ALLOW}, (409, "LimitExceeded", "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")),
    ("GetPolicyVersion", GONE | {"VersionId": "v1"}, no(f"Policy {NO_POLICY_ARN} version v1 does not exist or is not attachable.")),
    ("SetDefaultPolicyVersion", GONE | {"VersionId": "v1"}, no(f"Policy {NO_POLICY_ARN} version v1 does not exist or is not attachable.")),
    ("GetPolicyVersion", OWN | {"VersionId": "wrong"}, (400, "ValidationError", r"1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?")),
    ("GetPolicyVersion", OWN | {"VersionId": "v9"}, no(f"Policy {OWN['PolicyArn']} version v9 does not exist or is not attachable.")),
    ("ListPolicyVersions", GONE, NO_POLICY),
    ("SetDefaultPolicyVersion", OWN | {"VersionId": "v9"}, no(f"Policy {OWN['PolicyArn']} version v9 does not exist or is not attachable.")),
    ("DeletePolicyVersion", OWN | {"VersionId": "v9"}, no(f"Policy {OWN['PolicyArn']} version v9 does not exist or is not attachable.")),
    ("DeletePolicyVersion", OWN | {"VersionId": "v1"}, (409, "DeleteConflict", "Cannot delete the default version of a policy.")),
    ("ListEntitiesForPolicy", GONE, NOT_ATTACHABLE),
    *tagged("Policy", OWN, GONE, NO_POLICY, "Policy"),
]

PROFILES = [
    ("CreateInstanceProfile", {"InstanceProfileName": "errors"}, (409, "EntityAlreadyExists", "Instance Profile errors already exists.")),
    ("CreateInstanceProfile", {"InstanceProfileName": "new", "Tags": TWICE}, DUPLICATE),
    ("GetInstanceProfile", {"InstanceProfileName": "gone"}, NO_PROFILE),
    ("DeleteInstanceProfile", {"InstanceProfileName": "gone"}, NO_PROFILE),
    ("DeleteInstanceProfile", {"InstanceProfileName": "errors"}, (409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")),
    ("AddRoleToInstanceProfile", {"InstanceProfileName": "gone", "RoleName": "errors"}, NO_PROFILE),
    ("AddRoleToInstanceProfile", {"InstanceProfileName": "errors-empty", "RoleName": "gone"}, NO_ROLE),
    ("AddRoleToInstanceProfile", {"InstanceProfileName": "errors", "RoleName": "errors-full"}, quota("InstanceSessionsPerInstanceProfile", 1)),
    ("AddRoleToInstanceProfile", {"InstanceProfileName": "errors-empty", "RoleName": LINKED}, UNMODIFIABLE),
    ("RemoveRoleFromInstanceProfile", {"InstanceProfileName": "errors-empty", "RoleName": "errors"}, no("Role errors in Instance Profile errors-empty cannot be found.")),
    ("RemoveRoleFromInstanceProfile", {"InstanceProfileName": "gone", "RoleName": "errors"}, NO_PROFILE),
    ("RemoveRoleFromInstanceProfile", {"InstanceProfileName": "errors-empty", "RoleName": "gone"}, NO_ROLE),
    ("RemoveRoleFromInstanceProfile", {"InstanceProfileName": "errors-empty", "RoleName": LINKED}, UNMODIFIABLE),
    ("ListInstanceProfilesForRole", {"RoleName": "gone"}, NO_ROLE),
    *tagged("InstanceProfile", {"InstanceProfileName": "errors"}, {"InstanceProfileName": "gone"}, NO_PROFILE, "InstanceProfile"),
]

HERE, NOT_HERE = {"OpenIDConnectProviderArn": PROVIDER}, {"OpenIDConnectProviderArn": NO_PROVIDER}
SIX = (400, "InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
THREE = (
    400,
    "ValidationError",
    "3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]; Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
)
PROVIDERS = [
    ("CreateOpenIDConnectProvider", {"Url": "https://idp.example.com/errors", "ThumbprintList": ["a" * 40]}, (409, "EntityAlreadyExists", "Provider with url https://idp.example.com/errors already exists.")),
    ("CreateOpenIDConnectProvider", {"Url": "https://idp.example.com/new", "ThumbprintList": [f"{number}" * 40 for number in range(6)]}, SIX),
    ("CreateOpenIDConnectProvider", {"Url": "https://idp.example.com/new", "ThumbprintList": ["a" * 40], "ClientIDList": [f"c-{number}" for number in range(101)]}, quota("ClientIdsPerOpenIdConnectProvider", 100)),
    ("CreateOpenIDConnectProvider", {"Url": "b" * 256, "ThumbprintList": ["b" * 41], "ClientIDList": ["b" * 256]}, THREE),
    ("CreateOpenIDConnectProvider", {"Url": "idp.example.com", "ThumbprintList": ["a" * 40]}, (400, "ValidationError", "Invalid Open ID Connect Provider URL")),
    ("CreateOpenIDConnectProvider", {"Url": "https://127.0.0.1:9/nobody"}, (400, "OpenIdIdpCommunicationError", "The request failed because IAM cannot connect to the OpenID Connect identity provider URL.")),
    ("GetOpenIDConnectProvider", NOT_HERE, NO_OIDC),
    ("UpdateOpenIDConnectProviderThumbprint", NOT_HERE | {"ThumbprintList": ["a" * 40]}, NO_OIDC),
    ("UpdateOpenIDConnectProviderThumbprint", HERE | {"ThumbprintList": [f"{number}" * 40 for number in range(6)]}, SIX),
    ("AddClientIDToOpenIDConnectProvider", NOT_HERE | {"ClientID": "x"}, NO_OIDC),
    ("AddClientIDToOpenIDConnectProvider", HERE | {"ClientID": "one-more"}, quota("ClientIdsPerOpenIdConnectProvider", 100)),
    ("RemoveClientIDFromOpenIDConnectProvider", NOT_HERE | {"ClientID": "x"}, NO_OIDC),
    *tagged("OpenIDConnectProvider", HERE, NOT_HERE, NO_OIDC, "OpenIdConnectProvider"),
]

UNCLEAR = "arn:aws:iam::111122223333:thing/x"
CLEAR = (400, "InvalidInput", f"Invalid Entity Arn: {UNCLEAR} does not clearly define entity type and name.")
NO_JOB = "0" * 8 + "-0000-4000-a000-000000000000"
NOTHING_DONE = no(f"Job {NO_JOB} does not exist.")
ACTIONS = {"ActionNames": ["s3:GetObject"]}
PASSWORDS = (
    400,
    "ValidationError",
    "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
)
KEYS = (
    400,
    "ValidationError",
    r"1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]",
)
ACCOUNTS = [
    ("UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 129, "PasswordReusePrevention": 25, "MaxPasswordAge": 1096}, PASSWORDS),
    ("UntagRole", {"RoleName": "errors", "TagKeys": ["x" * 129]}, KEYS),
    ("CreateAccountAlias", {"AccountAlias": "taken-by-the-other"}, (409, "EntityAlreadyExists", "The account alias taken-by-the-other already exists.")),
    ("DeleteAccountAlias", {"AccountAlias": "never-was"}, no("The account alias never-was cannot be found.")),
    ("GenerateServiceLastAccessedDetails", {"Arn": arn("role", "gone")}, NO_ROLE),
    ("GenerateServiceLastAccessedDetails", {"Arn": UNCLEAR}, CLEAR),
    ("GetServiceLastAccessedDetails", {"JobId": NO_JOB}, NOTHING_DONE),
    ("GetServiceLastAccessedDetailsWithEntities", {"JobId": NO_JOB, "ServiceNamespace": "iam"}, NOTHING_DONE),
    ("ListPoliciesGrantingServiceAccess", {"Arn": arn("user", "gone"), "ServiceNamespaces": ["iam"]}, NO_USER),
    ("ListPoliciesGrantingServiceAccess", {"Arn": UNCLEAR, "ServiceNamespaces": ["iam"]}, CLEAR),
    ("SimulateCustomPolicy", {"PolicyInputList": ["{}"]} | ACTIONS, (400, "InvalidInput", "Syntax errors in policy.")),
    ("SimulatePrincipalPolicy", {"PolicySourceArn": arn("role", "gone")} | ACTIONS, NO_ROLE),
    ("SimulatePrincipalPolicy", {"PolicySourceArn": UNCLEAR} | ACTIONS, CLEAR),
    ("GetContextKeysForCustomPolicy", {"PolicyInputList": ["{}"]}, (400, "InvalidInput", "Syntax errors in policy.")),
    ("GetContextKeysForPrincipalPolicy", {"PolicySourceArn": arn("role", "gone")}, NO_ROLE),
    ("GetContextKeysForPrincipalPolicy", {"PolicySourceArn": UNCLEAR}, CLEAR),
]

TABLE = [*ROLES, *USERS, *GROUPS, *POLICIES, *PROFILES, *PROVIDERS, *ACCOUNTS, *kinds(inline), *kinds(attached)]


@pytest.mark.parametrize(("operation", "parameters", "wanted"), TABLE, ids=[f"{row[0]}-{row[2][1]}" for row in TABLE])
def test_refusals(root, operation, parameters, wanted):
    assert outcome(root.iam, operation, parameters) == wanted


def test_a_trust_policy_that_is_too_long(root):
    document = json.dumps(full.TRUST | {"Id": "x" * 2048})
    wanted = quota("ACLSizePerRole", 2048)
    assert outcome(root.iam, "CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": document}) == wanted
    assert outcome(root.iam, "UpdateAssumeRolePolicy", {"RoleName": "errors", "PolicyDocument": document}) == wanted


QUOTAS = [
    ("CreateRole", {"RoleName": "one-more", "AssumeRolePolicyDocument": TRUST}, quota("RolesPerAccount", 1000)),
    ("CreateServiceLinkedRole", {"AWSServiceName": "ecs.amazonaws.com"}, quota("RolesPerAccount", 1000)),
    ("CreateUser", {"UserName": "one-more"}, quota("UsersPerAccount", 5000)),
    ("CreateGroup", {"GroupName": "one-more"}, quota("GroupsPerAccount", 300)),
    ("CreatePolicy", {"PolicyName": "one-more", "PolicyDocument": ALLOW}, quota("PoliciesPerAccount", 1500)),
    ("CreateInstanceProfile", {"InstanceProfileName": "one-more"}, quota("InstanceProfilesPerAccount", 1000)),
    ("CreateOpenIDConnectProvider", {"Url": "https://idp.example.com/one-more", "ThumbprintList": ["a" * 40]}, quota("OpenIdConnectProvidersPerAccount", 100)),
]


@pytest.mark.parametrize(("operation", "parameters", "wanted"), QUOTAS, ids=[row[0] for row in QUOTAS])
def test_quotas_of_an_account(at_quotas, operation, parameters, wanted):
    """One more is refused; when one is gone, there is room."""
    assert outcome(at_quotas.iam, operation, parameters) == wanted


def test_room_again(at_quotas):
    iam = at_quotas.iam
    iam.delete_user(UserName="user-17")
    iam.create_user(UserName="one-more")
    assert outcome(iam, "CreateUser", {"UserName": "two-more"}) == quota("UsersPerAccount", 5000)


def test_refusals_of_an_account_without_anything(other):
    """Password policy, credential report and outbound federation: what there is none of at first."""
    iam = other.iam
    account = other.id
    rows = [
        ("GetAccountPasswordPolicy", no(f"The Password Policy with domain name {account} cannot be found.")),
        ("DeleteAccountPasswordPolicy", no("The account policy with name PasswordPolicy cannot be found.")),
        ("GetCredentialReport", (410, "ReportNotPresent", "No report exists.")),
        ("GetOutboundWebIdentityFederationInfo", (404, "FeatureDisabled", f"Outbound web identity federation is not enabled for account {account}")),
        ("DisableOutboundWebIdentityFederation", (404, "FeatureDisabled", f"Outbound web identity federation is not enabled for account {account}")),
    ]
    for operation, wanted in rows:
        assert outcome(iam, operation, {}) == wanted, operation
    iam.enable_outbound_web_identity_federation()
    assert outcome(iam, "EnableOutboundWebIdentityFederation", {}) == (
        409,
        "FeatureEnabled",
        f"Outbound web identity federation is already enabled for account {account}",
    )


def test_passwords_and_keys_of_a_user(user_clients):
    """What only a user itself can be refused."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
    someone = user_clients("someone", everything)
    change = {"OldPassword": "the first one it has", "NewPassword": "the second one it has"}
    assert outcome(someone.iam, "ChangePassword", change) == no("Login Profile for User someone cannot be found.")
    someone.iam.create_login_profile(UserName="someone", Password="the first one it has")
    short = change | {"NewPassword": "short"}
    assert outcome(someone.iam, "ChangePassword", short) == (
        400,
        "PasswordPolicyViolation",
        "Password does not conform to the account password policy.",
    )
    wrong = change | {"OldPassword": "another one"}
    assert outcome(someone.iam, "ChangePassword", wrong) == (403, "AccessDenied", "The old password was incorrect.")
    someone.iam.change_password(**change)
    expired = {"UserName": "someone", "AccessKeyId": someone.credentials.id, "Status": "Expired"}
    assert outcome(someone.iam, "UpdateAccessKey", expired) == (
        400,
        "InvalidInput",
        "Access key status must be Active or Inactive.",
    )
