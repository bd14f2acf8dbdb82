//! Pages of lists.

use super::*;

#[test]
fn pages_join_without_gap() {
    let world = World::new();
    for name in ["b", "A", "c", "D", "e"] {
        world.role(name);
    }
    let (mut names, mut marker) = (Vec::new(), None::<String>);
    loop {
        let mut pairs = vec![("MaxItems", "2")];
        pairs.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let body = world.ok("ListRoles", &pairs, &[]);
        names.extend(body.split("<RoleName>").skip(1).map(|rest| rest[..1].to_owned()));
        match body.contains("<IsTruncated>true") {
            true => marker = Some(text_of(&body, "Marker").to_owned()),
            false => break,
        }
    }
    assert_eq!(names, ["A", "b", "c", "D", "e"]);
    world.err("ListRoles", &[("Marker", "~~")], Code::ValidationError, "Invalid Marker.");
}

#[test]
fn a_page_goes_on_where_its_last_item_is_gone() {
    let world = World::new();
    world.role("r");
    for name in ["a", "b", "c"] {
        world.ok("PutRolePolicy", &[("RoleName", "r"), ("PolicyName", name), ("PolicyDocument", ALLOW)], &[]);
    }
    let first =
        world.ok("ListRolePolicies", &[("RoleName", "r"), ("MaxItems", "2")], &["<member>b<", "!<member>c<"]);
    world.ok("DeleteRolePolicy", &[("RoleName", "r"), ("PolicyName", "b")], &[]);
    let rest = [("RoleName", "r"), ("Marker", text_of(&first, "Marker"))];
    world.ok("ListRolePolicies", &rest, &["<member>c<", "!<member>a<", "<IsTruncated>false<"]);
}

#[test]
fn the_same_name_in_two_accounts_is_no_trap() {
    let world = World::new();
    world.user("u");
    let own = world.policy("ReadOnlyAccess");
    for arn in [own.as_str(), "arn:aws:iam::aws:policy/ReadOnlyAccess"] {
        world.ok("AttachUserPolicy", &[("UserName", "u"), ("PolicyArn", arn)], &[]);
    }
    let one = [("UserName", "u"), ("MaxItems", "1")];
    let first = world.ok("ListAttachedUserPolicies", &one, &[&own, "<IsTruncated>true<"]);
    let rest = [one[0], one[1], ("Marker", text_of(&first, "Marker"))];
    world.ok("ListAttachedUserPolicies", &rest, &["iam::aws:policy", "<IsTruncated>false<"]);
}
