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

use rolecall_engine::issuers::known;
use rolecall_model::document::Text;
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::issuer::{Certificate, Chain};

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
    let thumbprints = case.provider().detail.present().and_then(|provider| provider.thumbprints.as_ref());
    let chains = case.issuer().chains.present();
    // A difference alone means nothing: AWS ignores thumbprints for public authorities. Either STS says so itself, or the
    // chain was held against a trust store that does not know its authority, and no thumbprint vouches for it.
    let said = case.saw(|symptom| *symptom == Symptom::ThumbprintMismatch);
    let untrusted =
        chains.into_iter().flatten().find(|chain| chain.untrusted.is_some() && !listed(chain, thumbprints));
    let untrusted = untrusted.filter(|_| !has_public_authority(case));
    let (certainty, because, at, label) = match (said, untrusted.and_then(|chain| chain.untrusted)) {
        (Some(said), _) => (
            Certainty::Certain,
            "STS compared the chain that the issuer's host shows with the provider's thumbprints, and none fits. A thumbprint counts for the top certificate that the host sends, not for the server's own.",
            said.at,
            "STS's answer",
        ),
        (None, Some(at)) if thumbprints.is_some() => (
            Certainty::Likely,
            "The issuer's host shows a chain whose authority this machine's trust store does not know; AWS's knows the same public ones. Then one of the provider's thumbprints must be that of a certificate in the chain, and none is.",
            at,
            "not a public authority",
        ),
        _ => return None,
    };
    let mut finding =
        Finding::new(&CHECK, certainty, "no thumbprint of the provider fits the issuer's certificates")
            .because(because)
            .at(at, label);
    let mut wanted = Vec::new();
    for chain in chains.into_iter().flatten() {
        let Some(top) = chain.certificates.last() else { continue };
        if !has(thumbprints, top) && !wanted.contains(&top.sha1.value) {
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

/// Whether the issuer is one whose certificate is known to be public. Where its authority is not known here, somebody
/// between here and it, such as a company's proxy, shows a certificate of his own.
fn has_public_authority(case: &Case<'_>) -> bool {
    let provider = case.provider().detail.present();
    provider.is_some_and(|provider| !known(&provider.url.value, None).issuer().hosts.is_empty())
}

fn has(thumbprints: Option<&Vec<Text>>, certificate: &Certificate) -> bool {
    let alike = |one: &Text| one.value.eq_ignore_ascii_case(&certificate.sha1.value);
    thumbprints.is_some_and(|list| list.iter().any(alike))
}

/// Whether any certificate of the chain is listed: one that signs it vouches for it.
fn listed(chain: &Chain, thumbprints: Option<&Vec<Text>>) -> bool {
    chain.certificates.iter().any(|certificate| has(thumbprints, certificate))
}
