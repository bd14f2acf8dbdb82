//! The statement for this provider does not allow `sts:AssumeRoleWithWebIdentity`.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403). Principal and conditions are right.
//!
//! ## Why
//! `sts:AssumeRole` is another action: it is for AWS principals. CDK's `FederatedPrincipal` uses it unless told otherwise, and
//! copied policies keep `sts:AssumeRoleWithSAML`.
//!
//! ## How to tell
//! The statement's `Action` lists neither `sts:AssumeRoleWithWebIdentity` nor a pattern that covers it.
//!
//! ## How to mend it
//! Replace the action. In CDK use `WebIdentityPrincipal` or `OpenIdConnectPrincipal`.
//!
//! ## Source
//! Policy reference rule 10.6; ValidatePolicy, "mismatched action for principal".

use rolecall_policy::trace::Tri;

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.action-missing",
    title: "the statement for this provider does not allow sts:AssumeRoleWithWebIdentity",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("action_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let (statement, nearest) = trust.nearest_statement()?;
    if nearest.principal != Tri::Yes || nearest.action != Tri::No {
        return None;
    }
    let action = statement.action.as_ref();
    let span =
        action.and_then(|action| action.patterns.first()).map_or(statement.span, |pattern| pattern.span);
    let allowed: Vec<_> =
        action.iter().flat_map(|action| &action.patterns).map(|word| word.text.as_str()).collect();
    let finding =
        Finding::new(&CHECK, certainty(case), format!("the statement allows {}, not sts:AssumeRoleWithWebIdentity", list(&allowed)))
            .because("A web identity calls `sts:AssumeRoleWithWebIdentity`. Every other action, `sts:AssumeRole` included, is another call.")
            .differs(trust.at(span), "not the action of this call", "sts:AssumeRoleWithWebIdentity", allowed.join(", "));
    Some(with_admission(case, finding, "allow `sts:AssumeRoleWithWebIdentity` in this statement".into()))
}

fn list(actions: &[&str]) -> String {
    if actions.is_empty() { "no action".into() } else { format!("`{}`", actions.join("`, `")) }
}
