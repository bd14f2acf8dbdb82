//! A resource control policy denies the call.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although trust policy and token agree; or, after the role
//! was assumed, `with an explicit deny in a resource control policy`.
//!
//! ## Why
//! Resource control policies act on the resources of an account, its roles among them, whoever calls. A statement that
//! demands `aws:PrincipalOrgID` and names `sts:AssumeRoleWithWebIdentity` denies every federated caller: it has no such key,
//! and a negated operator holds for an absent key.
//!
//! ## How to tell
//! `aws organizations list-policies --filter RESOURCE_CONTROL_POLICY`, then the policies on the path to the account.
//!
//! ## How to mend it
//! Leave the federated actions out of that statement, and limit them by provider and tenant instead.
//!
//! ## Source
//! Organizations User Guide, "Resource control policies"; aws-samples, data-perimeter-policy-examples.

use rolecall_model::document::At;
use rolecall_policy::document::{Effect, Policy};
use rolecall_policy::trace::Tri;

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.rcp",
    title: "a resource control policy denies the call",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role, Link::Token],
    source: include_str!("rcp.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Permission);
    if !exchange.rcp_refused() {
        let why = "A resource control policy of the organization limits who may use the account's resources.";
        return refused(case, &CHECK, Layer::Rcp, why, "have the resource control policy exempt this caller");
    }
    let levels = case.permission().rcp.present()?;
    let found = levels.iter().zip(exchange.rcp_traces()).find_map(|(level, trace)| {
        let denies =
            trace.statements.iter().find(|s| s.effect == Some(Effect::Deny) && s.applies == Tri::Yes)?;
        let named = level.get(denies.policy)?;
        let statement = Policy::from_node(&named.node).statements.get(denies.statement).cloned()?;
        Some((named, statement))
    });
    let (named, statement) = found?;
    let name = named.name.as_ref().map_or("a resource control policy", |name| name.value.as_str());
    let place = |span| At::new(named.document, span);
    let mut finding = Finding::new(&CHECK, Certainty::Certain, format!("`{name}` denies this caller"))
        .because(
            "The role's account stands under this resource control policy, and its Deny applies. Keys that describe an \
             AWS caller are absent for a federated one, and a negated operator holds for an absent key.",
        )
        .at(place(statement.effect_span.unwrap_or(statement.span)), "this Deny applies");
    for condition in &statement.conditions {
        finding = finding.beside(place(condition.key.span), "holds for this caller");
    }
    Some(finding.fix(
        "leave sts:AssumeRoleWithWebIdentity out of this statement, and limit it by provider and tenant in another",
        Safety::ShowOnly,
        &[],
    ))
}
