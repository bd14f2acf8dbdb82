//! STS throttles, and the chain falls back.
//!
//! ## What you see
//! `Throttling: Rate exceeded` from STS, and then now and then calls as the node's role or without credentials.
//!
//! ## Why
//! Many processes ask STS at once: all pods start together, or each request makes a client of its own, so that nothing is
//! kept. Some SDKs then go on to the next source.
//!
//! ## How to tell
//! Count AssumeRoleWithWebIdentity in CloudTrail by second and by region.
//!
//! ## How to mend it
//! Make one client and keep it; use the regional endpoint; raise the SDK's retries (`AWS_MAX_ATTEMPTS`,
//! `AWS_RETRY_MODE=adaptive`).
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS quotas"; AWS SDKs and Tools Reference Guide, "Retry behavior".

use rolecall_model::evidence::attempt::{Observation, Symptom};

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.sts-throttled",
    title: "STS throttles, and the chain falls back",
    severity: Severity::Error,
    reads: &[] as &[Link],
    source: include_str!("sts_throttled.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let seen = case.saw(|symptom| *symptom == Symptom::Throttled)?;
    // Other services throttle in the same words.
    let sts = ["assumerole", "assume role", "webidentity", "securitytoken", "sts."]
        .iter()
        .any(|words| case.says(words).is_some());
    let certainty = match (of_another_call(case, seen), sts, seen.headline) {
        (true, ..) => return None,
        (false, true, true) => Certainty::Certain,
        (false, true, false) => Certainty::Likely,
        (false, false, _) => Certainty::Possible,
    };
    let mut finding = Finding::new(&CHECK, certainty, "STS answers too many calls at once")
        .because(
            "STS refuses for the moment, whatever token and policies say. Tried again later, the same \
             call is answered \
             otherwise.",
        )
        .at(seen.at, "STS's answer");
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "the SDK then went on to this identity");
    }
    Some(finding.fix(
        "keep one client per process, and let the SDK try again more patiently",
        Safety::Review,
        &["export AWS_RETRY_MODE=adaptive AWS_MAX_ATTEMPTS=10".into()],
    ))
}

/// Whether the line names another call than the exchange (`when calling the X operation`, `operation error X: Y`).
fn of_another_call(case: &Case<'_>, seen: &Observation) -> bool {
    let line = case
        .lines()
        .into_iter()
        .find(|line| line.at.document == seen.at.document && line.at.span.covers(seen.at.span));
    line.is_some_and(|line| {
        let named = line.value.contains("when calling the ") || line.value.contains("operation error ");
        named && !line.value.contains("AssumeRole")
    })
}
