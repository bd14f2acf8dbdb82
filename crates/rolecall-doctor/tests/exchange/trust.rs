//! Trust policies that refuse.

use super::*;

#[test]
fn denials() {
    let allowed = allow(&on("StringLike", "sub", "repo:org/app:*"));
    let deny = |value: &str| statement("Deny", GITHUB, &on("StringLike", "sub", value));
    let denied = |value: &str| vec![refused(), claims(""), role(&format!("{allowed}, {}", deny(value)))];
    let unseen = role(&format!("{allowed}, {}", deny("repo:org/app:ref:refs/heads/main")));
    table(
        "trust.explicit-deny",
        vec![
            ("this branch", denied("repo:org/app:ref:refs/heads/main"), CERTAIN),
            ("another branch", denied("repo:org/app:ref:refs/heads/next"), None),
            ("letter case counts", denied("repo:org/app:ref:refs/heads/Main"), None),
            ("nobody saw the subject", vec![refused(), unseen], None),
        ],
    );
}

#[test]
fn changes_that_have_not_arrived() {
    let fits = &allow(&on("StringEquals", "sub", "repo:org/app:ref:refs/heads/main"));
    let other = &allow(&on("StringEquals", "sub", "repo:org/other:ref:refs/heads/main"));
    let at = |when: &str, statement: &str| vec![noon(), refused(), claims(""), created(when, statement)];
    let seconds_old = "2025-06-01T11:59:50Z";
    table(
        "role.not-propagated",
        vec![
            ("a role of ten seconds", at(seconds_old, fits), LIKELY),
            ("a role of an hour", at("2025-06-01T11:00:00Z", fits), None),
            ("a role made afterwards", at("2025-06-01T12:00:10Z", fits), None),
            ("the policy refuses by itself", at(seconds_old, other), None),
            ("nothing was refused", vec![noon(), claims(""), created(seconds_old, fits)], None),
        ],
    );
}
