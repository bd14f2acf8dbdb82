//! Calls that cross: one ran on the view, another was written before it was; then the first must run again.

use super::*;

/// Name and parameters of a call.
type Step<'a> = (&'a str, Pairs<'a>);

/// Runs the first call, writes the second, and then wants the first refused for what has changed.
fn cross(world: &World, first: Step<'_>, second: Step<'_>) {
    let (changes, _) = world.run(Actor::Root, first.0, first.1).unwrap();
    world.ok(second.0, second.1, &[]);
    let written = world.commit(changes);
    assert!(
        matches!(written, Err(CommitError::Conflict { .. })),
        "{} after {}: {written:?}",
        first.0,
        second.0
    );
}

/// Both orders of two calls of which one alone may succeed, each in a world of its own.
fn exclude(prepare: &dyn Fn(&World), one: Step<'_>, other: Step<'_>) {
    for (first, second) in [(one, other), (other, one)] {
        let world = World::new();
        prepare(&world);
        cross(&world, first, second);
        assert!(world.call(first.0, first.1).is_err(), "{} after {}", first.0, second.0);
    }
}

const ARN: &str = "arn:aws:iam::111122223333:policy/p";

fn some(world: &World) {
    world.user("u");
    world.role("r");
    world.group("g");
    world.policy("p");
    world.ok("CreateInstanceProfile", &[("InstanceProfileName", "ip")], &[]);
}

#[test]
fn what_is_deleted_is_not_used_meanwhile() {
    let delete_policy: Step<'_> = ("DeletePolicy", &[("PolicyArn", ARN)]);
    exclude(&some, ("AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", ARN)]), delete_policy);
    exclude(&some, ("AttachGroupPolicy", &[("GroupName", "g"), ("PolicyArn", ARN)]), delete_policy);
    let bound = [("RoleName", "r"), ("PermissionsBoundary", ARN)];
    exclude(&some, ("PutRolePermissionsBoundary", &bound), delete_policy);
    let create = [("UserName", "new"), ("PermissionsBoundary", ARN)];
    exclude(&some, ("CreateUser", &create), delete_policy);
    let delete_user: Step<'_> = ("DeleteUser", &[("UserName", "u")]);
    exclude(&some, ("AddUserToGroup", &[("UserName", "u"), ("GroupName", "g")]), delete_user);
    exclude(&some, ("CreateAccessKey", &[("UserName", "u")]), delete_user);
    exclude(&some, ("CreateLoginProfile", &[("UserName", "u"), ("Password", "x")]), delete_user);
    let join = [("RoleName", "r"), ("InstanceProfileName", "ip")];
    exclude(&some, ("AddRoleToInstanceProfile", &join), ("DeleteRole", &[("RoleName", "r")]));
    let profile: Step<'_> = ("DeleteInstanceProfile", &[("InstanceProfileName", "ip")]);
    exclude(&some, ("AddRoleToInstanceProfile", &join), profile);
}

#[test]
fn names_are_taken_once() {
    let role = [("RoleName", "n"), ("AssumeRolePolicyDocument", TRUST)];
    let upper = [("RoleName", "N"), ("AssumeRolePolicyDocument", TRUST)];
    exclude(&some, ("CreateRole", &role), ("CreateRole", &upper));
    exclude(
        &some,
        ("CreateUser", &[("UserName", "n")]),
        ("UpdateUser", &[("UserName", "u"), ("NewUserName", "N")]),
    );
    let rename = [("GroupName", "g"), ("NewGroupName", "n")];
    exclude(&some, ("CreateGroup", &[("GroupName", "n")]), ("UpdateGroup", &rename));
    let thumbprint = "a".repeat(40);
    let provider = [("Url", "https://idp.example.com"), ("ThumbprintList.member.1", thumbprint.as_str())];
    exclude(&some, ("CreateOpenIDConnectProvider", &provider), ("CreateOpenIDConnectProvider", &provider));
}

#[test]
fn quotas_hold_for_calls_that_cross() {
    let one_left = |world: &World| {
        some(world);
        world.ok("CreateAccessKey", &[("UserName", "u")], &[]);
    };
    let create: Step<'_> = ("CreateAccessKey", &[("UserName", "u")]);
    exclude(&one_left, create, create);
    // Root has the key of the beginning.
    exclude(&some, ("CreateAccessKey", &[]), ("CreateAccessKey", &[]));
}

#[test]
fn trust_and_its_principal() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"sts:AssumeRole"}]}"#;
    let create: Step<'_> = ("CreateRole", &[("RoleName", "n"), ("AssumeRolePolicyDocument", text)]);
    let delete: Step<'_> = ("DeleteRole", &[("RoleName", "r")]);
    let world = World::new();
    some(&world);
    cross(&world, create, delete);
    assert_eq!(world.call(create.0, create.1).unwrap_err().code, Code::MalformedPolicyDocument);
    let world = World::new();
    some(&world);
    cross(&world, delete, create);
    world.ok(delete.0, delete.1, &[]);
    let account = world.desk.state.view().account(ACCOUNT).unwrap();
    assert!(!account.roles.get("n").unwrap().trust_policy.contains("role/r"));
}

#[test]
fn two_changes_of_one_entity() {
    let world = World::new();
    some(&world);
    let tag =
        |key: &'static str| [("RoleName", "r"), ("Tags.member.1.Key", key), ("Tags.member.1.Value", "")];
    cross(&world, ("TagRole", &tag("a")), ("TagRole", &tag("b")));
    let put = [("RoleName", "r"), ("PolicyName", "i"), ("PolicyDocument", ALLOW)];
    cross(&world, ("PutRolePolicy", &put), ("UpdateRole", &[("RoleName", "r"), ("Description", "x")]));
    let version = [("PolicyArn", ARN), ("PolicyDocument", ALLOW)];
    cross(&world, ("CreatePolicyVersion", &version), ("CreatePolicyVersion", &version));
}
