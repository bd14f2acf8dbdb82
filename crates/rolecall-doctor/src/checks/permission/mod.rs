//! Causes after or beside the trust policy.

pub mod action_missing;
mod blame;
pub mod boundary;
pub mod chain;
pub mod explicit_deny;
pub mod rcp;
pub mod resource_policy;
pub mod scp;
pub mod session_policy;
pub mod vpc_endpoint;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Safety};
use blame::{Blame, Layer, blame};

/// The finding of a layer that is to blame: what was refused, by what, and where.
fn refused(case: &Case<'_>, check: &Check, layer: Layer, why: &str, fix: &str) -> Option<Finding> {
    let Blame { denial, at, certainty, place, policy, .. } =
        blame(case).filter(|blame| blame.layer == layer)?;
    let resource = denial.resource.as_deref().map(|resource| format!(" on `{resource}`")).unwrap_or_default();
    let title = format!("the role may not `{}`{resource}", denial.action);
    let mut finding = Finding::new(check, certainty, title)
        .because(format!("The role was assumed: trust policy, provider and token are in order. {why}"))
        .at(at, "the refused call");
    if let Some(place) = place {
        finding = finding.beside(place, "this decides");
    }
    if let Some(policy) = policy {
        finding = finding.note(format!("the policy is `{policy}`"));
    }
    Some(finding.fix(fix, Safety::Review, &[]))
}
