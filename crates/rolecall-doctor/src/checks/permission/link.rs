//! The two sides of a chain of roles: the first role's policies and the second role's trust policy, and what each lacks.

use rolecall_engine::authorize::{Call, Caller, Decision, Examination, LayerKind, Layers, Policies, examine};
use rolecall_model::arn::Arn;
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::{pretty, quoted};
use rolecall_model::json::parse;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;

use super::blame::{ANOTHER_ACCOUNT, Beyond, FIRST_DENIES, SECOND_DENIES, beyond, is_assumption};
use super::examined::{everyone, everything};
use super::role_name;
use super::said::Said;
use crate::case::Case;
use crate::fix::edit::Edit;
use crate::fix::trust_policy::TrustPolicyEditor;

/// Whether each side allows the assumption; none where it was not read, or rests on what was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    /// The first role's policies.
    pub first: Option<bool>,
    /// The second role's trust policy.
    pub second: Option<bool>,
    /// What else stands in the way.
    beyond: Beyond,
}

impl Sides {
    /// The sides of a refused assumption.
    pub(super) fn of(case: &Case<'_>, denial: &Denial) -> Sides {
        let role = denial.resource.as_deref().and_then(|arn| second_role(case, arn));
        let trust = role.and_then(|role| Some(Policy::from_node(&role.trust.as_ref()?.node)));
        let first = first(case, denial, trust.as_ref());
        let second = trust.map(|trust| second(case, &trust, denial));
        let allows = |decision: Option<Decision>| match decision? {
            Decision::Allowed => Some(true),
            Decision::ImplicitDeny | Decision::ExplicitDeny => Some(false),
            Decision::Undetermined => None,
        };
        let beyond = match (first, second) {
            (Some(Decision::ExplicitDeny), _) => Beyond::Surely(FIRST_DENIES),
            (_, Some(Decision::ExplicitDeny)) => Beyond::Surely(SECOND_DENIES),
            _ => beyond(case, denial),
        };
        Sides { first: allows(first), second: allows(second), beyond }
    }

    /// The sides of the assumption that the first role's session was refused.
    pub(crate) fn of_case(case: &Case<'_>) -> Option<Sides> {
        let mut own = case.denials().filter(|(denial, _)| {
            is_assumption(&denial.action) && case.is_the_role(&denial.principal) == Some(true)
        });
        own.next().map(|(denial, _)| Sides::of(case, denial))
    }

    /// Whether a side is known not to allow it.
    pub(crate) fn lacks(self) -> bool {
        [self.first, self.second].contains(&Some(false))
    }

    /// What refuses it whatever an Allow more on either side says.
    pub(super) fn stopped_by(self) -> Option<&'static str> {
        match self.beyond {
            Beyond::Surely(what) => Some(what),
            Beyond::Nothing | Beyond::Perhaps(_) => None,
        }
    }

    /// Whether nothing that was read refuses it.
    pub(super) fn all_allow(self) -> bool {
        (self.first, self.second, self.beyond) == (Some(true), Some(true), Beyond::Nothing)
    }

    /// What is not known, in words.
    pub(crate) fn open(self) -> Option<&'static str> {
        match (self.first, self.second) {
            (Some(_), Some(_)) => match self.beyond {
                Beyond::Perhaps(what) | Beyond::Surely(what) => Some(what),
                Beyond::Nothing => None,
            },
            (None, None) => Some("the first role's policies and the second role's trust policy"),
            (None, _) => Some("the first role's policies"),
            (_, None) => Some("the second role's trust policy"),
        }
    }

    /// Whether AWS says that the first role's policies lack it.
    pub(super) fn first_is_said(self, denial: &Denial) -> bool {
        let said = denial.reason.as_deref().unwrap_or_default().to_ascii_lowercase();
        said.contains("no identity-based policy")
    }
}

/// Allows the assumption on each side that lacks it: title and edits. None where one that lacks it cannot be changed from
/// here, or nothing is known to lack.
pub(super) fn linking(case: &Case<'_>, denial: &Denial, sides: &Sides) -> Option<(String, Vec<Edit>)> {
    let arn = denial.resource.as_deref().filter(|_| sides.stopped_by().is_none())?;
    let name = Arn::parse(arn)?.role_name()?.to_owned();
    let (mut steps, mut edits) = (Vec::new(), Vec::new());
    let first = sides.first == Some(false) || (sides.first.is_none() && sides.first_is_said(denial));
    // A trust policy of the same account that names the first role is enough by itself (policy reference rule 10.2).
    let enough = sides.second == Some(false) && in_one_account(case, arn);
    if first && !enough {
        if !conditions(case, denial).is_empty() {
            return None;
        }
        edits.push(allowing(case, denial, arn, &name)?);
        steps.push(format!("allow {} on `{name}` in a policy of the first role", listed(denial)));
    }
    if sides.second == Some(false) {
        edits.push(admitting(case, denial, second_role(case, arn)?)?);
        steps.push(format!("let the first role {} in the trust policy of `{name}`", listed(denial)));
    }
    (!edits.is_empty()).then(|| (steps.join(", and "), edits))
}

