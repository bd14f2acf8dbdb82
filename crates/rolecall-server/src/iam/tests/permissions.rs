//! What IAM's own operations are allowed by: their resources and condition keys (reference iam.md §12).

use super::*;

/// A user with one statement of permissions.
fn world_with(statement: &str) -> World {
    let world = World::new();
    world.user("admin");
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let put = [("UserName", "admin"), ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    world.ok("PutUserPolicy", &put, &[]);
    world
}

fn allowed(world: &World, name: &str, pairs: Pairs<'_>) -> bool {
    match world.call_as_user("admin", name, pairs) {
        Ok(_) => true,
        Err(fault) => {
            assert_eq!(fault.code, Code::AccessDenied, "{name} {pairs:?}: {fault}");
            false
        }
    }
}

#[test]
fn resources_hold_path_and_name() {
    let world =
        world_with(r#"{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:role/ci/*"}"#);
    let create = |path| [("RoleName", "x"), ("AssumeRolePolicyDocument", TRUST), ("Path", path)];
    assert!(!allowed(&world, "CreateRole", &create("/")));
    assert!(allowed(&world, "CreateRole", &create("/ci/")));
    assert!(allowed(&world, "GetRole", &[("RoleName", "x")]), "the path is that of the role which is there");
    world.role("y");
    assert!(!allowed(&world, "GetRole", &[("RoleName", "y")]));
    assert!(allowed(&world, "ListRoles", &[("PathPrefix", "/ci/")]));
    assert!(!allowed(&world, "ListRoles", &[]));
}

#[test]
fn administrators_that_must_set_a_boundary() {
    let world = world_with(
        r#"{"Effect":"Allow","Action":["iam:CreateUser","iam:AttachUserPolicy","iam:PutUserPermissionsBoundary"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/b"}}}"#,
    );
    let (boundary, other) = (world.policy("b"), world.policy("other"));
    assert!(!allowed(&world, "CreateUser", &[("UserName", "u")]));
    assert!(!allowed(&world, "CreateUser", &[("UserName", "u"), ("PermissionsBoundary", &other)]));
    assert!(allowed(&world, "CreateUser", &[("UserName", "u"), ("PermissionsBoundary", &boundary)]));
    assert!(allowed(&world, "AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", &other)]));
    world.user("free");
    assert!(!allowed(&world, "AttachUserPolicy", &[("UserName", "free"), ("PolicyArn", &other)]));
    let change = [("UserName", "u"), ("PermissionsBoundary", other.as_str())];
    assert!(!allowed(&world, "PutUserPermissionsBoundary", &change), "the boundary that is asked for counts");
}

#[test]
fn keys_of_request_and_resource() {
    let world = world_with(
        r#"{"Effect":"Allow","Action":["iam:TagRole","iam:DeleteRole"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}},
           {"Effect":"Allow","Action":"iam:CreateRole","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"a"}}},
           {"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*","Condition":{"ArnLike":{"iam:PolicyARN":"arn:aws:iam::aws:policy/*"}}}"#,
    );
    let create = |team| {
        [
            ("RoleName", "x"),
            ("AssumeRolePolicyDocument", TRUST),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", team),
        ]
    };
    assert!(!allowed(&world, "CreateRole", &create("b")));
    assert!(allowed(&world, "CreateRole", &create("a")));
    world.role("y");
    let tag = |role| [("RoleName", role), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    assert!(allowed(&world, "TagRole", &tag("x")));
    assert!(!allowed(&world, "TagRole", &tag("y")));
    let own = world.policy("mine");
    let attach = |arn| [("RoleName", "x"), ("PolicyArn", arn)];
    assert!(allowed(&world, "AttachRolePolicy", &attach("arn:aws:iam::aws:policy/ReadOnlyAccess")));
    assert!(!allowed(&world, "AttachRolePolicy", &attach(&own)));
}

#[test]
fn service_linked_roles_are_allowed_by_service_and_name() {
    let world = world_with(
        r#"{"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot","Condition":{"StringEquals":{"iam:AWSServiceName":"spot.amazonaws.com"}}}"#,
    );
    assert!(!allowed(&world, "CreateServiceLinkedRole", &[("AWSServiceName", "ecs.amazonaws.com")]));
    assert!(allowed(&world, "CreateServiceLinkedRole", &[("AWSServiceName", "spot.amazonaws.com")]));
}
