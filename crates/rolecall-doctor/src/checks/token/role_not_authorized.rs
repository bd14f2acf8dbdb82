//! The token's roles claim does not name the role.
//!
//! ## What you see
//! `InvalidIdentityToken` (400) with a sentence about the roles claim.
//!
//! ## Why
//! Since July 2026 an issuer may put `https://aws.amazon.com/roles` into its tokens, one role ARN or an array of them. STS then
//! refuses every other role, and compares whole ARNs.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows the claim.
//!
//! ## How to mend it
//! Have the issuer add the role's exact ARN, path included.
//!
//! ## Source
//! Reference sts.md §3.8.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.role-not-authorized",
    title: "the token's roles claim does not name the role",
    severity: Severity::Error,
    reads: &[Link::Token, Link::Role],
    source: include_str!("role_not_authorized.rs"),
    run: check,
};

const CLAIM: &str = "https://aws.amazon.com/roles";

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| *symptom == Symptom::RolesClaimRefused);
    let claims = case.token().claims.present();
    let listed = claims.map(|claims| claims.texts(CLAIM)).unwrap_or_default();
    let requested = case.requested();
    let missing = requested.filter(|requested| {
        !listed.is_empty() && listed.iter().all(|role| role.value != requested.arn.value)
    });
    if said.is_none() && missing.is_none() {
        return None;
    }
    let role = requested.map_or("the role", |requested| requested.arn.value.as_str());
    let mut finding = Finding::new(
        &CHECK,
        if missing.is_some() { Certainty::Certain } else { Certainty::Likely },
        format!("the token is not for `{role}`"),
    )
    .because(format!("The claim `{CLAIM}` lists the only roles that this token may be exchanged for."));
    if let (Some(first), Some(requested)) = (listed.first(), missing) {
        finding = finding.differs(
            first.at,
            "the role is not listed",
            &requested.arn.value,
            listed.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(", "),
        );
    }
    if let Some(said) = said {
        finding = finding.answered(said.at);
    }
    Some(finding.fix("have the issuer add the role's exact ARN to the claim", Safety::ShowOnly, &[]))
}
