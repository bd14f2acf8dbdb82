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
//! Allow the assumption on both sides; where the second role is the first, take the second step out of the configuration.
//!
//! ## Source
//! AWS STS API reference, AssumeRole; AWS Security Blog of September 2022, "Announcing an update to IAM role trust policy
//! behavior"; policy reference rules 10.2 and 10.3.

use rolecall_engine::authorize::{Call, Caller, Decision, Layers, Policies, decide};
use rolecall_model::arn::Arn;
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::quoted;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;

use super::blame::is_assumption;
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
    if let Some((policy, place)) = identity_lacks(case, denial) {
        finding = finding.beside(place, format!("`{policy}` does not allow it"));
    }
    if let Some(role) = second_role(case, second).filter(|role| refuses(role, denial)) {
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
    let first =
        Arn::parse(&denial.principal).and_then(|arn| arn.assumed_role().map(|(name, _)| name.to_owned()));
    let actions = if tags { r#"["sts:AssumeRole","sts:TagSession"]"# } else { r#""sts:AssumeRole""# };
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":{}}}]}}"#,
        quoted(second)
    );
    let put = format!(
        "aws iam put-role-policy --role-name {} --policy-name assume-second-role --policy-document {}",
        shell_word(first.as_deref().unwrap_or("FIRST")),
        shell_word(&policy)
    );
    let (allow, trust) = if tags {
        (
            "allow `sts:TagSession` on the second role in a policy of the first, or send no tags (the GitHub action: \
             `role-skip-session-tagging: true`)",
            "and allow the first role `sts:TagSession` in the second role's trust policy",
        )
    } else {
        (
            "allow `sts:AssumeRole` on the second role in a policy of the first",
            "and name the first role, not one session of it, in the second role's trust policy",
        )
    };
    Some(finding.fix(allow, Safety::ShowOnly, &[put]).fix(trust, Safety::ShowOnly, &[]))
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

fn identity_lacks(case: &Case<'_>, denial: &Denial) -> Option<(String, At)> {
    let policies = case.permission().identity.present()?;
    let parsed: Vec<Policy> = policies.iter().map(|named| Policy::from_node(&named.node)).collect();
    if allowed(&Policies { identity: &parsed, ..Policies::default() }, denial, false) {
        return None;
    }
    let first = policies.first()?;
    let name = first.name.as_ref().map_or("the role's policy", |name| name.value.as_str());
    Some((name.to_owned(), At::new(first.document, first.node.span)))
}

fn second_role<'a>(case: &Case<'a>, arn: &str) -> Option<&'a Role> {
    case.role().others.iter().find(|role| role.arn.value == arn)
}

fn refuses(role: &Role, denial: &Denial) -> bool {
    let Some(trust) = &role.trust else { return false };
    let policy = Policy::from_node(&trust.node);
    !allowed(&Policies { resource: Some(&policy), ..Policies::default() }, denial, true)
}

/// Whether one side alone allows: the other is taken to.
fn allowed(policies: &Policies<'_>, denial: &Denial, other_side: bool) -> bool {
    let open = [Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    )];
    let trust = Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}}"#,
    );
    let policies = if other_side {
        Policies { identity: &open, ..*policies }
    } else {
        Policies { resource: Some(&trust), ..*policies }
    };
    let caller = Caller::from_arn(&denial.principal, None);
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
    !matches!(decide(&Layers::compile(&policies), &call), Decision::ImplicitDeny | Decision::ExplicitDeny)
}
