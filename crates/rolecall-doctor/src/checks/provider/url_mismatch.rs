//! A provider meant for this issuer exists, but its URL differs.
//!
//! ## What you see
//! `InvalidIdentityToken: No OpenIDConnect provider found in your account for ISSUER` (400), although the provider seems to
//! be there.
//!
//! ## Why
//! IAM compares the token's `iss` without `https://` with the provider's URL as whole strings: a trailing slash, a path,
//! letter case, another region in the host, or a host that was renamed make it another provider. Auth0 and Entra v1
//! issuers end with a slash, and the provider must be registered with it; most others do not.
//!
//! ## How to tell
//! Compare `iss` of the token with the ARN in `aws iam list-open-id-connect-providers`, letter by letter.
//!
//! ## How to mend it
//! A provider's URL cannot be changed: create one with the issuer's exact URL, point the trust policy's principal and
//! condition keys at it, then delete the old one.
//!
//! ## Source
//! Reference sts.md §3.6; IAM User Guide, "Create an OIDC identity provider".

use rolecall_model::provider_url::Likeness;

use crate::case::{Case, Via};
use crate::check::Check;
use crate::exchange::Registered;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::admit::{Values, admit};
use crate::fix::edit::Edit;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "provider.url-mismatch",
    title: "a provider meant for this issuer exists, but its URL differs",
    severity: Severity::Error,
    reads: &[Link::Provider, Link::Token, Link::Role],
    source: include_str!("url_mismatch.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Provider);
    let issuer = case.presented_issuer()?;
    let name = exchange.provider_name.as_deref()?;
    if exchange.registered() == Registered::Yes {
        return None;
    }
    let (text, registered, likeness) = super::resembling(case, name)?;
    let certainty = match (exchange.registered(), issuer.via) {
        (Registered::No, Via::Token | Via::Error | Via::Trail) => Certainty::Certain,
        _ => Certainty::Likely,
    };
    let audience = case.audience().map_or("sts.amazonaws.com".to_owned(), |audience| audience.text.value);
    let finding = Finding::new(
        &CHECK,
        certainty,
        format!("the provider is registered as `{registered}`, the issuer is `{name}`"),
    )
    .because(format!("{} IAM compares them as whole strings.", why(likeness)))
    .differs(text.at, "registered with this URL", name, &registered)
    .beside(issuer.text.at, "the token's issuer");
    let title = "create a provider with the issuer's exact URL, and trust it in the trust policy";
    if let Some(provider) = exchange.federated.clone() {
        let url = issuer.text.value.clone();
        let mut edits = vec![Edit::CreateProvider { provider, url, audiences: vec![audience] }];
        // A limit that somebody set is not touched beside it: what it takes is told by itself, once this is mended.
        let admission = admit(case, Values::Instead).filter(|admission| admission.safety == Safety::Safe);
        edits.extend(admission.map(|admission| admission.edit));
        return Some(finding.change(title, Safety::Review, edits));
    }
    Some(finding.fix(
        title,
        Safety::ShowOnly,
        &[format!(
            "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
            shell_word(&issuer.text.value),
            shell_word(&audience)
        )],
    ))
}

fn why(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Slash => "They differ by a trailing slash.",
        Likeness::Case => "They differ by letter case.",
        Likeness::Scheme => "One of them holds the scheme `https://` once more.",
        Likeness::Path => "They differ in the path.",
        _ => "They differ in the host.",
    }
}
