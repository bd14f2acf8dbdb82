//! A claim that STS requires is absent.
//!
//! ## What you see
//! `InvalidIdentityToken: Missing a required claim: CLAIM` (400).
//!
//! ## Why
//! STS requires `iss`, `sub`, `aud` (or `azp`), `exp` and `iat`. Access tokens of some providers lack `aud` or `iat`.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` lists the claims.
//!
//! ## How to mend it
//! Have the issuer add the claim, or send its ID token in place of the access token.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; reference sts.md §3.4.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.claim-missing",
    title: "a claim that STS requires is absent",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("claim_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| matches!(symptom, Symptom::MissingClaim { .. }));
    let named = said.and_then(|seen| match &seen.symptom {
        Symptom::MissingClaim { claim } => Some(claim.clone()),
        _ => None,
    });
    let claims = case.token().claims.present();
    let absent = claims.and_then(|claims| {
        let needed = ["iss", "sub", "exp", "iat"].into_iter().find(|name| !claims.has(name));
        needed.or((!claims.has("aud") && !claims.has("azp")).then_some("aud"))
    });
    // Claims pasted in part are no proof: STS's own words, or a token that was decoded whole, are.
    let whole = case.token().raw.present().is_some()
        || claims.is_some_and(|claims| claims.has("iss") && claims.has("sub"));
    let claim = named.clone().or(absent.map(str::to_owned).filter(|_| whole))?;
    let certainty = if named.is_some() || case.token().raw.present().is_some() {
        Certainty::Certain
    } else {
        Certainty::Likely
    };
    let mut finding = Finding::new(&CHECK, certainty, format!("the token has no claim `{claim}`"))
        .because("STS requires `iss`, `sub`, `aud` (or `azp`), `exp` and `iat`, and refuses before it looks at anything else.");
    if let Some(claims) = claims {
        finding = finding.at(claims.at(&claims.node), format!("no `{claim}` here"));
    }
    if let Some(said) = said {
        finding = finding.answered(said.at);
    }
    Some(finding.fix(
        format!("have the issuer put `{claim}` into the token, or send its ID token"),
        Safety::ShowOnly,
        &[],
    ))
}
