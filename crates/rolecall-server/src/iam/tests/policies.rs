//! Inline, attached and managed policies with their versions.

use super::*;

#[test]
fn inline_policies_of_all_three() {
    let world = World::new();
    world.role("r");
    world.user("u");
    world.group("g");
    for (kind, member, name) in
        [("Role", "RoleName", "r"), ("User", "UserName", "u"), ("Group", "GroupName", "g")]
    {
        let word = kind.to_lowercase();
        let holder = (member, name);
        let (put, get, delete) =
            (format!("Put{kind}Policy"), format!("Get{kind}Policy"), format!("Delete{kind}Policy"));
        let missing = format!("The {word} policy with name p cannot be found.");
        world.err(&get, &[holder, ("PolicyName", "p")], Code::NoSuchEntity, &missing);
        world.err(&delete, &[holder, ("PolicyName", "p")], Code::NoSuchEntity, &missing);
        world.ok(&put, &[holder, ("PolicyName", "p"), ("PolicyDocument", ALLOW)], &["!Result"]);
        let got = world.ok(&get, &[holder, ("PolicyName", "p")], &["<PolicyName>p</PolicyName>"]);
        assert_eq!(text_of(&got, member), name);
        assert_eq!(text_of(&got, "PolicyDocument"), rolecall_wire::percent::encode(ALLOW));
        let list = format!("List{kind}Policies");
        world.ok(&list, &[holder], &["<member>p</member>", "<IsTruncated>false<", "!Marker"]);
        let gone = [(member, "gone"), ("PolicyName", "p"), ("PolicyDocument", ALLOW)];
        world.err(&put, &gone, Code::NoSuchEntity, &format!("The {word} with name gone cannot be found."));
        world.ok(&delete, &[holder, ("PolicyName", "p")], &[]);
        world.ok(&list, &[holder], &["<PolicyNames/>"]);
    }
}

#[test]
fn inline_policies_share_a_quota() {
    let world = World::new();
    world.user("u");
    let padded = |length: usize| {
        let resource = "a".repeat(length);
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{resource}"}}}}"#
        )
    };
    let put = |name: &str, text: &str| {
        world.call("PutUserPolicy", &[("UserName", "u"), ("PolicyName", name), ("PolicyDocument", text)])
    };
    assert!(put("a", &padded(1000)).is_ok());
    let fault = put("b", &padded(1000)).unwrap_err();
    assert_eq!(fault.code, Code::LimitExceeded);
    assert_eq!(fault.message, "Maximum policy size of 2048 bytes exceeded for user u");
    assert!(put("a", &padded(1900)).is_ok(), "it takes the old one's place");
}

#[test]
fn attached_policies_of_all_three() {
    let world = World::new();
    world.role("r");
    world.user("u");
    world.group("g");
    let arn = world.policy("mine");
    for (kind, member, name) in
        [("Role", "RoleName", "r"), ("User", "UserName", "u"), ("Group", "GroupName", "g")]
    {
        let holder = (member, name);
        let (attach, detach) = (format!("Attach{kind}Policy"), format!("Detach{kind}Policy"));
        let list = format!("ListAttached{kind}Policies");
        for _ in 0..2 {
            world.ok(&attach, &[holder, ("PolicyArn", &arn)], &[]);
        }
        let aws = ("PolicyArn", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess");
        world.ok(&attach, &[holder, aws], &[]);
        world.ok(&list, &[holder], &[&format!("<PolicyArn>{arn}</PolicyArn>"), aws.1]);
        world.ok(&list, &[holder, ("PathPrefix", "/job-function/")], &[aws.1, "!policy/mine"]);
        let gone = format!("arn:aws:iam::{ACCOUNT}:policy/gone");
        world.err(
            &attach,
            &[holder, ("PolicyArn", &gone)],
            Code::NoSuchEntity,
            &format!("Policy {gone} does not exist or is not attachable."),
        );
        world.err(
            &attach,
            &[holder, ("PolicyArn", "this-is-not-an-arn-at-all")],
            Code::ValidationError,
            "Invalid ARN:  Could not be parsed!",
        );
        world.ok(&detach, &[holder, aws], &[]);
        world.err(&detach, &[holder, aws], Code::NoSuchEntity, &format!("Policy {} was not found.", aws.1));
    }
    let entities = ["<RoleName>r<", "<UserName>u<", "<GroupName>g<", "<RoleId>AROA", "<IsTruncated>false<"];
    world.ok("ListEntitiesForPolicy", &[("PolicyArn", &arn)], &entities);
    let only = [("PolicyArn", arn.as_str()), ("EntityFilter", "Role")];
    world.ok("ListEntitiesForPolicy", &only, &["<RoleName>r<", "<PolicyUsers/>", "<PolicyGroups/>"]);
    world.ok("GetPolicy", &[("PolicyArn", &arn)], &["<AttachmentCount>3</AttachmentCount>"]);
    let sentence = "Cannot delete a policy attached to entities.";
    world.err("DeletePolicy", &[("PolicyArn", &arn)], Code::DeleteConflict, sentence);
}

#[test]
fn ten_policies_to_a_user_and_twenty_to_a_role() {
    let world = World::new();
    world.user("u");
    world.role("r");
    for number in 0..21 {
        let arn = world.policy(&format!("p{number}"));
        let user = world.call("AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", &arn)]);
        let role = world.call("AttachRolePolicy", &[("RoleName", "r"), ("PolicyArn", &arn)]);
        assert_eq!((user.is_ok(), role.is_ok()), (number < 10, number < 20), "{number}");
        if number == 20 {
            let (user, role) = (user.unwrap_err(), role.unwrap_err());
            assert_eq!(user.message, "Cannot exceed quota for PoliciesPerUser: 10");
            assert_eq!(role.message, "Cannot exceed quota for PoliciesPerRole: 20");
            assert_eq!(role.code, Code::LimitExceeded);
        }
    }
}

