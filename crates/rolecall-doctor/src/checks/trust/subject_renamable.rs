//! A GitHub subject by names alone will break when the repository is renamed or transferred.
//!
//! ## What you see
//! Nothing yet. After a rename or transfer: `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403).
//!
//! ## Why
//! Since 15 July 2026 GitHub gives repositories that are created, renamed or transferred subjects with ids,
//! `repo:OWNER@ID/REPO@ID:…`, which no pattern of names matches. Names can also be taken by others once they are free; ids
//! cannot.
//!
//! ## How to tell
//! The subject in the policy has no `@` before the slash, and the token's has none either.
//!
//! ## How to mend it
//! Trust both forms for a while, then the one with ids alone. `repository_id` of the token gives the number.
//!
//! ## Source
//! GitHub changelog of 23 April 2026, "Immutable subject claims for GitHub Actions OIDC tokens"; doctor rules R16, X10.

use rolecall_engine::issuers::known;

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.subject-renamable",
    title: "a GitHub subject by names alone will break when the repository is renamed or transferred",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("subject_renamable.rs"),
    run: check,
};

/// 23 April 2026: announced. Before that nobody could have written it otherwise.
const ANNOUNCED: i64 = 1_776_902_400;

fn check(case: &Case<'_>) -> Option<Finding> {
    case.now().filter(|now| now.0 >= ANNOUNCED)?;
    let admissions = admissions(case);
    let github = admissions.iter().filter(|admission| known(admission.provider, None).is_github());
    let values = github.flat_map(|admission| {
        admission.on_claim("sub").flat_map(|condition| &condition.values).map(move |value| (admission, value))
    });
    let values: Vec<_> = values.collect();
    let by_ids = |text: &str| text.split('/').next().is_some_and(|owner| owner.contains('@'));
    // Both forms side by side are the way to migrate.
    if values.iter().any(|(_, value)| by_ids(&value.text)) {
        return None;
    }
    let (admission, value) =
        values.into_iter().find(|(_, value)| value.text.starts_with("repo:") && value.text.contains('/'))?;
    Some(
        Finding::new(
            &CHECK,
            Certainty::Certain,
            format!("`{}` names owner and repository without their ids", value.text),
        )
        .because(
            "A rename or transfer gives the repository a subject with ids, which this value does not match.",
        )
        .at(admission.trust.at(value.span), "names alone")
        .fix(
            "trust the form with ids beside this one, `repo:OWNER@OWNER_ID/REPO@REPO_ID:…`",
            Safety::ShowOnly,
            &store(case),
        ),
    )
}
