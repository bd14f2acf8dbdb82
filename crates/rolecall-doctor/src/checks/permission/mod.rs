//! Causes after or beside the trust policy.

pub mod action_missing;
mod blame;
pub mod boundary;
pub mod chain;
mod examined;
pub mod explicit_deny;
mod link;
mod mend;
pub mod rcp;
pub mod resource_policy;
mod said;
pub mod scp;
pub mod session_policy;
pub mod vpc_endpoint;

use rolecall_model::arn::Arn;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::json::edit::{pretty, quoted};
use rolecall_model::json::parse;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Safety};
use crate::fix::edit::Edit;
pub(crate) use blame::rests_on;
use blame::{Blame, Layer, blame};
pub(crate) use link::Sides;

/// The finding of a layer that is to blame: what was refused, by what, and where.
fn refused(case: &Case<'_>, check: &Check, layer: Layer, why: &str, fix: &str) -> Option<Finding> {
    let Blame { denial, at, certainty, place, policy, said, .. } =
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
    let permission = case.permission();
    let of_layer = match layer {
        Layer::Identity => permission.identity.present(),
        Layer::Boundary => permission.boundary.present(),
        _ => None,
    };
    let conditions = said.conditions(of_layer.map(Vec::as_slice).unwrap_or_default());
    let limited = !conditions.is_empty();
    for (place, label) in conditions {
        finding = finding.beside(place, label);
    }
    let made = match layer {
        // Somebody allows it under a condition: an Allow without it would undo that.
        Layer::Identity | Layer::Boundary if limited => None,
        Layer::Identity => allowing(case, denial).map(|edit| (fix.to_owned(), vec![edit])),
        Layer::IdentityDeny => mend::denying(case, denial, &said),
        Layer::Boundary => mend::limiting(case, denial, &said),
        _ => None,
    };
    Some(match made {
        Some((title, edits)) => finding.change(title, Safety::Review, edits),
        None => finding.fix(fix, Safety::ShowOnly, &[]),
    })
}

/// The name of the role that was refused.
fn role_name(case: &Case<'_>, denial: &Denial) -> Option<String> {
    let role = case.role().role.present();
    let name = role.and_then(|role| role.name.as_ref()).map(|name| name.value.clone());
    let session = Arn::parse(&denial.principal);
    name.or_else(|| session.as_ref()?.assumed_role().map(|(role, _)| role.to_owned()))
}

/// An inline policy with exactly the refused call; none where the role's name or the resource is not known.
fn allowing(case: &Case<'_>, denial: &Denial) -> Option<Edit> {
    let role = role_name(case, denial)?;
    let words = denial.action.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let statement = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {}, "Resource": {}}}]}}"#,
        quoted(&denial.action),
        quoted(denial.resource.as_deref()?)
    );
    let document = pretty(&parse(&statement).root?, "", "    ");
    let name = format!("allow-{}", words.collect::<String>());
    Some(Edit::PutRolePolicy { role, name, before: None, after: Some(document) })
}
