//! Instance profiles.

use super::*;

#[test]
fn a_profile_and_its_role() {
    let world = World::new();
    let profile = ("InstanceProfileName", "ip");
    let create = [profile, ("Path", "/x/"), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    world.ok(
        "CreateInstanceProfile",
        &create,
        &["<InstanceProfileId>AIPA", "instance-profile/x/ip<", "<Roles/>", "<Tags>"],
    );
    let exists = "Instance Profile ip already exists.";
    world.err("CreateInstanceProfile", &[profile], Code::EntityAlreadyExists, exists);
    world.role("r");
    world.role("s");
    let missing = "The role with name gone cannot be found.";
    world.err("AddRoleToInstanceProfile", &[profile, ("RoleName", "gone")], Code::NoSuchEntity, missing);
    world.ok("AddRoleToInstanceProfile", &[profile, ("RoleName", "r")], &[]);
    world.ok("GetInstanceProfile", &[profile], &["<RoleName>r<", "<AssumeRolePolicyDocument>%7B"]);
    world.err(
        "AddRoleToInstanceProfile",
        &[profile, ("RoleName", "s")],
        Code::LimitExceeded,
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    );
    world.ok("ListInstanceProfilesForRole", &[("RoleName", "r")], &["<InstanceProfileName>ip<"]);
    world.ok("ListInstanceProfilesForRole", &[("RoleName", "s")], &["<InstanceProfiles/>"]);
    world.ok("ListInstanceProfiles", &[], &["<InstanceProfileName>ip<", "!<Tags>"]);
    let conflict = "Cannot delete entity, must remove roles from instance profile first.";
    world.err("DeleteInstanceProfile", &[profile], Code::DeleteConflict, conflict);
    world.ok("RemoveRoleFromInstanceProfile", &[profile, ("RoleName", "r")], &[]);
    world.ok("DeleteInstanceProfile", &[profile], &[]);
    world.err("GetInstanceProfile", &[profile], Code::NoSuchEntity, "Instance Profile ip cannot be found.");
}

#[test]
fn a_role_of_a_service_is_not_put_in_or_taken_out() {
    let world = World::new();
    world.ok("CreateInstanceProfile", &[("InstanceProfileName", "ip")], &[]);
    world.ok("CreateServiceLinkedRole", &[("AWSServiceName", "ecs.amazonaws.com")], &[]);
    let pairs = [("InstanceProfileName", "ip"), ("RoleName", "AWSServiceRoleForECS")];
    let sentence = "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS";
    for operation in ["AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"] {
        world.err(operation, &pairs, Code::UnmodifiableEntity, sentence);
    }
}

#[test]
fn a_role_must_be_one_that_may_be_passed() {
    let world = World::new();
    world.user("u");
    world.role("r");
    world.ok("CreateInstanceProfile", &[("InstanceProfileName", "ip")], &[]);
    let policy = |actions: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"*"}}}}"#
        );
        world.ok("PutUserPolicy", &[("UserName", "u"), ("PolicyName", "p"), ("PolicyDocument", &text)], &[]);
    };
    let add = || {
        let pairs = [("InstanceProfileName", "ip"), ("RoleName", "r")];
        world.call_as_user("u", "AddRoleToInstanceProfile", &pairs)
    };
    policy(r#""iam:AddRoleToInstanceProfile""#);
    let fault = add().unwrap_err();
    assert_eq!(fault.code, Code::AccessDenied);
    assert!(fault.message.contains("iam:PassRole on resource: arn:aws:iam::111122223333:role/r"), "{fault}");
    policy(r#"["iam:AddRoleToInstanceProfile","iam:PassRole"]"#);
    assert!(add().is_ok());
}
