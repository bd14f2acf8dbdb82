//! The token's subject is not the one that the trust policy names.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403). Provider, audience and keys are in order.
//!
//! ## Why
//! The condition on `ISSUER:sub` compares the token's `sub` with what stands in the policy, letter by letter and with
//! case. A Kubernetes subject is `system:serviceaccount:NAMESPACE:NAME`: a chart that names the account otherwise, or
//! another namespace, is enough. GitHub's subject ends in `:ref:refs/heads/BRANCH`, `:ref:refs/tags/TAG`,
//! `:pull_request` or `:environment:NAME`, whichever fits the job; repositories created, renamed or transferred since
//! 15 July 2026 carry ids, `repo:OWNER@ID/REPO@ID:…`, which no pattern of names alone matches.
//!
//! ## How to tell
//! `rolecall token inspect token.txt` shows the subject; compare it with the policy segment by segment. CloudTrail shows it as
//! `userIdentity.userName` of the refused event.
//!
//! ## How to mend it
//! Name this subject in the policy, or make the workload present the one that is named. Widen to a pattern under
//! `StringLike` only when several callers are meant.
//!
//! ## When it is not this
//! A pattern under `StringEquals` that would match is `trust.wildcard-in-equals`; a subject under the key `:aud` is
//! `trust.condition-key-swapped`.
//!
//! ## Source
//! IAM User Guide, "Condition operators"; Kubernetes, "Managing Service Accounts"; GitHub Docs, "OpenID Connect
//! reference"; GitHub changelog of 23 April 2026.

use rolecall_engine::issuers;

use super::{certainty, named, with_admission};
use crate::case::{Case, Via};
use crate::check::Check;
use crate::compare::first_difference;
use crate::exchange::faults::{Fault, at, is_pattern, nearest};
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.subject-mismatch",
    title: "the token's subject is not the one that the trust policy names",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("subject_mismatch.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let exchange = case.exchange(Link::Trust);
    let trust = exchange.trust.as_ref()?;
    let (condition, _) = trust.fault(|fault| *fault == Fault::Subject)?;
    let presented = case.subject()?;
    let predicted = presented.via == Via::Predicted;
    let subject = presented.text;
    let wanted = nearest(condition, &subject.value)?;
    let place = at(trust.document, wanted);
    let title = format!("the trust policy wants another subject than `{}`", subject.value);
    let mut finding = Finding::new(&CHECK, certainty(case), title)
        .because(why(exchange.provider_name.as_deref(), &wanted.text, &subject.value))
        .differs(place, "the policy wants this subject", &wanted.text, &subject.value)
        .beside(
            subject.at,
            if predicted { "from this the caller's subject follows" } else { "the caller presents this one" },
        )
        .beside(
            at(trust.document, &condition.operator),
            if is_pattern(&wanted.text) { "compares as a pattern" } else { "compares letter by letter" },
        );
    if predicted {
        finding = finding.note(
            "the token was not read: its subject is the one that this caller gets unless it was customised",
        );
    }
    if condition.values.len() > 1 {
        finding = finding.note(format!(
            "{} lists {} subjects, none of which fits",
            named(condition),
            condition.values.len()
        ));
    }
    Some(with_admission(
        case,
        finding,
        format!("name `{}` in the condition {}", subject.value, named(condition)),
    ))
}

/// What exactly differs, in the words of the issuer's grammar.
fn why(provider: Option<&str>, wanted: &str, found: &str) -> String {
    let Some(difference) = first_difference(wanted, found) else { return String::new() };
    if difference.case_only || folded_pattern(wanted, found) {
        return "The two differ by letter case alone, and subjects are compared with case. The token carries the \
                current spelling of the platform."
            .into();
    }
    if is_id_qualified(found) && !is_id_qualified(wanted) {
        return "The token's subject carries the ids of owner and repository (`@ID`), as GitHub does for repositories \
                created, renamed or transferred since 15 July 2026. A pattern of names alone never matches it: the \
                `@` comes before the slash."
            .into();
    }
    let provider = provider.unwrap_or_default();
    let differing = issuers::segments(provider, found)
        .into_iter()
        .zip(issuers::segments(provider, wanted))
        .find(|((_, found), (_, wanted))| found != wanted && !is_pattern(wanted));
    match differing {
        Some(((name, found), (wanted_name, wanted))) if name == wanted_name => {
            format!("The {name} is `{found}`, and the policy wants `{wanted}`. Everything before it agrees.")
        }
        Some(((name, found), (wanted_name, wanted))) => {
            format!(
                "The token's subject has the {name} `{found}` where the policy wants the {wanted_name} `{wanted}`."
            )
        }
        None => format!("They part at segment {} of the subject.", difference.segment),
    }
}

fn folded_pattern(wanted: &str, found: &str) -> bool {
    is_pattern(wanted)
        && crate::exchange::faults::matches_as_pattern(
            &wanted.to_ascii_lowercase(),
            &found.to_ascii_lowercase(),
        )
}

/// `repo:OWNER@ID/…`
fn is_id_qualified(subject: &str) -> bool {
    let owner = subject.strip_prefix("repo:").and_then(|rest| rest.split('/').next());
    owner
        .and_then(|owner| owner.split_once('@'))
        .is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}
