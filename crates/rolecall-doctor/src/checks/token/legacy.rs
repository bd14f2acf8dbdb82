//! The token is a secret-based service account token.
//!
//! ## What you see
//! `InvalidIdentityToken: Missing a required claim: aud` (400), or `No OpenIDConnect provider found in your account for
//! kubernetes/serviceaccount`.
//!
//! ## Why
//! Tokens kept in Secrets (`kubernetes.io/service-account-token`), and those that clusters before 1.21 mounted by default,
//! have the issuer `kubernetes/serviceaccount`, no audience and no expiry. STS takes only bound tokens of a real issuer.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows `"iss": "kubernetes/serviceaccount"`.
//!
//! ## How to mend it
//! Use a projected token with the audience `sts.amazonaws.com`, as the webhook mounts it, and point
//! `AWS_WEB_IDENTITY_TOKEN_FILE` at it.
//!
//! ## Source
//! Kubernetes, "Managing Service Accounts"; KEP-1205.

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.legacy",
    title: "the token is a secret-based service account token",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("legacy.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let claims = case.token().claims.present()?;
    let issuer = claims.text("iss").filter(|issuer| issuer.value == "kubernetes/serviceaccount")?;
    Some(
        Finding::new(&CHECK, Certainty::Certain, "the token comes from a Secret, not from the token API")
            .because("Such a token has no audience, no expiry and an issuer that is no URL. STS can take it for no provider.")
            .at(issuer.at, "the issuer of secret-based tokens")
            .fix("mount a projected token with the audience `sts.amazonaws.com`, and name its path in AWS_WEB_IDENTITY_TOKEN_FILE", Safety::ShowOnly, &[]),
    )
}
