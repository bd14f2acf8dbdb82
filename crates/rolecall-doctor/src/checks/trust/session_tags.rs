//! The call carries session tags or a source identity that the trust policy does not allow.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403) as soon as the token carries tags; the error does not
//! mention them.
//!
//! ## Why
//! Tags in the token's claim `https://aws.amazon.com/tags` need `sts:TagSession`, a source identity needs
//! `sts:SetSourceIdentity`, each allowed by the trust policy for the same principal. One missing permission fails the
//! whole call.
//!
//! ## How to tell
//! The claims hold `https://aws.amazon.com/tags` or `https://aws.amazon.com/source_identity`; the statement allows
//! `sts:AssumeRoleWithWebIdentity` alone.
//!
//! ## How to mend it
//! Allow the action beside the other one, or have the platform leave the tags out.
//!
//! ## Source
//! IAM User Guide, "Pass session tags in AWS STS"; policy reference rule 10.8.

use rolecall_policy::document::Statement;

use super::store;
use crate::case::Case;
use crate::check::Check;
use crate::exchange::pod_identity;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::trust_policy::TrustPolicyEditor;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.session-tags",
    title: "the call carries session tags or a source identity that the trust policy does not allow",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role, Link::ServiceAccount, Link::Issuer],
    source: include_str!("session_tags.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    if let Some(statement) = pod_identity::tag_session_missing(case, trust) {
        let span = statement.action.as_ref().map_or(statement.span, |action| action.span);
        let finding =
            Finding::new(&CHECK, Certainty::Likely, "EKS Pod Identity always passes session tags, and the trust policy does not allow `sts:TagSession`")
                .because("`pods.eks.amazonaws.com` calls `sts:AssumeRole` with tags for cluster, namespace and service account.")
                .at(trust.at(span), "`sts:TagSession` is not here");
        return Some(allowing(case, finding, statement, "sts:TagSession"));
    }
    let (action, claim) = exchange.refused_tags()?;
    let carried = case.token().claims.present().and_then(|claims| {
        let member = claims.node.members().iter().find(|member| member.key.starts_with(claim))?;
        Some(rolecall_model::document::At::new(claims.document, member.key_span))
    });
    let statement = exchange.applying_statement();
    let span = statement.and_then(|statement| statement.action.as_ref()).map(|action| action.span);
    let mut finding = Finding::new(&CHECK, Certainty::Certain, format!("the token carries `{claim}`, and the trust policy does not allow `{action}`"))
        .because("Subject, audience and provider fit; the call fails because one more permission is asked for. STS answers with the same words as for any other refusal.");
    if let Some(span) = span {
        finding = finding.at(trust.at(span), format!("`{action}` is not here"));
    }
    if let Some(at) = carried {
        finding = finding.beside(at, "the token carries this");
    }
    let finding = finding.note(super::IN_VAIN);
    Some(match statement {
        Some(statement) => allowing(case, finding, statement, action),
        None => finding,
    })
}

/// With the edit that allows one more action in the statement.
fn allowing(case: &Case<'_>, finding: Finding, statement: &Statement, action: &str) -> Finding {
    let title = format!("allow `{action}` in the same statement");
    let edit =
        TrustPolicyEditor::open(case).and_then(|editor| editor.edit(editor.add_action(statement, action)?));
    match edit {
        Some(edit) => finding.change(title, Safety::Safe, vec![edit]),
        None => finding.fix(title, Safety::ShowOnly, &store(case)),
    }
}
