//! A condition names a claim that STS does not offer as a condition key.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although the token carries the claim with the right value.
//!
//! ## Why
//! STS turns only some claims into condition keys: `sub`, `aud`, `amr`, `oaud` and `email` for every issuer, and since
//! 2026 a fixed list for GitHub, GitLab.com, CircleCI, Buildkite, Google and Oracle Cloud. Any other claim is not in the
//! request, and a condition on it fails. Keys that describe an AWS caller (`aws:PrincipalOrgID`, `aws:PrincipalArn`,
//! `sts:ExternalId`, …) are not there for a federated caller either.
//!
//! ## How to tell
//! `rolecall explain trust.condition-key-unsupported` lists the keys; with `…IfExists` the same condition would pass,
//! which proves that the key is absent.
//!
//! ## How to mend it
//! Put the restriction on `sub`, which most platforms let you shape, or on a claim that is offered.
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS condition context keys"; AWS What's New of January 2026, "AWS STS supports
//! validation of select identity provider specific claims".

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{Fault, at};
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.condition-key-unsupported",
    title: "a condition names a claim that STS does not offer as a condition key",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("condition_key_unsupported.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let (condition, fault) = trust.fault(|fault| matches!(fault, Fault::KeyUnsupported { .. }))?;
    let Fault::KeyUnsupported { claim, since } = fault else { return None };
    let key = &condition.key.text;
    let carried = case.token().claims.present().and_then(|claims| claims.text(claim));
    let why = match since {
        Some(since) => format!(
            "STS offers `{claim}` as a condition key only since {since}, which is after this attempt."
        ),
        None if key.contains('.') => {
            format!("STS does not offer the claim `{claim}` as a condition key for this issuer.")
        }
        None => format!("`{key}` describes an AWS caller; a federated caller has no such key."),
    };
    let mut finding = Finding::new(
        &CHECK,
        certainty(case),
        format!("`{key}` is not in the request, whatever the token says"),
    )
    .because(format!("{why} A key that is not in the request has no value, so the condition fails."))
    .at(at(trust.document, &condition.key), "never present in this call");
    if let Some(carried) = carried {
        finding = finding.beside(carried.at, "the token carries the claim; STS does not pass it on");
    }
    Some(with_admission(case, finding, format!("take `{key}` out, and restrict by `sub` instead")))
}
