//! The policy cases of `rolecall-policy/tests/cases`, one file per section of the policy reference, decided and examined.

#![allow(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken case is a failed test"
)]

mod batch;

use batch::Case;
use rolecall_engine::authorize::{Call, Decision, decide, examine};

const FILES: [(&str, &str); 10] = [
    ("01-document", include_str!("../../../rolecall-policy/tests/cases/01-document.jsonl")),
    ("02-action", include_str!("../../../rolecall-policy/tests/cases/02-action.jsonl")),
    ("03-resource", include_str!("../../../rolecall-policy/tests/cases/03-resource.jsonl")),
    ("04-conditions", include_str!("../../../rolecall-policy/tests/cases/04-conditions.jsonl")),
    ("05-operators", include_str!("../../../rolecall-policy/tests/cases/05-operators.jsonl")),
    ("06-variables", include_str!("../../../rolecall-policy/tests/cases/06-variables.jsonl")),
    ("07-principals", include_str!("../../../rolecall-policy/tests/cases/07-principals.jsonl")),
    ("08-one-account", include_str!("../../../rolecall-policy/tests/cases/08-one-account.jsonl")),
    ("09-across-accounts", include_str!("../../../rolecall-policy/tests/cases/09-across-accounts.jsonl")),
    ("10-trust", include_str!("../../../rolecall-policy/tests/cases/10-trust.jsonl")),
];

/// Rules about what is said rather than what is decided: 1.7 characters, 9.5 Regions, 11.1 sessions.
const NOT_DECIDED: [&str; 3] = ["1.7", "9.5", "11.1"];

fn cases() -> impl Iterator<Item = Case> {
    FILES.iter().flat_map(|(_, text)| text.lines()).map(Case::read)
}

#[test]
fn every_case_is_decided_as_expected() {
    assert!(cases().count() > 800);
    let mut wrong = Vec::new();
    for case in cases() {
        let layers = case.layers();
        let got = decide(&layers, &case.call()).name();
        if got != case.expect {
            wrong.push(format!("{} ({}): expected {}, got {got}", case.id, case.says, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_examination_decides_the_same_and_shows_why() {
    for case in cases() {
        let layers = case.layers();
        let examination = examine(&layers, &case.call());
        assert_eq!(examination.decision, decide(&layers, &case.call()), "{}", case.id);
        let applied =
            examination.layers.iter().any(|layer| layer.outcome == rolecall_policy::trace::Outcome::Deny);
        let exempt = examination.reason == rolecall_engine::authorize::Reason::NeedsNoPermission;
        assert_eq!(examination.decision == Decision::ExplicitDeny, applied && !exempt, "{}", case.id);
    }
}

/// Whatever a fact turns out to be, what was said without it still holds: a refusal is never turned into a grant, nor a
/// grant into a refusal.
#[test]
fn unread_facts_decide_nothing() {
    let refused = |decision| matches!(decision, Decision::ImplicitDeny | Decision::ExplicitDeny);
    for case in cases() {
        let layers = case.layers();
        let known = decide(&layers, &case.call());
        // Where `aws:PrincipalArn` was not read, a role's path is taken from the policy that names it, since IAM stores
        // no policy that names a role which does not exist; case 7.5-7 is such a policy.
        let keys = case.keys().into_iter().filter(|key| case.rule != "7.5" || key != "aws:principalarn");
        for key in keys {
            let context = case.without_reading(&key);
            let unread = decide(&layers, &Call { context: &context, ..case.call() });
            let holds =
                unread == known || unread == Decision::Undetermined || (refused(unread) && refused(known));
            assert!(holds, "{} without `{key}`: {unread:?} where {known:?} is right", case.id);
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let mut missing: Vec<String> = Vec::new();
    let sections =
        [(1, 14), (2, 6), (3, 8), (4, 13), (5, 14), (6, 7), (7, 12), (8, 11), (9, 5), (10, 16), (11, 5)];
    let covered: Vec<String> = cases().map(|case| case.rule).collect();
    for (section, last) in sections {
        for rule in (1..=last).map(|number| format!("{section}.{number}")) {
            if !covered.contains(&rule) && !NOT_DECIDED.contains(&rule.as_str()) {
                missing.push(rule);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
