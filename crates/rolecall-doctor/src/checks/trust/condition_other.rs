//! Another condition of the trust policy fails: an address, a date, a tag, a session name, a set operator.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403). Subject and audience fit.
//!
//! ## Why
//! Every condition of a statement must hold. `aws:SourceIp` never matches a private address; a NAT's address changes; a date
//! passes; `sts:RoleSessionName` is whatever the SDK invents; a claim such as `environment` is absent unless the job names
//! one. For EKS Pod Identity the caller is the service `pods.eks.amazonaws.com`, with its own `aws:SourceArn`.
//!
//! ## How to tell
//! `rolecall simulate --trust trust.json --token token.claims.json` shows each condition with its value.
//!
//! ## How to mend it
//! Name what this call has to show (its address, its claim) beside what the condition names, or take the condition out where
//! there is nothing to name. It is a limit that somebody set, and where the statement admits other subjects too, they are let
//! off with it: ask before.
//!
//! ## Source
//! IAM User Guide, "Condition"; policy reference sections 4, 5 and 10.12; Amazon EKS User Guide, "EKS Pod Identity".

use super::{certainty, store, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{Fault, at, split_key};
use crate::exchange::pod_identity;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::trust_policy::TrustPolicyEditor;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.condition-other",
    title: "another condition of the trust policy fails",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role, Link::ServiceAccount, Link::Issuer],
    source: include_str!("condition_other.rs"),
    run: check,
};

/// What the call has for the key, where the evidence tells.
fn carried(case: &Case<'_>, key: &str) -> String {
    let (_, claim) = split_key(key);
    if key.eq_ignore_ascii_case("aws:SourceIp") {
        let address = case.refusal_in_trail().and_then(|event| event.source_ip.as_deref());
        return address.map(|address| format!(": it came from `{address}`")).unwrap_or_default();
    }
    if key.eq_ignore_ascii_case("aws:CurrentTime") {
        return case.now().map(|now| format!(": it was made at {now}")).unwrap_or_default();
    }
    let Some(claims) = case.token().claims.present() else { return String::new() };
    let values: Vec<String> =
        claims.texts(claim).into_iter().map(|text| format!("`{}`", text.value)).collect();
    if values.is_empty() { String::new() } else { format!(": the token has {}", values.join(", ")) }
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    if let Some((statement, condition)) = pod_identity::failed_condition(case, trust) {
        let finding = Finding::new(&CHECK, Certainty::Likely, format!("`{}` does not fit EKS Pod Identity's call", condition.key.text))
            .because(
                "This role is assumed by the service `pods.eks.amazonaws.com`, not by a web identity. Its call carries the \
                 cluster's ARN as `aws:SourceArn` and the cluster's account as `aws:SourceAccount`; the condition wants \
                 something else.",
            )
            .at(at(trust.document, condition.values.first().unwrap_or(&condition.key)), "does not match the call");
        let title =
            format!("take the condition on `{}` out, or write the cluster's own ARN", condition.key.text);
        let removed = TrustPolicyEditor::open(case)
            .and_then(|editor| editor.edit(editor.remove_conditions(statement, &[condition])?));
        return Some(match removed {
            Some(edit) => finding.change(title, Safety::Review, vec![edit]),
            None => finding.fix(title, Safety::ShowOnly, &store(case)),
        });
    }
    let (condition, _) = trust.fault(|fault| *fault == Fault::Other)?;
    let value = condition.values.first().unwrap_or(&condition.key);
    let values: Vec<_> = condition.values.iter().map(|value| value.text.as_str()).collect();
    let finding =
        Finding::new(&CHECK, certainty(case), format!("the condition on `{}` fails", condition.key.text))
            .because(format!(
                "`{}` compares `{}` with {}, and this call does not fulfil it{}.",
                condition.operator.text,
                condition.key.text,
                values.join(" or "),
                carried(case, &condition.key.text)
            ))
            .at(at(trust.document, value), "not fulfilled by this call")
            .beside(at(trust.document, &condition.key), "this key");
    Some(with_admission(
        case,
        finding,
        format!("change or take out the condition on `{}`", condition.key.text),
    ))
}