#[test]
fn managed_policies_and_their_versions() {
    let world = World::new();
    let create = [
        ("PolicyName", "p"),
        ("PolicyDocument", ALLOW),
        ("Path", "/team/"),
        ("Description", "reads"),
        ("Tags.member.1.Key", "k"),
        ("Tags.member.1.Value", "v"),
    ];
    let arn = "arn:aws:iam::111122223333:policy/team/p";
    let by = ("PolicyArn", arn);
    world.ok(
        "CreatePolicy",
        &create,
        &[
            "<DefaultVersionId>v1</DefaultVersionId>",
            "<PolicyId>ANPA",
            "<IsAttachable>true</IsAttachable>",
            "<UpdateDate>2026-03-01T12:00:00Z</UpdateDate>",
            "<AttachmentCount>0<",
            "!Description",
        ],
    );
    let sentence = "A policy called P already exists. Duplicate names are not allowed.";
    world.err("CreatePolicy", &[("PolicyName", "P"), create[1]], Code::EntityAlreadyExists, sentence);
    world.ok("GetPolicy", &[by], &["<Description>reads<", "<Key>k<"]);
    world.ok("ListPolicies", &[("Scope", "Local")], &[arn, "!Description", "!<Tags>", "!:aws:policy"]);
    world.ok("ListPolicies", &[("Scope", "AWS")], &["!policy/team/p", "arn:aws:iam::aws:policy/"]);
    world.ok("ListPolicies", &[("Scope", "Local"), ("OnlyAttached", "true")], &["<Policies/>"]);
    for number in 2..=5 {
        let version =
            [by, ("PolicyDocument", ALLOW), ("SetAsDefault", if number == 3 { "true" } else { "false" })];
        let is_default = format!("<IsDefaultVersion>{}<", number == 3);
        let id = format!("<VersionId>v{number}</VersionId>");
        world.ok("CreatePolicyVersion", &version, &[&id, &is_default, "!Document"]);
    }
    world.err(
        "CreatePolicyVersion",
        &[by, ("PolicyDocument", ALLOW)],
        Code::LimitExceeded,
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    );
    world.err(
        "DeletePolicy",
        &[by],
        Code::DeleteConflict,
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
    let default = "Cannot delete the default version of a policy.";
    world.err("DeletePolicyVersion", &[by, ("VersionId", "v3")], Code::DeleteConflict, default);
    let missing =
        "Policy arn:aws:iam::111122223333:policy/team/p version v9 does not exist or is not attachable.";
    for operation in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        world.err(operation, &[by, ("VersionId", "v9")], Code::NoSuchEntity, missing);
    }
    world.ok("DeletePolicyVersion", &[by, ("VersionId", "v5")], &[]);
    world.ok("CreatePolicyVersion", &[by, ("PolicyDocument", ALLOW)], &["<VersionId>v6</VersionId>"]);
    world.ok("SetDefaultPolicyVersion", &[by, ("VersionId", "v1")], &[]);
    world.ok("GetPolicyVersion", &[by, ("VersionId", "v1")], &["<IsDefaultVersion>true<", "<Document>%7B"]);
    world.ok("ListPolicyVersions", &[by], &["<VersionId>v6<", "!<Document>", "!v5"]);
    for id in ["v2", "v3", "v4", "v6"] {
        world.ok("DeletePolicyVersion", &[by, ("VersionId", id)], &[]);
    }
    world.ok("DeletePolicy", &[by], &[]);
    let sentence = "Policy arn:aws:iam::111122223333:policy/team/p was not found.";
    world.err("GetPolicy", &[by], Code::NoSuchEntity, sentence);
}

#[test]
fn policies_of_aws_are_read_alone() {
    let world = World::new();
    let by = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.ok("GetPolicy", &[by], &["<PolicyName>AdministratorAccess<", "<DefaultVersionId>v1<"]);
    world.ok("GetPolicyVersion", &[by, ("VersionId", "v1")], &["%22Action%22%3A%20%22%2A%22"]);
    for (operation, pairs) in [
        ("DeletePolicy", vec![by]),
        ("CreatePolicyVersion", vec![by, ("PolicyDocument", ALLOW)]),
        ("TagPolicy", vec![by, ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]),
    ] {
        let fault = world.call(operation, &pairs).unwrap_err();
        assert_eq!(fault.code, Code::AccessDenied, "{operation}");
    }
}

#[test]
fn policies_of_service_linked_roles_are_for_these_alone() {
    let world = World::new();
    world.role("r");
    world.user("u");
    world.group("g");
    let arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
    let other = "AWS service role policies can only be attached to the service-linked role for that service.";
    let table = [
        ("AttachRolePolicy", "RoleName", "r", "Cannot attach a Service Role Policy to a Customer Role."),
        ("AttachUserPolicy", "UserName", "u", other),
        ("AttachGroupPolicy", "GroupName", "g", other),
    ];
    for (operation, member, name, sentence) in table {
        world.err(operation, &[(member, name), ("PolicyArn", arn)], Code::PolicyNotAttachable, sentence);
        let near = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        world.ok(operation, &[(member, name), ("PolicyArn", near)], &[]);
    }
    for (operation, member, name) in
        [("PutRolePermissionsBoundary", "RoleName", "r"), ("PutUserPermissionsBoundary", "UserName", "u")]
    {
        let pairs = [(member, name), ("PermissionsBoundary", arn)];
        world.err(operation, &pairs, Code::PolicyNotAttachable, other);
    }
}
