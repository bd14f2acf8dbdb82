//! The trust policy wants another audience than the token has.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403). The provider takes the token's audience, so the answer is
//! not `Incorrect token audience`.
//!
//! ## Why
//! The condition on `ISSUER:aud` is compared with the token's `aud` (its `azp`, where it has one). For Cognito the
//! audience is the id of the identity pool: a role made for one pool does not serve another.
//!
//! ## How to tell
//! Token and provider agree on the audience; the condition in the policy differs.
//!
//! ## How to mend it
//! Write the token's audience into the condition, or take the condition's audience into both token and provider.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; IAM User Guide, "IAM and AWS STS condition context keys".

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::provider_url::is_built_in;

use super::{certainty, named, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::audience::displaced;
use crate::exchange::faults::{Fault, at, nearest};
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.audience-mismatch",
    title: "the trust policy wants another audience than the token has",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Provider, Link::Role],
    source: include_str!("audience_mismatch.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    let (condition, _) = trust.fault(|fault| *fault == Fault::Audience)?;
    let audience = case.audience()?.text;
    // Where the provider does not take the audience either, the fault is not here: token.audience-wrong.
    if exchange.audience_registered(case.provider()) == Some(false) {
        return None;
    }
    // The policy wants what the token has as `aud`, and `azp` displaces that: token.azp-overrides-audience.
    if displaced(case, condition).is_some() {
        return None;
    }
    let wanted = nearest(condition, &audience.value)?;
    // STS looks at the provider's client ids first: unless it is seen to have passed them, the token may be the odd one.
    let passed = exchange.audience_registered(case.provider()) == Some(true)
        || case
            .saw(|symptom| matches!(symptom, Symptom::TrustDenied | Symptom::CognitoPoolRefused))
            .is_some()
        || exchange.provider_name.as_deref().is_some_and(is_built_in)
        || case.refused_in_trail();
    let certainty = if passed { certainty(case) } else { Certainty::Likely };
    let finding = Finding::new(
        &CHECK,
        certainty,
        format!("the trust policy wants the audience `{}`, the token has `{}`", wanted.text, audience.value),
    )
    .because("Token and policy must name the same audience. This one is compared letter by letter.")
    .differs(at(trust.document, wanted), "the policy wants this audience", &wanted.text, &audience.value)
    .beside(audience.at, "the token has this one");
    Some(with_admission(
        case,
        finding,
        format!("write `{}` into the condition {}", audience.value, named(condition)),
    ))
}
