//! Trust policies in the shapes in which people have them at hand.

use super::*;

#[test]
fn a_trust_policy_alone_is_held_against_the_token() {
    let alone = |namespace: &str| {
        let text = trust(&statement()).replace(":shop:", &format!(":{namespace}:"));
        vec![now(), error(DENIED), claims(), ("role.json", text)]
    };
    rows(vec![
        ("another namespace", alone("default"), Some("trust.subject-mismatch")),
        ("it admits", alone("shop"), None),
    ]);
}
