//! The role's account has no OIDC provider for the token's issuer.
//!
//! ## What you see
//! `InvalidIdentityToken: No OpenIDConnect provider found in your account for ISSUER` (400).
//!
//! ## Why
//! IAM must know the issuer before it looks at any role: a provider with exactly the issuer's URL must exist in the account
//! that the role's ARN names. It is not there when nobody created it, when it was deleted with an old cluster, when the
//! cluster was rebuilt and has a new id, or when it exists in the cluster's account and the role lives in another.
//!
//! ## How to tell
//! `aws iam list-open-id-connect-providers` in the role's account; for EKS the issuer is
//! `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer --output text`.
//!
//! ## How to mend it
//! Create it there: `aws iam create-open-id-connect-provider --url ISSUER --client-id-list sts.amazonaws.com`. IAM can
//! verify only issuers that the public internet reaches.
//!
//! ## Source
//! AWS re:Post, "Troubleshoot errors with IAM OIDC federation"; AWS STS API reference, AssumeRoleWithWebIdentity.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::{Case, Via};
use crate::check::Check;
use crate::exchange::Registered;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "provider.missing",
    title: "the role's account has no OIDC provider for the token's issuer",
    severity: Severity::Error,
    reads: &[Link::Provider, Link::Token, Link::Role],
    source: include_str!("missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Provider);
    let said = case.saw(|symptom| matches!(symptom, Symptom::NoProvider { .. }));
    let issuer = case.presented_issuer()?;
    let name = exchange.provider_name.as_deref()?;
    let registered = exchange.registered();
    let certainty = match (registered, said.is_some(), issuer.via) {
        (Registered::Yes, ..) => return None,
        (Registered::No, true, _) | (Registered::No, false, Via::Token) => Certainty::Certain,
        (Registered::No, false, _) => Certainty::Likely,
        (Registered::Unknown, true, _) => Certainty::Likely,
        (Registered::Unknown, false, _) => return None,
    };
    if super::resembling(case, name).is_some() {
        return None;
    }
    let account = exchange.role_account.clone();
    let of = account
        .as_deref()
        .map_or_else(|| "the role's account".to_owned(), |account| format!("account {account}"));
    let mut finding = Finding::new(&CHECK, certainty, format!("{of} has no OIDC provider for `{}`", issuer.text.value))
        .because(
            "STS looks for the issuer among the OIDC providers of the account in the role's ARN, and only then at the role. \
             A provider in another account does not serve this role.",
        )
        .at(issuer.text.at, "this issuer is not registered");
    if let Some(said) = said {
        finding = finding.beside(said.at, "STS's answer");
    }
    if let Some(first) = case.provider().list.present().and_then(|list| list.first()) {
        finding = finding.beside(first.at, "registered are only these");
    }
    let audience = case.audience().map_or("sts.amazonaws.com".to_owned(), |audience| audience.text.value);
    let title = format!("create the provider in {of}");
    if let Some(provider) = exchange.federated.clone().filter(|_| registered == Registered::No) {
        let edit =
            Edit::CreateProvider { provider, url: issuer.text.value.clone(), audiences: vec![audience] };
        return Some(finding.change(title, Safety::Review, vec![edit]));
    }
    Some(finding.fix(
        title,
        Safety::Review,
        &[format!(
            "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
            shell_word(&issuer.text.value),
            shell_word(&audience)
        )],
    ))
}
