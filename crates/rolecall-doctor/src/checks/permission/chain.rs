//! Assuming a second role, or the same role once more, fails.
//!
//! ## What you see
//! `User: arn:aws:sts::…:assumed-role/FIRST/… is not authorized to perform: sts:AssumeRole on resource: …:role/SECOND`.
//!
//! ## Why
//! The web identity was exchanged; the session of the first role then asks for a second one. For that the first role's
//! policies must allow `sts:AssumeRole` on it, and the second role's trust policy must name the first (both across
//! accounts). A trust policy that names one session by its ARN admits that session alone. Since September 2022 a role does
//! not trust itself unless its trust policy says so: tools that are given the role they already have ask for it again.
//!
//! ## How to tell
//! The caller in the message is the first role; the resource is the second.
//!
//! ## How to mend it
//! Allow the assumption where it lacks: in one account a trust policy that names the first role is enough, across accounts
//! both sides must allow; the trust policy of a role in another account is for that account to change. Where a Deny, a
//! boundary or an organization's policy refuses it, an Allow does not help: change that. Where the second role is the first,
//! take the second step out of the configuration.
//!
//! ## Source
//! AWS STS API reference, AssumeRole; AWS Security Blog of September 2022, "Announcing an update to IAM role trust policy
//! behavior"; policy reference rules 10.2 and 10.3.

use rolecall_model::arn::Arn;
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::json::edit::quoted;

use super::blame::is_assumption;
use super::link::{self, Sides, second_role};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.chain",
    title: "assuming a second role, or the same role once more, fails",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("chain.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let assumption = |as_role| {
        move |(denial, _): &(&Denial, At)| {
            is_assumption(&denial.action) && case.is_the_role(&denial.principal) == as_role
        }
    };
    let Some((denial, at)) = case.denials().find(assumption(Some(true))) else {
        // Which role was meant is not known; a machine or a user that signs never used a web identity.
        return case.denials().find(assumption(None)).filter(|_| case.signer().is_none()).and_then(unnamed);
    };
    let second = denial.resource.as_deref().unwrap_or("the second role");
    let itself = case.is_the_role(second) == Some(true);
    let tags = denial.action.eq_ignore_ascii_case("sts:TagSession");
    let title = if itself {
        "the role asks for itself once more".to_owned()
    } else {
        let does = if tags { "pass session tags to" } else { "assume" };
        format!("the role may not {does} `{second}`")
    };
    let mut finding = Finding::new(&CHECK, Certainty::Certain, title)
        .because(if itself {
            "The web identity was exchanged, and the program then asks STS for the role that it already has. A role does not \
             trust itself unless its trust policy and a policy of it say so. The second step is not needed."
        } else if tags {
            "The web identity was exchanged, and the next step assumes a further role with session tags. Passing tags \
             takes `sts:TagSession` beside `sts:AssumeRole`, in the first role's policies and in the second role's trust \
             policy alike."
        } else {
            "The web identity was exchanged; the refused call is the next one, `sts:AssumeRole` with the session of the first \
             role. The first role's policies must allow it, and the second role's trust policy must name the first."
        })
        .at(at, "the refused call");
    let sides = Sides::of(case, denial);
    if let (Some(false), Some((policy, place))) = (sides.first, identity_policy(case)) {
        finding = finding.beside(place, format!("`{policy}` does not allow it"));
    }
    for (place, label) in link::conditions(case, denial) {
        finding = finding.beside(place, label);
    }
    if let Some(role) = second_role(case, second).filter(|_| sides.second == Some(false)) {
        let trust = role.trust.as_ref().map(|trust| At::new(trust.document, trust.node.span));
        finding = finding.beside(
            trust.unwrap_or(role.arn.at),
            "this trust policy does not admit the first role's session",
        );
    }
    if itself {
        return Some(finding.fix(
            "take the role out of the tool's own configuration: the pod already has it",
            Safety::ShowOnly,
            &[],
        ));
    }
    if let Some(what) = sides.stopped_by() {
        let title = format!("change {what}, which refuses it: an Allow more in either role does not help");
        return Some(finding.fix(title, Safety::ShowOnly, &[]));
    }
    if sides.all_allow() {
        let title = "look for what else refuses it: a service control policy, a permissions boundary or a session policy \
                     that was not read, or a policy that was changed since";
        return Some(finding.note("the policies of both roles, as they were read, allow it").fix(
            title,
            Safety::ShowOnly,
            &[],
        ));
    }
    let advice = Advice::of(denial, second, tags);
    let Some((title, edits)) = link::linking(case, denial, &sides) else {
        return Some(finding.fix(advice.first, Safety::ShowOnly, &[advice.put]).fix(
            format!("and {}", advice.second),
            Safety::ShowOnly,
            &[],
        ));
    };
    finding = finding.change(title, Safety::Review, edits);
    if sides.first.is_none() && !sides.first_is_said(denial) {
        finding =
            finding.fix(format!("where it does not yet, {}", advice.first), Safety::ShowOnly, &[advice.put]);
    }
    if sides.second.is_none() {
        finding = finding.fix(format!("where it does not yet, {}", advice.second), Safety::ShowOnly, &[]);
    }
    Some(finding)
}

/// What to do by hand, side by side.
struct Advice {
    first: &'static str,
    second: &'static str,
    /// The command for the first.
    put: String,
}

impl Advice {
    fn of(denial: &Denial, second: &str, tags: bool) -> Advice {
        let arn = Arn::parse(&denial.principal);
        let first = arn.as_ref().and_then(Arn::assumed_role).map(|(name, _)| name);
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{},"Resource":{}}}]}}"#,
            link::json(denial),
            quoted(second)
        );
        let put = format!(
            "aws iam put-role-policy --role-name {} --policy-name assume-second-role --policy-document {}",
            shell_word(first.unwrap_or("FIRST")),
            shell_word(&policy)
        );
        let (first, second) = if tags {
            (
                "allow `sts:TagSession` on the second role in a policy of the first, or send no tags (the GitHub action: \
                 `role-skip-session-tagging: true`)",
                "allow the first role `sts:TagSession` in the second role's trust policy",
            )
        } else {
            (
                "allow `sts:AssumeRole` on the second role in a policy of the first",
                "name the first role, not one session of it, in the second role's trust policy",
            )
        };
        Advice { first, second, put }
    }
}

/// Some role's session may not assume another one.
fn unnamed((denial, at): (&Denial, At)) -> Option<Finding> {
    let session = Arn::parse(&denial.principal)?;
    let (first, _) = session.assumed_role()?;
    let second = denial.resource.as_deref().unwrap_or("the second role");
    Some(
        Finding::new(&CHECK, Certainty::Possible, format!("a session of `{first}` may not assume `{second}`"))
            .because(format!(
                "If `{first}` is the role of the web identity, the exchange went well and the next step is refused: \
                 policies of the first role must allow `sts:AssumeRole`, and the second role's trust policy must name \
                 the first. If it is another role, the web identity was never used."
            ))
            .at(at, "the refused call")
            .fix(
                "allow `sts:AssumeRole` on the second role in a policy of the first, and name the first in the second's trust policy",
                Safety::ShowOnly,
                &[],
            ),
    )
}

/// The first policy of the first role.
fn identity_policy(case: &Case<'_>) -> Option<(String, At)> {
    let first = case.permission().identity.present()?.first()?;
    let name = first.name.as_ref().map_or("the role's policy", |name| name.value.as_str());
    Some((name.to_owned(), At::new(first.document, first.node.span)))
}
