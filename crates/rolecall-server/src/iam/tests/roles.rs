//! Roles and service-linked roles.

use super::*;

#[test]
fn a_role_from_creation_to_deletion() {
    let world = World::new();
    let create = [
        ("RoleName", "deployer"),
        ("AssumeRolePolicyDocument", TRUST),
        ("Path", "/ci/"),
        ("Description", "deploys"),
        ("MaxSessionDuration", "7200"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a"),
    ];
    let body = world.ok(
        "CreateRole",
        &create,
        &[
            "<Arn>arn:aws:iam::111122223333:role/ci/deployer</Arn>",
            "<RoleId>AROA",
            "<CreateDate>2026-03-01T12:00:00Z</CreateDate>",
            "<Description>deploys</Description>",
            "%22Version%22%3A%222012-10-17%22",
            "!MaxSessionDuration",
            "!RoleLastUsed",
        ],
    );
    assert_eq!(text_of(&body, "RoleId").len(), 21);
    let whole = ["<MaxSessionDuration>7200</MaxSessionDuration>", "<RoleLastUsed/>", "<Key>team</Key>"];
    world.ok("GetRole", &[("RoleName", "deployer")], &whole);
    world.ok(
        "ListRoles",
        &[],
        &["<RoleName>deployer</RoleName>", "<MaxSessionDuration>7200<", "!<Tags>", "!RoleLastUsed"],
    );
    world.err(
        "CreateRole",
        &[("RoleName", "DEPLOYER"), ("AssumeRolePolicyDocument", TRUST)],
        Code::EntityAlreadyExists,
        "Role with name DEPLOYER already exists.",
    );
    let answer = world.ok("UpdateRole", &[("RoleName", "deployer"), ("MaxSessionDuration", "3600")], &[]);
    assert!(answer.contains("<UpdateRoleResult/>"), "{answer}");
    world.ok("GetRole", &[("RoleName", "deployer")], &["<MaxSessionDuration>3600<", "<Description>deploys<"]);
    let described = [("RoleName", "deployer"), ("Description", "other")];
    world.ok("UpdateRoleDescription", &described, &["<Description>other</Description>"]);
    world.ok("DeleteRole", &[("RoleName", "deployer")], &["!DeleteRoleResult"]);
    world.err(
        "GetRole",
        &[("RoleName", "deployer")],
        Code::NoSuchEntity,
        "The role with name deployer cannot be found.",
    );
}

#[test]
fn what_hangs_on_a_role_keeps_it() {
    let world = World::new();
    world.role("x");
    let arn = world.policy("p");
    let role = ("RoleName", "x");
    let conflict = |why: &str| {
        world.err("DeleteRole", &[role], Code::DeleteConflict, &format!("Cannot delete entity, {why}"))
    };
    world.ok("PutRolePolicy", &[role, ("PolicyName", "i"), ("PolicyDocument", ALLOW)], &[]);
    conflict("must delete policies first.");
    world.ok("AttachRolePolicy", &[role, ("PolicyArn", &arn)], &[]);
    conflict("must detach all policies first.");
    world.ok("CreateInstanceProfile", &[("InstanceProfileName", "ip")], &[]);
    world.ok("AddRoleToInstanceProfile", &[role, ("InstanceProfileName", "ip")], &[]);
    conflict("must remove roles from instance profile first.");
    world.ok("RemoveRoleFromInstanceProfile", &[role, ("InstanceProfileName", "ip")], &[]);
    world.ok("DetachRolePolicy", &[role, ("PolicyArn", &arn)], &[]);
    world.ok("DeleteRolePolicy", &[role, ("PolicyName", "i")], &[]);
    world.ok("PutRolePermissionsBoundary", &[role, ("PermissionsBoundary", &arn)], &[]);
    world.ok("TagRole", &[role, ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")], &[]);
    world.ok("DeleteRole", &[role], &[]);
}

#[test]
fn boundaries() {
    let world = World::new();
    let arn = world.policy("b");
    let create = |boundary: &str, code, sentence: &str| {
        let pairs =
            [("RoleName", "x"), ("AssumeRolePolicyDocument", TRUST), ("PermissionsBoundary", boundary)];
        world.err("CreateRole", &pairs, code, sentence);
    };
    create(
        "arn:aws:iam::111122223333:not_a_boundary",
        Code::InvalidInput,
        "ARN arn:aws:iam::111122223333:not_a_boundary is not valid.",
    );
    create(
        "arn:aws:iam::111122223333:policy/gone",
        Code::NoSuchEntity,
        "Scope ARN: arn:aws:iam::111122223333:policy/gone does not exist or is not attachable.",
    );
    let bounded = [("RoleName", "x"), ("AssumeRolePolicyDocument", TRUST), ("PermissionsBoundary", &arn)];
    let shown = format!("<PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn>");
    let kind = "<PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>";
    world.ok("CreateRole", &bounded, &[&shown, kind]);
    world.ok("GetRole", &[("RoleName", "x")], &[&shown]);
    world.ok("ListRoles", &[], &["!PermissionsBoundary"]);
    world.ok(
        "GetPolicy",
        &[("PolicyArn", &arn)],
        &["<PermissionsBoundaryUsageCount>1<", "<AttachmentCount>0<"],
    );
    let sentence = "Cannot delete a policy attached to entities.";
    world.err("DeletePolicy", &[("PolicyArn", &arn)], Code::DeleteConflict, sentence);
    world.ok("DeleteRolePermissionsBoundary", &[("RoleName", "x")], &[]);
    world.ok("GetRole", &[("RoleName", "x")], &["!PermissionsBoundary"]);
    world.ok("DeletePolicy", &[("PolicyArn", &arn)], &[]);
}

#[test]
fn service_linked_roles() {
    let world = World::new();
    let service = ("AWSServiceName", "autoscaling.amazonaws.com");
    world.ok(
        "CreateServiceLinkedRole",
        &[service, ("CustomSuffix", "mine")],
        &[
            "<Path>/aws-service-role/autoscaling.amazonaws.com/</Path>",
            "<RoleName>AWSServiceRoleForAutoScaling_mine<",
        ],
    );
    world.err(
        "CreateServiceLinkedRole",
        &[service, ("CustomSuffix", "mine")],
        Code::InvalidInput,
        "Service role name AWSServiceRoleForAutoScaling_mine has been taken in this account, please try a different suffix.",
    );
    world.err(
        "CreateServiceLinkedRole",
        &[("AWSServiceName", "ecs.amazonaws.com"), ("CustomSuffix", "x")],
        Code::InvalidInput,
        "Custom suffix is not allowed for ecs.amazonaws.com",
    );
    world.ok(
        "CreateServiceLinkedRole",
        &[("AWSServiceName", "custom-resource.application-autoscaling.amazonaws.com")],
        &["<RoleName>AWSServiceRoleForApplicationAutoScaling_CustomResource<"],
    );
    let role = ("RoleName", "AWSServiceRoleForAutoScaling_mine");
    let protected = "Cannot perform the operation on the protected role 'AWSServiceRoleForAutoScaling_mine' - this role is only modifiable by AWS";
    world.err("DeleteRole", &[role], Code::UnmodifiableEntity, protected);
    let put = [role, ("PolicyName", "i"), ("PolicyDocument", ALLOW)];
    world.err("PutRolePolicy", &put, Code::UnmodifiableEntity, protected);
    world.err(
        "UpdateAssumeRolePolicy",
        &[role, ("PolicyDocument", TRUST)],
        Code::UnmodifiableEntity,
        protected,
    );
    let answer = world.ok("DeleteServiceLinkedRole", &[role], &[]);
    let task = text_of(&answer, "DeletionTaskId");
    assert!(
        task.starts_with(
            "task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_mine/"
        )
    );
    world.ok(
        "GetServiceLinkedRoleDeletionStatus",
        &[("DeletionTaskId", task)],
        &["<Status>SUCCEEDED</Status>"],
    );
    world.role("plain");
    world.err(
        "DeleteServiceLinkedRole",
        &[("RoleName", "plain")],
        Code::InvalidInput,
        "Role plain is not a service linked role.",
    );
}
