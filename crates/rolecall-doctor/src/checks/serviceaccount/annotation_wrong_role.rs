//! The caller asks for another role than the one that is meant for it.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403): the role that is named exists, and trusts somebody else.
//!
//! ## Why
//! The annotation (or the webhook's ConfigMap, or the job's variable) names a sibling: the role of another environment,
//! another component, or the cluster's own. A role that trusts exactly this caller exists beside it.
//!
//! ## How to tell
//! Of the account's roles one admits this subject, and it is not the one that is named.
//!
//! ## How to mend it
//! Name the role that trusts this caller, then recreate the pods.
//!
//! ## Source
//! Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts".

use rolecall_model::arn::Arn;
use rolecall_model::evidence::role::Role;
use rolecall_policy::document::{Effect, Policy, Statement};

use crate::case::{Case, Requested, RequestedFrom};
use crate::check::Check;
use crate::exchange::faults::{is_exact, is_pattern, matches_as_pattern, split_key};
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::workflow;
use crate::fix::workload::rename_role;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.annotation-wrong-role",
    title: "the caller asks for another role than the one that is meant for it",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Role, Link::Token, Link::Trust],
    source: include_str!("annotation_wrong_role.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let requested = case.requested().filter(|requested| requested.from != RequestedFrom::RoleFile)?;
    let asked = requested.parsed().ok()?;
    let subject = case.subject()?.text.value;
    let roles = case.role();
    // A trust policy alone, without its role's ARN, may well be that of the role that is asked for.
    let known =
        || roles.role.present().into_iter().chain(&roles.others).filter(|role| !role.arn.value.is_empty());
    let named = known().find(|role| role.arn.value == requested.arn.value);
    // The role that is named admits the caller, or was not read: then nothing says that another one was meant.
    let refused = match named {
        Some(role) if roles.role.present().is_some_and(|main| main.arn == role.arn) => {
            case.exchange(Link::Trust).trust_admits() == Some(false)
        }
        Some(role) => !names_subject(role, &subject),
        None => true,
    };
    let meant =
        known().find(|role| role.arn.value != requested.arn.value && names_subject(role, &subject))?;
    let same_name = Arn::parse(&meant.arn.value).and_then(|arn| Some(arn.role_name()? == asked.role_name()?))
        == Some(true);
    if !refused || same_name {
        return None;
    }
    let certainty = if named.is_some() { Certainty::Certain } else { Certainty::Likely };
    Some(finding(case, requested, meant, certainty))
}

fn finding(case: &Case<'_>, requested: &Requested, meant: &Role, certainty: Certainty) -> Finding {
    let account = case.serviceaccount().account.present();
    let fix = account.map(|account| {
        format!(
            "kubectl annotate serviceaccount -n {} {} --overwrite {}",
            shell_word(account.namespace.as_ref().map_or("NAMESPACE", |namespace| namespace.value.as_str())),
            shell_word(&account.name.value),
            shell_word(&format!("eks.amazonaws.com/role-arn={}", meant.arn.value))
        )
    });
    let finding = Finding::new(&CHECK, certainty, format!("`{}` is asked for, and `{}` trusts this caller", requested.arn.value, meant.arn.value))
        .because("The role that is named does not admit this caller; another role does, by its exact subject. The trust policies are in order: the name is not.")
        .differs(requested.arn.at, "the caller asks for this role", &meant.arn.value, &requested.arn.value)
        .beside(meant.arn.at, "this one trusts the caller");
    let title = format!("name `{}`, then make the pods anew", meant.arn.value);
    if let Some(edit) = workflow::rename_role(case, &requested.arn.value, &meant.arn.value) {
        return finding.change(format!("name `{}`", meant.arn.value), Safety::Review, vec![edit]);
    }
    match rename_role(case, &meant.arn.value) {
        Some(edits) => finding.change(title, Safety::Review, edits),
        None => finding.fix(title, Safety::ShowOnly, &fix.into_iter().collect::<Vec<_>>()),
    }
}

/// Whether an Allow statement of the role names exactly this subject, not merely by a pattern that lets in many.
fn names_subject(role: &Role, subject: &str) -> bool {
    let Some(trust) = &role.trust else { return false };
    let policy = Policy::from_node(&trust.node);
    let names = |statement: &Statement| {
        statement.effect == Some(Effect::Allow)
            && statement.conditions.iter().any(|condition| {
                let (_, claim) = split_key(&condition.key.text);
                let fits = |value: &str| {
                    if is_exact(&condition.operator) {
                        value == subject
                    } else {
                        matches_as_pattern(value, subject)
                            && (!is_pattern(value) || value.len() * 2 > subject.len())
                    }
                };
                claim.eq_ignore_ascii_case("sub") && condition.values.iter().any(|value| fits(&value.text))
            })
    };
    policy.statements.iter().any(names)
}
