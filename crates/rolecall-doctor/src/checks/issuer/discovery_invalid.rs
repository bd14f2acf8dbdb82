//! The issuer's discovery document is wrong.
//!
//! ## What you see
//! `Couldn't retrieve verification key from your identity provider` (400), although both documents can be fetched.
//!
//! ## Why
//! The document's `issuer` must equal the token's `iss`, and `jwks_uri` must be an https URL. Documents copied from another
//! cluster, uploaded before a rename, or served with an error page in their place fail.
//!
//! ## How to tell
//! `curl -sS ISSUER/.well-known/openid-configuration`
//!
//! ## How to mend it
//! Publish the document that belongs to this issuer.
//!
//! ## Source
//! OpenID Connect Discovery 1.0 §3 and §4.3; reference sts.md §3.5.

use rolecall_model::document::At;
use rolecall_model::evidence::UnreadReason;
use rolecall_model::span::Span;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "issuer.discovery-invalid",
    title: "the issuer's discovery document is wrong",
    severity: Severity::Error,
    reads: &[Link::Issuer, Link::Token],
    source: include_str!("discovery_invalid.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = super::key_not_retrieved(case).is_some();
    let certainty = if said { Certainty::Certain } else { Certainty::Likely };
    let fix = |finding: Finding| {
        Some(finding.fix("publish the discovery document that belongs to this issuer", Safety::ShowOnly, &[]))
    };
    let Some(discovery) = case.issuer().discovery.present() else {
        let finding =
            Finding::new(&CHECK, certainty, "what the issuer serves as its discovery document is no JSON");
        return fix(finding
            .because("STS reads `issuer` and `jwks_uri` from it. A page of another server, or of a proxy, stands in its place.")
            .at(page(case)?, "no JSON"));
    };
    let whole = discovery.at(&discovery.node);
    let Some(issuer) = discovery.text("issuer") else {
        return fix(Finding::new(&CHECK, certainty, "the discovery document names no issuer")
            .because("STS compares `issuer` with the token's `iss`.")
            .at(whole, "no `issuer` here"));
    };
    let claimed = case.token().claims.present().and_then(|claims| claims.text("iss"));
    let token = claimed.or_else(|| case.issuer().cluster.present()?.issuer.clone());
    if let Some(token) = token.filter(|token| token.value != issuer.value) {
        return fix(Finding::new(
            &CHECK,
            certainty,
            format!("the discovery document is that of `{}`", issuer.value),
        )
        .because("STS compares `issuer` in the document with the token's `iss`, letter by letter.")
        .differs(issuer.at, "another issuer", &token.value, &issuer.value)
        .beside(token.at, "the token's issuer"));
    }
    let Some(uri) = discovery.text("jwks_uri") else {
        return fix(Finding::new(&CHECK, certainty, "the discovery document names no `jwks_uri`")
            .because("Without it STS does not know where the keys are.")
            .at(whole, "no `jwks_uri` here"));
    };
    if uri.value.starts_with("https://") {
        return None;
    }
    fix(Finding::new(&CHECK, certainty, format!("`{}` is no https URL", uri.value))
        .because("STS fetches keys over https alone.")
        .at(uri.at, "not https"))
}

/// The beginning of what was served in the document's place. One that only breaks off may have been copied badly.
fn page(case: &Case<'_>) -> Option<At> {
    let broken = matches!(case.issuer().discovery.unread()?.reason, UnreadReason::Broken(_));
    let mut documents = case.evidence().documents.iter();
    let (id, document) = documents.find(|(_, one)| one.name.eq_ignore_ascii_case("discovery.json"))?;
    let line = document.text.lines().next().unwrap_or_default();
    let is_json = document.text.trim_start().starts_with('{');
    (broken && !is_json).then(|| At::new(id, Span::new(0, line.len())))
}
