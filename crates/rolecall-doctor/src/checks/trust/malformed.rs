//! The trust policy, or a principal in it, is invalid.
//!
//! ## What you see
//! `MalformedPolicyDocument` when the policy is stored (`Invalid principal in policy`, `Syntax errors in policy`, …), or a
//! 403 because a statement means something else than it seems to: a key written twice keeps only its last value.
//!
//! ## Why
//! IAM checks a policy's grammar when it is stored. It also resolves the ARNs of AWS principals: a role or user that does
//! not exist is an invalid principal.
//!
//! ## How to tell
//! The places below; `aws accessanalyzer validate-policy --policy-type RESOURCE_POLICY` says the same.
//!
//! ## How to mend it
//! Mend the document. For an invalid principal, create the role first, or correct its name, path or account.
//!
//! ## Source
//! IAM User Guide, "Grammar of the IAM JSON policy language", "Principal"; IAM policy validation check reference.

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::json::{Member, Node};
use rolecall_policy::validate::Gravity;

use super::store;
use crate::case::Case;
use crate::check::Check;
use crate::exchange::trust::TrustView;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.malformed",
    title: "the trust policy, or a principal in it, is invalid",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("malformed.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    if let Some(seen) = case.saw(|symptom| matches!(symptom, Symptom::MalformedPolicy { .. })) {
        return Some(refused_to_store(case, seen));
    }
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    if let Some(finding) = dropped(case, trust) {
        return Some(finding);
    }
    let flaw = trust.flaws.iter().find(|flaw| flaw.gravity() == Gravity::Error)?;
    // IAM would not have stored this: it counts where it lies in the statement that should have let the caller in.
    let inside = trust.nearest_statement().is_some_and(|(statement, _)| statement.span.covers(flaw.span));
    let decides = inside || trust.policy.statements.iter().all(|statement| statement.broken.any());
    let certainty = if decides && exchange.trust_admits() != Some(true) {
        Certainty::Likely
    } else {
        Certainty::Possible
    };
    Some(
        Finding::new(&CHECK, certainty, format!("the trust policy is invalid: {}", flaw.message))
            .because("IAM refuses to store such a document, or reads it otherwise than it looks.")
            .at(trust.at(flaw.span), &flaw.message)
            .fix("mend the document where the caret points", Safety::ShowOnly, &store(case)),
    )
}

/// A key that stands twice keeps its last value alone: the one that was lost would have let the caller in.
fn dropped(case: &Case<'_>, trust: &TrustView) -> Option<Finding> {
    if case.exchange(Link::Trust).trust_admits() != Some(false) {
        return None;
    }
    let presented = &case.exchange(Link::Trust).presented;
    let values = [&presented.subject, &presented.audience]
        .into_iter()
        .flatten()
        .map(|one| one.text.value.as_str())
        .collect::<Vec<_>>();
    let node = &case.role().role.present()?.trust.as_ref()?.node;
    let statements = node.get("Statement").map(Node::one_or_many).unwrap_or_default();
    let blocks = statements.iter().filter_map(|statement| statement.get("Condition"));
    let lost = blocks.flat_map(|condition| {
        lost_members(condition)
            .into_iter()
            .chain(condition.members().iter().flat_map(|block| lost_members(&block.value)))
    });
    let member = lost.into_iter().find(|member| holds(&member.value, &values))?;
    Some(
        Finding::new(&CHECK, Certainty::Likely, format!("`{}` stands twice, and only the last one counts", member.key))
            .because("IAM keeps the last of two equal keys in one object and drops the other without a word. The value that was dropped is the one that fits this caller.")
            .at(trust.at(member.key_span), "dropped: the same key follows")
            .fix("put the values into one list under one key", Safety::ShowOnly, &store(case)),
    )
}

fn lost_members(node: &Node) -> Vec<&Member> {
    let members = node.members();
    let later = |index: usize, key: &str| members.iter().skip(index + 1).any(|member| member.key == key);
    members
        .iter()
        .enumerate()
        .filter(|(index, member)| later(*index, &member.key))
        .map(|(_, member)| member)
        .collect()
}

fn holds(node: &Node, values: &[&str]) -> bool {
    node.scalar().is_some_and(|text| values.contains(&text))
        || node.elements().iter().any(|element| holds(element, values))
        || node.members().iter().any(|member| holds(&member.value, values))
}

fn refused_to_store(case: &Case<'_>, seen: &rolecall_model::evidence::attempt::Observation) -> Finding {
    let message = match &seen.symptom {
        Symptom::MalformedPolicy { message } => message.as_str(),
        _ => "",
    };
    let mut finding = Finding::new(&CHECK, Certainty::Certain, format!("IAM refuses the policy: {message}"))
        .because(
            "The policy never came into force. For an AWS principal IAM looks up the role or user when the policy is \
             stored; one that does not exist, or lies under another path or in another account, is an invalid principal.",
        )
        .at(seen.at, "IAM's answer");
    for draft in &case.role().drafts {
        let view = TrustView::read(draft);
        for entry in
            view.policy.statements.iter().flat_map(|statement| &statement.principal).flat_map(|p| &p.entries)
        {
            if message.contains(&entry.value.text) {
                finding = finding.beside(view.at(entry.value.span), "this principal");
            }
        }
    }
    for lookup in case.evidence().lookups.iter().filter(|lookup| lookup.absent) {
        finding = finding.beside(lookup.answer.at, "it does not exist");
    }
    finding.fix(
        "create what the principal names, or correct its ARN, then store the policy again",
        Safety::ShowOnly,
        &store(case),
    )
}
