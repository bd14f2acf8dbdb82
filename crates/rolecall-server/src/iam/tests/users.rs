//! Users and login profiles.

use super::*;

#[test]
fn a_user_from_creation_to_deletion() {
    let world = World::new();
    let create =
        [("UserName", "ann"), ("Path", "/a/"), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    world.ok(
        "CreateUser",
        &create,
        &["<Arn>arn:aws:iam::111122223333:user/a/ann</Arn>", "<UserId>AIDA", "<Key>k<"],
    );
    world.err(
        "CreateUser",
        &[("UserName", "ANN")],
        Code::EntityAlreadyExists,
        "User with name ANN already exists.",
    );
    world.ok("GetUser", &[("UserName", "ann")], &["<Tags>", "!PasswordLastUsed"]);
    world.ok("ListUsers", &[], &["<UserName>ann<", "!<Tags>", "<IsTruncated>false<"]);
    world.ok("ListUsers", &[("PathPrefix", "/b/")], &["<Users/>"]);
    let missing = "The user with name Ann cannot be found.";
    world.err("GetUser", &[("UserName", "Ann")], Code::NoSuchEntity, missing);
    let body = world.ok("GetUser", &[("UserName", "ann")], &[]);
    let id = text_of(&body, "UserId");
    world.user("bob");
    let taken = [("UserName", "ann"), ("NewUserName", "Bob")];
    world.err("UpdateUser", &taken, Code::EntityAlreadyExists, "User with name Bob already exists.");
    world.ok("UpdateUser", &[("UserName", "ann"), ("NewUserName", "Ann"), ("NewPath", "/b/")], &[]);
    let renamed = ["<Arn>arn:aws:iam::111122223333:user/b/Ann</Arn>", id];
    world.ok("GetUser", &[("UserName", "Ann")], &renamed);
    world.ok("UpdateUser", &[("UserName", "Ann"), ("NewUserName", "eve")], &[]);
    world.ok("ListUsers", &[], &["<UserName>eve<", "!Ann"]);
    world.ok("DeleteUser", &[("UserName", "eve")], &[]);
}

#[test]
fn who_asks_for_itself() {
    let world = World::new();
    world.user("ann");
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}"#;
    world.ok("PutUserPolicy", &[("UserName", "ann"), ("PolicyName", "p"), ("PolicyDocument", policy)], &[]);
    let own = world.call_as_user("ann", "GetUser", &[]).unwrap();
    assert_eq!(text_of(&own, "UserName"), "ann");
    world.ok("GetUser", &[], &["<Arn>arn:aws:iam::111122223333:root</Arn>", "!UserName"]);
    let account = world.desk.state.view().account(ACCOUNT).unwrap();
    world.role("r");
    let put = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", policy)];
    world.ok("PutRolePolicy", &put, &[]);
    let role = Actor::Role(account.roles.get("r").unwrap());
    let fault = world.call_as(role, "GetUser", &[]).unwrap_err();
    assert_eq!(fault.message, "Must specify userName when calling with non-User credentials");
    world.user("bob");
    let fault = world.call_as_user("bob", "GetUser", &[]).unwrap_err();
    assert_eq!(fault.code, Code::AccessDenied);
    assert_eq!(
        fault.message,
        "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:GetUser on resource: arn:aws:iam::111122223333:user/bob because no identity-based policy allows the iam:GetUser action"
    );
}

#[test]
fn what_hangs_on_a_user_keeps_it() {
    let world = World::new();
    world.user("u");
    world.group("g");
    let arn = world.policy("p");
    let user = ("UserName", "u");
    let conflict = |why: &str| {
        world.err("DeleteUser", &[user], Code::DeleteConflict, &format!("Cannot delete entity, {why}"))
    };
    world.ok("PutUserPolicy", &[user, ("PolicyName", "i"), ("PolicyDocument", ALLOW)], &[]);
    conflict("must delete policies first.");
    world.ok("AttachUserPolicy", &[user, ("PolicyArn", &arn)], &[]);
    conflict("must detach all policies first.");
    let key = world.ok("CreateAccessKey", &[user], &[]);
    conflict("must delete access keys first.");
    world.ok("CreateLoginProfile", &[user, ("Password", "correct horse")], &[]);
    conflict("must delete login profile first.");
    world.ok("AddUserToGroup", &[user, ("GroupName", "g")], &[]);
    conflict("must remove users from group first.");
    world.ok("RemoveUserFromGroup", &[user, ("GroupName", "g")], &[]);
    world.ok("DeleteLoginProfile", &[user], &[]);
    world.ok("DeleteAccessKey", &[user, ("AccessKeyId", text_of(&key, "AccessKeyId"))], &[]);
    world.ok("DetachUserPolicy", &[user, ("PolicyArn", &arn)], &[]);
    world.ok("DeleteUserPolicy", &[user, ("PolicyName", "i")], &[]);
    world.ok("DeleteUser", &[user], &[]);
}

#[test]
fn login_profiles() {
    let world = World::new();
    world.user("u");
    let user = ("UserName", "u");
    let missing = "Login Profile for User u cannot be found.";
    for operation in ["GetLoginProfile", "DeleteLoginProfile", "UpdateLoginProfile"] {
        world.err(operation, &[user], Code::NoSuchEntity, missing);
    }
    let create = [user, ("Password", "first"), ("PasswordResetRequired", "true")];
    let answer = world.ok("CreateLoginProfile", &create, &["<PasswordResetRequired>true<", "<UserName>u<"]);
    assert!(!answer.contains("first"));
    let again = "Login Profile for user u already exists.";
    world.err("CreateLoginProfile", &create, Code::EntityAlreadyExists, again);
    world.ok("UpdateLoginProfile", &[user, ("PasswordResetRequired", "false")], &[]);
    world.ok("GetLoginProfile", &[user], &["<PasswordResetRequired>false<"]);
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"*"}}"#;
    world.ok("PutUserPolicy", &[user, ("PolicyName", "p"), ("PolicyDocument", policy)], &[]);
    let change = |old: &str, new: &str| {
        world.call_as_user("u", "ChangePassword", &[("OldPassword", old), ("NewPassword", new)])
    };
    assert_eq!(change("wrong", "second").unwrap_err().code, Code::AccessDenied);
    assert!(change("first", "second").is_ok());
    assert!(change("first", "third").is_err());
    let strict = [("MinimumPasswordLength", "10"), ("RequireNumbers", "true")];
    world.ok("UpdateAccountPasswordPolicy", &strict, &[]);
    assert_eq!(change("second", "short1").unwrap_err().code, Code::PasswordPolicyViolation);
    assert!(change("second", "long enough 1").is_ok());
    world.ok("DeleteLoginProfile", &[user], &[]);
}
