//! The trust policy names no Federated principal at all.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403).
//!
//! ## Why
//! A web identity is a federated principal: the policy must name the OIDC provider under `Federated`. A role made for EC2
//! (`Service`), or one whose trust policy was replaced for role chaining (`AWS`), admits no token. An `AWS` principal
//! with the action `sts:AssumeRoleWithWebIdentity` never applies: that call has no AWS caller.
//!
//! ## How to tell
//! `aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument` shows only `Service` or `AWS` principals.
//!
//! ## How to mend it
//! Add a statement for the provider beside the existing ones, or, where a chain was meant, use `sts:AssumeRole` from the
//! first role.
//!
//! ## Source
//! IAM User Guide, "Principal"; policy reference rules 10.4 to 10.6.

use super::with_admission;
use crate::case::{Case, Via};
use crate::check::Check;
use crate::exchange::pod_identity;
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.no-federated-principal",
    title: "the trust policy names no Federated principal at all",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role, Link::ServiceAccount, Link::Issuer],
    source: include_str!("no_federated_principal.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    if trust.has_federated() || trust.policy.statements.is_empty() || pod_identity::is_meant(case, trust) {
        return None;
    }
    if trust
        .policy
        .statements
        .iter()
        .any(|statement| statement.principal.as_ref().is_some_and(|p| p.everyone.is_some()))
    {
        return None;
    }
    let statement = trust.policy.statements.first()?;
    let span = statement.principal.as_ref().map_or(statement.span, |principal| principal.span);
    // Without any sign of a token the role may be meant for somebody else altogether.
    let certainty = match case.subject().map(|subject| subject.via) {
        Some(Via::Token | Via::Trail) => Certainty::Certain,
        _ if case
            .saw(|symptom| *symptom == rolecall_model::evidence::attempt::Symptom::TrustDenied)
            .is_some() =>
        {
            Certainty::Certain
        }
        Some(_) => Certainty::Likely,
        None => return None,
    };
    let provider = exchange.federated.clone().unwrap_or_else(|| "PROVIDER_ARN".into());
    let finding =
        Finding::new(&CHECK, certainty, "the trust policy admits no web identity")
            .because(
                "Only a Federated principal can be a web identity. This policy names AWS or Service principals alone, \
                 which never apply to AssumeRoleWithWebIdentity, whatever actions stand beside them.",
            )
            .at(trust.at(span), "no Federated principal here");
    let advice = format!(
        "add a statement with the principal {{\"Federated\": \"{provider}\"}}, the action sts:AssumeRoleWithWebIdentity and conditions on `:sub` and `:aud`"
    );
    Some(with_admission(case, finding, advice))
}
