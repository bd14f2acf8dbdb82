//! No thumbprint of the provider fits the issuer's certificate chain.
//!
//! ## What you see
//! `InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint` (400), now and
//! then only, where the issuer's hosts show different chains.
//!
//! ## Why
//! Where AWS does not trust the authority of the issuer's certificate, one of the provider's thumbprints must be the SHA-1 of
//! the top certificate that the host sends. The thumbprint of the server's own certificate ends with its renewal. Since
//! July 2023 AWS takes no thumbprint into account for issuers whose chain ends at a public authority.
//!
//! ## How to tell
//! `openssl s_client -servername HOST -showcerts -connect HOST:443` and `openssl x509 -fingerprint -sha1 -noout` of the last
//! certificate, for the host of `jwks_uri`.
//!
//! ## How to mend it
//! Put the thumbprint of the top certificate into the list, one for each chain that the hosts show.
//!
//! ## Source
//! IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider".

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "provider.thumbprint-mismatch",
    title: "no thumbprint of the provider fits the issuer's certificate chain",
    severity: Severity::Error,
    reads: &[Link::Provider, Link::Issuer, Link::Token],
    source: include_str!("thumbprint_mismatch.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    // Without STS's own words a difference means nothing: AWS ignores thumbprints for public authorities.
    let said = case.saw(|symptom| *symptom == Symptom::ThumbprintMismatch)?;
    let thumbprints = case.provider().detail.present().and_then(|provider| provider.thumbprints.as_ref());
    let chains = case.issuer().chains.present();
    let mut finding = Finding::new(&CHECK, Certainty::Certain, "no thumbprint of the provider fits the issuer's certificates")
        .because("STS compared the chain that the issuer's host shows with the provider's thumbprints, and none fits. A thumbprint counts for the top certificate that the host sends, not for the server's own.")
        .at(said.at, "STS's answer");
    let mut wanted = Vec::new();
    for chain in chains.into_iter().flatten() {
        let Some(top) = chain.certificates.last() else { continue };
        let listed = thumbprints
            .is_some_and(|list| list.iter().any(|one| one.value.eq_ignore_ascii_case(&top.sha1.value)));
        if !listed {
            finding = finding.beside(top.sha1.at, "the top certificate of this chain is not listed");
            wanted.push(top.sha1.value.clone());
        }
    }
    if let Some(first) = thumbprints.and_then(|list| list.first()) {
        finding = finding.beside(first.at, "the provider's thumbprints");
    }
    let arn = case.exchange(Link::Provider).federated.clone().unwrap_or_else(|| "ARN".into());
    let title = "list the thumbprint of the top certificate of every chain that the hosts show";
    if let (Some(listed), false, Some(provider)) =
        (thumbprints, wanted.is_empty(), &case.exchange(Link::Provider).federated)
    {
        let before: Vec<String> = listed.iter().map(|print| print.value.clone()).collect();
        let after = before.iter().chain(&wanted).cloned().collect();
        let edit = Edit::SetProviderThumbprints { provider: provider.clone(), before, after };
        return Some(finding.change(title, Safety::Review, vec![edit]));
    }
    let kept = thumbprints.into_iter().flatten().map(|one| one.value.clone());
    let list: Vec<_> = kept.chain(wanted.iter().cloned()).map(|one| shell_word(&one)).collect();
    let safety = if wanted.is_empty() { Safety::ShowOnly } else { Safety::Review };
    Some(finding.fix(
        title,
        safety,
        &[format!(
            "aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list {}",
            shell_word(&arn),
            if wanted.is_empty() { "SHA1".into() } else { list.join(" ") }
        )],
    ))
}
