//! The token's signature does not verify with the issuer's key.
//!
//! ## What you see
//! `InvalidIdentityToken` (400): `The web identity token provided could not be validated`, or `Couldn't retrieve verification
//! key`.
//!
//! ## Why
//! The token was changed or cut after it was signed, or another signer uses the same issuer and key id: a cluster that was
//! restored with new keys under the old issuer URL.
//!
//! ## How to tell
//! `rolecall token verify token.txt --jwks jwks.json`
//!
//! ## How to mend it
//! Take the token as the issuer gives it; publish the key set of the signer.
//!
//! ## Source
//! RFC 7515 §5.2.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.signature-invalid",
    title: "the token's signature does not verify with the issuer's key",
    severity: Severity::Error,
    reads: &[Link::Token, Link::Issuer],
    source: include_str!("signature_invalid.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = case.saw(|symptom| *symptom == Symptom::TokenNotValidated);
    let refuted = case.exchange(Link::Token).signature_refused();
    if said.is_none() && !refuted {
        return None;
    }
    let mut finding = Finding::new(&CHECK, if refuted { Certainty::Certain } else { Certainty::Likely }, "the signature does not verify with the issuer's key")
        .because("The key with the token's key id is there, and the signature was not made with it: the token was changed or cut, or somebody else signs under this issuer.");
    if let (true, Some(header)) = (refuted, case.token().header.present()) {
        finding =
            finding.at(header.at(header.node.get("kid").unwrap_or(&header.node)), "this key did not sign it");
    }
    if let Some(said) = said {
        finding = finding.answered(said.at);
    }
    Some(finding.fix(
        "take the token as the issuer gives it, and publish the signer's own key set",
        Safety::ShowOnly,
        &["rolecall token verify token.txt --jwks jwks.json".into()],
    ))
}
