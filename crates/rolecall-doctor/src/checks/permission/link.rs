//! The two sides of a chain of roles: the first role's policies and the second role's trust policy, and what each lacks.

use rolecall_engine::authorize::{Call, Caller, Decision, Layers, Policies, decide};
use rolecall_model::arn::Arn;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::{pretty, quoted};
use rolecall_model::json::parse;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;

use super::blame::is_assumption;
use super::role_name;
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
    /// Whether a Deny stands in the way: then an Allow more does not help.
    denied: bool,
}

impl Sides {
    /// The sides of a refused assumption.
    pub(super) fn of(case: &Case<'_>, denial: &Denial) -> Sides {
        let first = first(case, denial);
        let second = denial.resource.as_deref().and_then(|arn| second(case, second_role(case, arn)?, denial));
        let allows = |decision: Option<Decision>| match decision? {
            Decision::Allowed => Some(true),
            Decision::ImplicitDeny | Decision::ExplicitDeny => Some(false),
            Decision::Undetermined => None,
        };
        let denied = [first, second].contains(&Some(Decision::ExplicitDeny));
        Sides { first: allows(first), second: allows(second), denied }
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

    /// The sides that are not known, in words.
    pub(crate) fn open(self) -> Option<&'static str> {
        match (self.first, self.second) {
            (None, None) => Some("the first role's policies and the second role's trust policy"),
            (None, _) => Some("the first role's policies"),
            (_, None) => Some("the second role's trust policy"),
            _ => None,
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
    let arn = denial.resource.as_deref().filter(|_| !sides.denied)?;
    let name = Arn::parse(arn)?.role_name()?.to_owned();
    let (mut steps, mut edits) = (Vec::new(), Vec::new());
    if sides.first == Some(false) || (sides.first.is_none() && sides.first_is_said(denial)) {
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

fn json(denial: &Denial) -> String {
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
    let account = |arn: &str| Arn::parse(arn).filter(|arn| arn.role_name().is_some()).map(|arn| arn.account);
    if account(first)? != account(&second.arn.value)? {
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

fn first(case: &Case<'_>, denial: &Denial) -> Option<Decision> {
    let policies = case.permission().identity.present()?;
    let parsed: Vec<Policy> = policies.iter().map(|named| Policy::from_node(&named.node)).collect();
    let trust = Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}}"#,
    );
    let own = Policies { identity: &parsed, resource: Some(&trust), ..Policies::default() };
    Some(decided(case, &own, denial))
}

fn second(case: &Case<'_>, role: &Role, denial: &Denial) -> Option<Decision> {
    let policy = Policy::from_node(&role.trust.as_ref()?.node);
    let open = [Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    )];
    let own = Policies { identity: &open, resource: Some(&policy), ..Policies::default() };
    Some(decided(case, &own, denial))
}

/// The other role that the refused call is about, if it was read.
pub(super) fn second_role<'a>(case: &Case<'a>, arn: &str) -> Option<&'a Role> {
    case.role().others.iter().find(|role| role.arn.value == arn)
}

/// What one side decides, the other being taken to allow.
fn decided(case: &Case<'_>, policies: &Policies<'_>, denial: &Denial) -> Decision {
    let own = case.role().role.present().map(|role| role.arn.value.as_str()).filter(|arn| !arn.is_empty());
    let caller = Caller::from_arn(&denial.principal, own);
    let mut context = Context::new();
    context.set_unknown_prefix("");
    // Another account, so that each side must say yes by itself.
    let call = Call {
        caller: &caller,
        action: &denial.action,
        resource: denial.resource.as_deref().unwrap_or("*"),
        resource_account: Some("000000000000"),
        context: &context,
    };
    decide(&Layers::compile(policies), &call)
}
