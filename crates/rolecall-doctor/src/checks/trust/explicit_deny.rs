//! A Deny statement of the trust policy matches this caller.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although an Allow statement fits.
//!
//! ## Why
//! A Deny that applies ends the evaluation, whatever else allows. With a negated operator such as `StringNotEquals` it
//! applies too when the key is absent, or when its only value is another one.
//!
//! ## How to tell
//! The policy has a statement with `"Effect": "Deny"` whose conditions hold for this caller.
//!
//! ## How to mend it
//! Narrow the Deny so that it leaves this caller out, by `StringNotEquals` on the provider's `sub`: it stays in force for
//! everybody else. Never just delete it, unless it is there for this caller alone: somebody meant it. Where the Deny asks for
//! a workflow, an actor or an address too, leaving a subject out would let past whoever else presents that subject: keep
//! within it, or change that condition.
//!
//! ## Source
//! IAM User Guide, "Policy evaluation logic"; policy reference rule 8.1.

use super::{certainty, store};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::trust::TrustView;
use crate::finding::{Finding, Safety, Severity};
use crate::fix::exempt::{exempt, guards, name};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.explicit-deny",
    title: "a Deny statement of the trust policy matches this caller",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("explicit_deny.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let statement = trust.deny()?;
    let span = statement.effect_span.unwrap_or(statement.span);
    let name = name(statement);
    let mut finding = Finding::new(&CHECK, certainty(case), format!("{name} denies this caller"))
        .because("A Deny that applies wins over every Allow.")
        .at(trust.at(span), "this Deny applies");
    for condition in &statement.conditions {
        finding = finding.beside(trust.at(condition.key.span), "this condition holds for the caller");
    }
    let finding = finding.note(super::IN_VAIN);
    Some(match exempt(case) {
        Some(narrowed) => finding
            .note("somebody meant this Deny: it stays in force for everybody else")
            .change(narrowed.title(), narrowed.safety, vec![narrowed.edit]),
        None => guarded(case, trust, finding).fix(
            format!("narrow {name} so that it leaves this caller out"),
            Safety::ShowOnly,
            &store(case),
        ),
    })
}

/// Says which conditions keep more out than this caller.
fn guarded(case: &Case<'_>, trust: &TrustView, mut finding: Finding) -> Finding {
    let Some(provider) = case.exchange(Link::Trust).provider_name.as_deref() else { return finding };
    for condition in trust.denies().flat_map(|statement| guards(statement, provider)) {
        finding = finding.note(format!(
            "`{}` on `{}` keeps out whoever else presents this subject: an exemption by subject would let them past it",
            condition.operator.text, condition.key.text
        ));
    }
    finding
}
