//! Groups and membership.

use super::*;

#[test]
fn groups_and_their_members() {
    let world = World::new();
    world.ok(
        "CreateGroup",
        &[("GroupName", "g"), ("Path", "/p/")],
        &["<Arn>arn:aws:iam::111122223333:group/p/g<", "AGPA"],
    );
    world.err(
        "CreateGroup",
        &[("GroupName", "G")],
        Code::EntityAlreadyExists,
        "Group with name G already exists.",
    );
    let group = ("GroupName", "g");
    world.ok("GetGroup", &[group], &["<Users/>", "<IsTruncated>false<"]);
    world.user("u");
    world.user("v");
    for user in ["u", "u", "v"] {
        world.ok("AddUserToGroup", &[group, ("UserName", user)], &[]);
    }
    let body = world.ok("GetGroup", &[group], &["<UserName>u<", "<UserName>v<"]);
    assert_eq!(body.matches("<UserName>u<").count(), 1);
    world.ok("ListGroupsForUser", &[("UserName", "u")], &["<GroupName>g<"]);
    let missing = "The group with name x cannot be found.";
    world.err("AddUserToGroup", &[("GroupName", "x"), ("UserName", "u")], Code::NoSuchEntity, missing);
    let missing = "The user with name x cannot be found.";
    for name in ["g", "neither"] {
        let member = [("GroupName", name), ("UserName", "x")];
        world.err("AddUserToGroup", &member, Code::NoSuchEntity, missing);
    }
    world.ok("UpdateUser", &[("UserName", "u"), ("NewUserName", "w")], &[]);
    world.ok("GetGroup", &[group], &["<UserName>w<", "!<UserName>u<"]);
    let conflict = "Cannot delete entity, must remove users from group first.";
    world.err("DeleteGroup", &[group], Code::DeleteConflict, conflict);
    world.ok("UpdateGroup", &[group, ("NewGroupName", "h"), ("NewPath", "/")], &[]);
    world.ok("GetGroup", &[("GroupName", "h")], &["group/h<", "<UserName>w<"]);
    for user in ["v", "w"] {
        world.ok("RemoveUserFromGroup", &[("GroupName", "h"), ("UserName", user)], &[]);
    }
    world.ok("DeleteGroup", &[("GroupName", "h")], &[]);
    world.ok("ListGroups", &[], &["<Groups/>"]);
}

#[test]
fn ten_groups_to_a_user() {
    let world = World::new();
    world.user("u");
    for number in 0..11 {
        let name = format!("g{number}");
        world.group(&name);
        let added = world.call("AddUserToGroup", &[("GroupName", &name), ("UserName", "u")]);
        assert_eq!(added.is_ok(), number < 10);
        if let Err(fault) = added {
            assert_eq!(fault.message, "Cannot exceed quota for GroupsPerUser: 10");
        }
    }
}
