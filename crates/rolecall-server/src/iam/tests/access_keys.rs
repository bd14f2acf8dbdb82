//! Access keys.

use super::*;

#[test]
fn keys_of_a_user() {
    let world = World::new();
    world.user("u");
    let user = ("UserName", "u");
    let first = world.ok("CreateAccessKey", &[user], &["<Status>Active<", "<UserName>u<"]);
    let id = text_of(&first, "AccessKeyId");
    assert!(id.starts_with("AKIA") && id.len() == 20);
    let secret = text_of(&first, "SecretAccessKey");
    assert_eq!(secret.len(), 40);
    let kept = world.desk.state.view().access_key(id).unwrap();
    assert_eq!(world.desk.master.open(&kept.secret.0, id.as_bytes()).unwrap(), secret.as_bytes());
    world.ok("ListAccessKeys", &[user], &[id, "!Secret", "<IsTruncated>false<"]);
    world.ok("CreateAccessKey", &[user], &[]);
    let quota = "Cannot exceed quota for AccessKeysPerUser: 2";
    world.err("CreateAccessKey", &[user], Code::LimitExceeded, quota);
    let key = ("AccessKeyId", id);
    world.ok("UpdateAccessKey", &[user, key, ("Status", "Inactive")], &[]);
    world.ok("ListAccessKeys", &[user], &["<Status>Inactive<", "<Status>Active<"]);
    let never = ["<UserName>u<", "<ServiceName>N/A<", "<Region>N/A<", "!LastUsedDate"];
    world.ok("GetAccessKeyLastUsed", &[key], &never);
    let missing = "The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.";
    let other = ("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA");
    world.err("DeleteAccessKey", &[user, other], Code::NoSuchEntity, missing);
    let hidden = "User: arn:aws:iam::111122223333:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key AKIAAAAAAAAAAAAAAAAA";
    world.err("GetAccessKeyLastUsed", &[other], Code::AccessDenied, hidden);
    world.user("v");
    let sentence = format!("The Access Key with id {id} cannot be found.");
    world.err("DeleteAccessKey", &[("UserName", "v"), key], Code::NoSuchEntity, &sentence);
    world.ok("DeleteAccessKey", &[user, key], &[]);
    assert!(world.desk.state.view().access_key(id).is_none());
}

#[test]
fn keys_of_root_itself() {
    let world = World::new();
    world.ok("ListAccessKeys", &[], &["<AccessKeyId>test<", "!UserName"]);
    let made = world.ok("CreateAccessKey", &[], &["!UserName"]);
    let quota = "Cannot exceed quota for AccessKeysPerUser: 2";
    world.err("CreateAccessKey", &[], Code::LimitExceeded, quota);
    world.ok("DeleteAccessKey", &[("AccessKeyId", text_of(&made, "AccessKeyId"))], &[]);
}
