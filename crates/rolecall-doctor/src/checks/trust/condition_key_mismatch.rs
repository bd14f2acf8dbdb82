//! A condition key is not the provider's host and path with the claim's name.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although the condition's value is right.
//!
//! ## Why
//! The keys of a web identity are `PROVIDER:CLAIM`, where PROVIDER is the issuer's URL without `https://`. Under any
//! other name (the provider's ARN, `oidc-provider/…`, `https://…`, another cluster's id, a variable that was never
//! rendered, the claim's name left out) there is no such key; a key that does not exist has no value, and a condition
//! on it fails. IAM stores the policy without a word.
//!
//! ## How to tell
//! Everything before the last colon of the key must equal the provider's name in the `Federated` ARN.
//!
//! ## How to mend it
//! Rename the key; its value may stay.
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS condition context keys"; policy reference rules 4.5 and 11.

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{Fault, at};
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.condition-key-mismatch",
    title: "a condition key is not the provider's host and path with the claim's name",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("condition_key_mismatch.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let (condition, fault) = trust.fault(|fault| matches!(fault, Fault::KeyMismatch { .. }))?;
    let Fault::KeyMismatch { wanted } = fault else { return None };
    let key = &condition.key.text;
    let finding =
        Finding::new(&CHECK, certainty(case), format!("`{key}` is no condition key of this issuer"))
            .because(reason(key, wanted))
            .differs(
                at(trust.document, &condition.key),
                "no key of this name exists in the request",
                wanted,
                key,
            );
    Some(with_admission(case, finding, format!("rename the key to `{wanted}`")))
}

fn reason(key: &str, wanted: &str) -> String {
    let what = if key.starts_with("arn:") {
        "The key begins with the provider's ARN; it must be the bare host and path."
    } else if key.contains("oidc-provider/") {
        "The key keeps the words `oidc-provider/` of the ARN; it must begin with the host."
    } else if key.contains("://") {
        "The key keeps the scheme `https://`; it must begin with the host."
    } else if key.contains("${") || key.contains('<') || key.starts_with(':') {
        "The key holds a variable that was not rendered, or rendered to nothing."
    } else if wanted.rsplit_once(':').is_some_and(|(provider, _)| provider.eq_ignore_ascii_case(key)) {
        "The key lacks the claim's name, such as `:sub`."
    } else {
        "The key names another issuer than the token's."
    };
    format!(
        "{what} A key that is not in the request has no value, so the condition fails whatever its value says."
    )
}
