//! Uses: what is noted, what is written, and what stands in its way.

use super::*;
use crate::json_world::{ACCOUNT, NOON, World};

fn role(name: &str) -> Role {
    Role {
        account: ACCOUNT.to_owned(),
        path: "/".to_owned(),
        name: name.to_owned(),
        id: format!("AROA{name}"),
        created: NOON,
        trust_policy: "{}".to_owned(),
        description: None,
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: Vec::new(),
        inline_policies: BTreeMap::new(),
        attached_policies: Vec::new(),
        last_used: None,
    }
}

fn kept(world: &World, name: &str) -> Shared<Role> {
    world.desk.state.view().account(ACCOUNT).unwrap().roles.get(name).unwrap()
}

#[test]
fn what_is_noted_is_known_at_once_and_written_later() {
    let world = World::new();
    let desk = &world.desk;
    world.commit(crate::call::created(role("a")));
    let before = kept(&world, "a");
    assert_eq!(desk.uses.of_role(&before), None);
    desk.uses.assumed(&before, "eu-west-1", NOON);
    desk.uses.roles.note(&before.id, "iam", "us-east-1", Instant(NOON.0 + 5));
    let known = desk.uses.of_role(&before).unwrap();
    assert_eq!((known.at, known.region.as_str()), (Instant(NOON.0 + 5), "us-east-1"));
    assert_eq!(known.services["sts"].region, "eu-west-1");
    assert_eq!(before.last_used, None, "nothing is written before its time");

    world.runtime.block_on(write(desk));
    let written = kept(&world, "a");
    assert_eq!(written.last_used.as_ref(), Some(&known));
    assert!(desk.uses.roles.0.read().unwrap().is_empty(), "what the store has is not held twice");
    assert_eq!(desk.uses.of_role(&written), Some(known));
    // Nothing was used since: nothing is written again.
    world.runtime.block_on(write(desk));
    assert_eq!(kept(&world, "a").revision, written.revision);
}

#[test]
fn what_is_kept_stands_after_a_restart_until_a_newer_use() {
    let world = World::new();
    let desk = &world.desk;
    let services = BTreeMap::from([(
        "eks".to_owned(),
        ServiceUse { at: Instant(NOON.0 - 60), region: "eu-west-1".to_owned() },
    )]);
    let last_used = LastUsed { at: NOON, region: "eu-west-1".to_owned(), services };
    world.commit(crate::call::created(Role { last_used: Some(last_used.clone()), ..role("b") }));
    let before = kept(&world, "b");
    assert_eq!(desk.uses.of_role(&before).unwrap(), last_used);
    desk.uses.assumed(&before, "us-west-2", Instant(NOON.0 + 1));
    let known = desk.uses.of_role(&before).unwrap();
    assert_eq!((known.at, known.region.as_str()), (Instant(NOON.0 + 1), "us-west-2"));
    assert_eq!(known.services.keys().collect::<Vec<_>>(), ["eks", "sts"]);
}

#[test]
fn what_is_gone_is_forgotten() {
    let world = World::new();
    let desk = &world.desk;
    desk.uses.roles.note("AROAGONE", "sts", "us-east-1", NOON);
    desk.uses.keys.note("AKIAGONE", "sts", "us-east-1", NOON);
    world.runtime.block_on(write(desk));
    assert!(desk.uses.roles.0.read().unwrap().is_empty() && desk.uses.keys.0.read().unwrap().is_empty());
}

#[test]
fn a_key_has_the_newest_of_its_services() {
    let world = World::new();
    let desk = &world.desk;
    let key = desk.state.view().access_key("test").unwrap();
    desk.uses.keys.note("test", "iam", "us-east-1", Instant(NOON.0 + 9));
    desk.uses.keys.note("test", "sts", "eu-west-1", NOON);
    let known = desk.uses.of_key(&key).unwrap();
    assert_eq!((known.service.as_str(), known.at), ("iam", Instant(NOON.0 + 9)));
    world.runtime.block_on(write(desk));
    let written = desk.state.view().access_key("test").unwrap();
    assert_eq!(written.last_used.as_ref(), Some(&known));
}
