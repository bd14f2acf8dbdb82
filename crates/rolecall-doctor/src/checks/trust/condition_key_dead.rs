//! A condition is on a key that no request of this issuer ever has.
//!
//! ## What you see
//! Nothing: the role works, and the condition that seems to guard it does nothing.
//!
//! ## Why
//! STS offers only some claims as condition keys. Under `…IfExists`, `ForAllValues:` or a negated operator a key that is not
//! there lets everybody pass.
//!
//! ## How to tell
//! The key's claim is not among those that STS offers for the issuer (`docs/issuers.md`).
//!
//! ## How to mend it
//! Put the restriction on `sub` or on a claim that is offered, or take the condition out.
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS condition context keys"; policy reference section 11.

use rolecall_engine::issuers::{KeySupport, key_support};
use rolecall_policy::condition::operator::{self, Qualifier};

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::split_key;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.condition-key-dead",
    title: "a condition is on a key that no request of this issuer ever has",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("condition_key_dead.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let admissions = admissions(case);
    let all = admissions.iter().flat_map(|admission| {
        admission.statement.conditions.iter().map(move |condition| (admission, condition))
    });
    let (admission, condition) = all.into_iter().find(|(admission, condition)| {
        let (prefix, claim) = split_key(&condition.key.text);
        let passes = operator::parse(&condition.operator.text).is_some_and(|operator| {
            operator.if_exists || operator.base.negated || operator.qualifier == Qualifier::ForAllValues
        });
        let never = matches!(
            key_support(admission.provider, claim, case.now()),
            KeySupport::Never | KeySupport::NotYet(_)
        );
        passes && prefix.eq_ignore_ascii_case(admission.provider) && never
    })?;
    Some(
        Finding::new(
            &CHECK,
            Certainty::Certain,
            format!("`{}` is never in a request: this condition guards nothing", condition.key.text),
        )
        .because(
            "STS does not offer this claim as a condition key, and the operator lets an absent key pass.",
        )
        .at(admission.trust.at(condition.key.span), "never present")
        .fix(
            "restrict by `sub` or by a claim that STS offers, or take the condition out",
            Safety::ShowOnly,
            &store(case),
        ),
    )
}
