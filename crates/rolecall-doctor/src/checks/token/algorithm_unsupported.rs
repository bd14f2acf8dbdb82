//! The token is signed with an algorithm that STS does not take.
//!
//! ## What you see
//! `InvalidIdentityToken: The ID Token provided is not a valid JWT` (400).
//!
//! ## Why
//! STS takes RS256, RS384, RS512, ES256, ES384 and ES512. HMAC (`HS…`), RSA-PSS (`PS…`), `EdDSA` and `none` are refused.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows the header's `alg`.
//!
//! ## How to mend it
//! Have the issuer sign with RS256 or ES256.
//!
//! ## Source
//! AWS STS API reference, AssumeRoleWithWebIdentity; AWS What's New of November 2024, "ECDSA-based signatures of OIDC tokens".

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.algorithm-unsupported",
    title: "the token is signed with an algorithm that STS does not take",
    severity: Severity::Error,
    reads: &[Link::Token],
    source: include_str!("algorithm_unsupported.rs"),
    run: check,
};

/// Algorithms that STS takes.
const TAKEN: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

fn check(case: &Case<'_>) -> Option<Finding> {
    let header = case.token().header.present()?;
    let algorithm = header.text("alg").filter(|algorithm| !TAKEN.contains(&algorithm.value.as_str()))?;
    Some(
        Finding::new(
            &CHECK,
            Certainty::Certain,
            format!("STS does not take tokens signed with `{}`", algorithm.value),
        )
        .because(format!("STS takes {} and nothing else.", TAKEN.join(", ")))
        .at(algorithm.at, "not taken")
        .fix("have the issuer sign with RS256 or ES256", Safety::ShowOnly, &[]),
    )
}
