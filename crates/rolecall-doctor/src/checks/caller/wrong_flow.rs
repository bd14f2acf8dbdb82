//! The client uses web identity where an instance role or a chain of roles was meant.
//!
//! ## What you see
//! `No OpenIDConnect provider found` or `Not authorized to perform sts:AssumeRoleWithWebIdentity`, for a role whose trust
//! policy names a role of your own machines and no OIDC provider.
//!
//! ## Why
//! Where a token can be had, clients take it: `aws-actions/configure-aws-credentials` uses web identity as soon as the job
//! has `id-token: write`, even if the permission is there for another step; SDKs use it as soon as
//! `AWS_WEB_IDENTITY_TOKEN_FILE` is set. The role was made for `sts:AssumeRole` from another role.
//!
//! ## How to tell
//! The trust policy has only `AWS` principals; the account has no provider for the issuer.
//!
//! ## How to mend it
//! Take the token permission away from that job, or tell the client to chain (`role-chaining: true`); or make the role
//! ready for web identity on purpose.
//!
//! ## Source
//! README of aws-actions/configure-aws-credentials; reference sts.md §3.6.

use rolecall_model::arn::Arn;
use rolecall_model::evidence::attempt::Symptom;

use crate::case::{Case, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;
use crate::pipeline;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.wrong-flow",
    title: "the client uses web identity where an instance role or a chain of roles was meant",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::ServiceAccount, Link::Pod, Link::Token, Link::Provider, Link::Role],
    source: include_str!("wrong_flow.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let trusted = case.trusted()?;
    let principal = trusted.aws.first().filter(|_| trusted.federated.is_empty())?;
    // An annotation that names a role says that web identity was meant.
    if case.phase() != Phase::Exchange || case.annotation().is_some() {
        return None;
    }
    let certainty = if without_provider(case) { Certainty::Likely } else { Certainty::Possible };
    let mut finding = Finding::new(
        &CHECK,
        certainty,
        "web identity is used, and the role is made for \
                                                       another way in",
    )
    .because(format!(
        "The role trusts `{}` and no OIDC provider{}. So it is meant to be assumed with the \
             credentials of that \
             principal (`sts:AssumeRole`), not with a token. Clients prefer the token wherever they can \
             get one.",
        principal.value,
        if certainty == Certainty::Likely { ", and its account has no provider for this issuer" } else { "" }
    ))
    .at(principal.at, "this principal was meant to come in");
    let granted = case.workflows().iter().find_map(pipeline::github::grant_of_id_token);
    if let Some(at) = granted {
        finding = finding.beside(at, "this lets the job have a token");
    }
    Some(finding.fix(
        "take `id-token: write` from the job that assumes this role, or set `role-chaining: true`; in \
         other programs unset AWS_WEB_IDENTITY_TOKEN_FILE",
        Safety::ShowOnly,
        &["unset AWS_WEB_IDENTITY_TOKEN_FILE".into()],
    ))
}

/// Whether the account has no provider for the issuer, by STS's own word or by the list of its providers.
fn without_provider(case: &Case<'_>) -> bool {
    if case.saw(|symptom| matches!(symptom, Symptom::NoProvider { .. })).is_some() {
        return true;
    }
    let issuer = case.presented_issuer().map(|issuer| issuer.text.value);
    let Some(issuer) = issuer else { return false };
    let name = issuer.trim_start_matches("https://");
    case.provider().list.present().is_some_and(|list| {
        !list.iter().filter_map(|arn| Arn::parse(&arn.value)).any(|arn| arn.oidc_provider() == Some(name))
    })
}
