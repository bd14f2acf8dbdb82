//! What was sent as token is no JWT.
//!
//! ## What you see
//! `InvalidIdentityToken: The ID Token provided is not a valid JWT` (400), or a validation error on `webIdentityToken`.
//!
//! ## Why
//! STS wants three base64url parts joined by dots. Programs send the path of the file in place of its content, an empty
//! file, an access token that is opaque, an error page, a token with quotes or line breaks in it, or JSON around it.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` says at which byte it stops being a token.
//!
//! ## How to mend it
//! Read the file and send what it holds, or leave that to the SDK's own web identity provider.
//!
//! ## Source
//! RFC 7515 §3.1; AWS STS API reference, AssumeRoleWithWebIdentity.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "token.malformed",
    title: "what was sent as token is no JWT",
    severity: Severity::Error,
    reads: &[Link::Token, Link::Caller],
    source: include_str!("malformed.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let caller = case.caller();
    let mut requests = caller.request.present().into_iter().chain(&caller.logged_requests);
    let sent = requests.find_map(|request| request.token_is_not_a_jwt.as_ref());
    let said = case.saw(|symptom| *symptom == Symptom::NotAJwt);
    let flaw = case.exchange(Link::Token).token_flaw();
    let fix = |finding: Finding| {
        Some(finding.fix(
            "send the content of the token file, as it is, without quotes or line breaks",
            Safety::ShowOnly,
            &["rolecall token inspect token.txt".into()],
        ))
    };
    if let Some(sent) = sent {
        let what = if sent.value.trim().is_empty() {
            "nothing was sent as token".to_owned()
        } else if sent.value.starts_with('/') {
            format!("the path `{}` was sent in place of the token it names", sent.value)
        } else {
            "what was sent as token is no JWT".to_owned()
        };
        let mut finding = Finding::new(&CHECK, Certainty::Certain, what)
            .because("The log shows what was sent as WebIdentityToken, and it is no token: three base64url parts joined by dots.")
            .at(sent.at, "sent as WebIdentityToken");
        if let Some(said) = said {
            finding = finding.beside(said.at, "STS's answer");
        }
        return fix(finding);
    }
    if let (Some((flaw, at)), raw) = (flaw, case.token().raw.present()) {
        let mut finding = Finding::new(&CHECK, Certainty::Certain, format!("the token is no JWT: {flaw}"))
            .because("STS wants three base64url parts joined by dots, the first two of them JSON objects.");
        if raw.is_some() {
            finding = finding.at(at, "here it stops being a token");
        }
        return fix(finding);
    }
    let said = said?;
    // A well-formed token in the evidence: an algorithm or a claim's type may be what STS could not read.
    let sound = case.token().claims.present().is_some();
    fix(Finding::new(&CHECK, if sound { Certainty::Possible } else { Certainty::Likely }, "STS could not read what was sent as a JWT")
        .because("What the program sent is not three base64url parts, or the first two are no JSON. What was sent is not in the evidence.")
        .at(said.at, "STS's answer"))
}