/// Whatever is passed with an assumption takes the assumption too.
fn actions(denial: &Denial) -> Vec<&str> {
    let own = denial.action.as_str();
    if own.eq_ignore_ascii_case("sts:AssumeRole") { vec![own] } else { vec!["sts:AssumeRole", own] }
}

fn listed(denial: &Denial) -> String {
    actions(denial).iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(" and ")
}

/// The same as the value of `Action`.
pub(super) fn json(denial: &Denial) -> String {
    match actions(denial).as_slice() {
        [one] => quoted(one),
        all => format!("[{}]", all.iter().map(|action| quoted(action)).collect::<Vec<_>>().join(", ")),
    }
}

/// A policy of the first role with exactly this; none where one of that name is there.
fn allowing(case: &Case<'_>, denial: &Denial, arn: &str, second: &str) -> Option<Edit> {
    let name = format!("assume-{second}");
    let policies = case.permission().identity.present().into_iter().flatten();
    let mut names = policies.filter_map(|named| named.name.as_ref());
    if name.len() > 128 || names.any(|known| known.value == name) {
        return None;
    }
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {}, "Resource": {}}}]}}"#,
        json(denial),
        quoted(arn)
    );
    let document = pretty(&parse(&text).root?, "", "    ");
    Some(Edit::PutRolePolicy { role: role_name(case, denial)?, name, before: None, after: Some(document) })
}

/// A statement more in the second role's trust policy, which names the first role and no session of it; none where the
/// second is in another account, whose roles are not changed from here, or the first role's ARN is not known with its path.
fn admitting(case: &Case<'_>, denial: &Denial, second: &Role) -> Option<Edit> {
    let first = case.role().role.present().map(|role| role.arn.value.as_str())?;
    if !in_one_account(case, &second.arn.value) {
        return None;
    }
    let editor = TrustPolicyEditor::of(case, second)?;
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": {}}}, "Action": {}}}"#,
        quoted(first),
        json(denial)
    );
    editor.edit(editor.add_statement(&statement)?)
}

/// What the first role's policies decide, where the second role's trust policy is not enough by itself.
fn first(case: &Case<'_>, denial: &Denial, trust: Option<&Policy>) -> Option<Decision> {
    let policies = case.permission().identity.present()?;
    let parsed: Vec<Policy> = policies.iter().map(|named| Policy::from_node(&named.node)).collect();
    let nothing = [Policy::from_text(r#"{"Version":"2012-10-17","Statement":[]}"#)];
    let decided = |identity: &[Policy], resource: &Policy, account| {
        let own = Policies { identity, resource: Some(resource), ..Policies::default() };
        examined(case, &own, denial, account).decision
    };
    let enough = trust.filter(|trust| decided(&nothing, trust, None) == Decision::Allowed);
    Some(match enough {
        Some(trust) => decided(&parsed, trust, None),
        None => decided(&parsed, &everyone(), Some(ANOTHER_ACCOUNT)),
    })
}

fn second(case: &Case<'_>, trust: &Policy, denial: &Denial) -> Decision {
    let own = Policies { identity: &[everything()], resource: Some(trust), ..Policies::default() };
    examined(case, &own, denial, Some(ANOTHER_ACCOUNT)).decision
}

/// The conditions under which somebody allows the assumption in a policy of the first role.
pub(super) fn conditions(case: &Case<'_>, denial: &Denial) -> Vec<(At, String)> {
    let policies = case.permission().identity.present().map(Vec::as_slice).unwrap_or_default();
    let parsed: Vec<Policy> = policies.iter().map(|named| Policy::from_node(&named.node)).collect();
    let own = Policies { identity: &parsed, ..Policies::default() };
    let layers = examined(case, &own, denial, Some(ANOTHER_ACCOUNT)).layers;
    let identity = layers.iter().find(|layer| layer.kind == LayerKind::Identity);
    identity.map(|layer| Said::of(layer).conditions(policies)).unwrap_or_default()
}

/// Whether the two roles are of one account.
fn in_one_account(case: &Case<'_>, second: &str) -> bool {
    let first = case.role().role.present().and_then(|role| Arn::parse(&role.arn.value));
    first.zip(Arn::parse(second)).is_some_and(|(first, second)| first.account == second.account)
}

/// The other role that the refused call is about, if it was read.
pub(super) fn second_role<'a>(case: &Case<'a>, arn: &str) -> Option<&'a Role> {
    case.role().others.iter().find(|role| role.arn.value == arn)
}

/// What these policies decide; with another account than its own for the resource, each side must say yes by itself.
fn examined(
    case: &Case<'_>,
    policies: &Policies<'_>,
    denial: &Denial,
    resource_account: Option<&str>,
) -> Examination {
    let own = case.role().role.present().map(|role| role.arn.value.as_str()).filter(|arn| !arn.is_empty());
    let caller = Caller::from_arn(&denial.principal, own);
    let mut context = Context::new();
    context.set_unknown_prefix("");
    let resource = denial.resource.as_deref().unwrap_or("*");
    let call =
        Call { caller: &caller, action: &denial.action, resource, resource_account, context: &context };
    examine(&Layers::compile(policies), &call)
}
