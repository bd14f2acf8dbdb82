//! `ForAllValues` stands on a claim: it holds for every token that lacks the claim.
//!
//! ## What you see
//! Nothing: it works, also for tokens that should not get in.
//!
//! ## Why
//! `ForAllValues` asks whether all values of the request fit; where there is none, all of none do. Claims such as `sub` and
//! `aud` have one value, and need no set operator.
//!
//! ## How to tell
//! The operator begins with `ForAllValues:` and the statement allows.
//!
//! ## How to mend it
//! Take `ForAllValues:` off the operator.
//!
//! ## Source
//! Policy reference rules 4.10 and 4.13; IAM User Guide, "Conditions with multiple context keys or values".

use rolecall_policy::condition::operator::{self, Qualifier};

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::split_key;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.set-operator-on-claim",
    title: "`ForAllValues` stands on a claim: it holds for every token that lacks the claim",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("set_operator_on_claim.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let admissions = admissions(case);
    let all = admissions.iter().flat_map(|admission| {
        admission.statement.conditions.iter().map(move |condition| (admission, condition))
    });
    let (admission, condition) = all.into_iter().find(|(admission, condition)| {
        let set = operator::parse(&condition.operator.text)
            .is_some_and(|operator| operator.qualifier == Qualifier::ForAllValues);
        let (prefix, claim) = split_key(&condition.key.text);
        set && prefix.eq_ignore_ascii_case(admission.provider) && !claim.eq_ignore_ascii_case("amr")
    })?;
    let plain = condition.operator.text.split_once(':').map_or("", |(_, plain)| plain);
    Some(
        Finding::new(&CHECK, Certainty::Certain, format!("`{}` on `{}` also holds for tokens without the claim", condition.operator.text, condition.key.text))
            .because("Where the request has no value, all of its values fit. The condition restricts nobody who lacks the claim.")
            .at(admission.trust.at(condition.operator.span), "holds for an absent key")
            .fix(format!("write `{plain}`"), Safety::ShowOnly, &store(case)),
    )
}
