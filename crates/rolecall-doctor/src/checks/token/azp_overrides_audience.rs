//! The token has `azp`, which STS reads in place of `aud`.
//!
//! ## What you see
//! `InvalidIdentityToken: Incorrect token audience` (400), although `aud` is among the provider's client ids. Entra v2 and
//! Google tokens have `azp`.
//!
//! ## Why
//! Where a token has an authorized party (`azp`), STS takes that as the audience: the provider must list it, and the
//! condition key `:aud` holds it. The original audience is then `:oaud`.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows `azp` beside `aud`.
//!
//! ## How to mend it
//! Register the value of `azp` with the provider and write it into the condition on `:aud`; put the audience under `:oaud`.
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS condition context keys"; reference sts.md §3.6.

use crate::case::Case;
use crate::check::Check;
use crate::exchange::audience::{AudienceFault, audience_fault, displaced};
use crate::exchange::faults::{Fault, at};
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.azp-overrides-audience",
    title: "the token has `azp`, which STS reads in place of `aud`",
    severity: Severity::Error,
    reads: &[Link::Token, Link::Provider, Link::Trust, Link::Role],
    source: include_str!("azp_overrides_audience.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let claims = case.token().claims.present()?;
    let azp = claims.text("azp")?;
    let by_provider = audience_fault(case).filter(|(fault, _)| *fault == AudienceFault::Azp);
    let trust = case.exchange(Link::Trust).trust.as_ref();
    let condition =
        trust.and_then(|trust| Some((trust.document, trust.fault(|fault| *fault == Fault::Audience)?.0)));
    let by_trust =
        condition.and_then(|(document, condition)| Some(at(document, displaced(case, condition)?)));
    let certainty = match (by_provider, by_trust) {
        (Some((_, certainty)), _) => certainty,
        (None, Some(_)) => Certainty::Certain,
        (None, None) => return None,
    };
    let mut finding = Finding::new(&CHECK, certainty, format!("STS reads `azp`, `{}`, as the audience", azp.value))
        .because("Where a token has `azp`, STS takes it in place of `aud`. The provider's client ids and the condition on `:aud` are compared with the authorized party.")
        .at(azp.at, "taken as the audience");
    if let Some(aud) = claims.texts("aud").into_iter().next() {
        finding = finding.beside(aud.at, "not looked at; available as `:oaud`");
    }
    if let Some(place) = by_trust {
        finding = finding.beside(place, "compared with `azp`, not with `aud`");
    }
    let arn = case.exchange(Link::Provider).federated.clone().unwrap_or_else(|| "ARN".into());
    Some(finding.fix(
        format!("register `{}` with the provider, and write it into the condition on `:aud`", azp.value),
        Safety::Review,
        &[format!(
            "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {} --client-id {}",
            shell_word(&arn),
            shell_word(&azp.value)
        )],
    ))
}
