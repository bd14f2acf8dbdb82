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
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let flaw = trust.flaws.iter().find(|flaw| flaw.gravity() == Gravity::Error)?;
    // IAM would not have stored this: either the file is not what is in force, or it was mended by hand.
    let admitted = case.exchange(Link::Trust).trust_admits() == Some(true);
    Some(
        Finding::new(
            &CHECK,
            if admitted { Certainty::Possible } else { Certainty::Likely },
            format!("the trust policy is invalid: {}", flaw.message),
        )
        .because("IAM refuses to store such a document, or reads it otherwise than it looks.")
        .at(trust.at(flaw.span), &flaw.message)
        .fix("mend the document where the caret points", Safety::Review, &store(case)),
    )
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
        Safety::Review,
        &store(case),
    )
}
