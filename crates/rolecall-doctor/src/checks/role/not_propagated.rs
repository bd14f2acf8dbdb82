//! The role, its policy or the provider was changed seconds before the attempt.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` or `No OpenIDConnect provider found` right after `terraform
//! apply`; the same call works a minute later.
//!
//! ## Why
//! IAM is eventually consistent: a new role, trust policy or provider takes some seconds to reach STS in every region.
//!
//! ## How to tell
//! Everything that was read admits the caller, and the role or the provider is younger than two minutes.
//!
//! ## How to mend it
//! Wait and try again; in pipelines wait after creating the role.
//!
//! ## Source
//! IAM User Guide, "Troubleshoot IAM": "Changes that I make are not always immediately visible".

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::instant::Instant;

use crate::case::Case;
use crate::check::Check;
use crate::exchange::Decided;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "role.not-propagated",
    title: "the role, its policy or the provider was changed seconds before the attempt",
    severity: Severity::Error,
    reads: &[Link::Role, Link::Provider, Link::Trust],
    source: include_str!("not_propagated.rs"),
    run: check,
};

/// Seconds within which a change may not have reached STS.
const WINDOW: i64 = 120;

fn check(case: &Case<'_>) -> Option<Finding> {
    let seen = case.saw(|symptom| {
        matches!(symptom, Symptom::TrustDenied | Symptom::NoProvider { .. } | Symptom::IncorrectAudience)
    });
    let refused = seen.is_some() || case.refused_in_trail();
    if !refused || case.exchange(Link::Trust).decided() == Decided::Refused {
        return None;
    }
    let trail = case
        .attempt()
        .events
        .iter()
        .rev()
        .find(|event| event.error_code.is_some())
        .and_then(|event| event.time);
    let attempt = seen.and_then(|seen| seen.time).or(trail).or(case.now())?;
    let fresh =
        |created: Option<Instant>| created.filter(|created| (0..=WINDOW).contains(&(attempt.0 - created.0)));
    let role = case.role().role.present().and_then(|role| Some((role, fresh(role.created)?)));
    let provider =
        case.provider().detail.present().and_then(|provider| Some((provider, fresh(provider.created)?)));
    let (what, at, created) = match (&role, &provider) {
        (Some((role, created)), _) => ("role", role.arn.at, *created),
        (_, Some((provider, created))) => ("provider", provider.url.at, *created),
        _ => return None,
    };
    let age = attempt.0 - created.0;
    Some(
        Finding::new(&CHECK, Certainty::Likely, format!("the {what} was {age} seconds old when the call was refused"))
            .because("What was read admits this caller. IAM needs some seconds, at times a minute, until STS knows a change everywhere.")
            .at(at, format!("created {created}"))
            .fix("try again after a minute; in pipelines wait after creating it", Safety::Review, &[]),
    )
}
