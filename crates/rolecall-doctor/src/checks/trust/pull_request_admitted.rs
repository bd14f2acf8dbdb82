//! The trust policy admits runs of pull requests.
//!
//! ## What you see
//! Nothing: it works, also for pull requests.
//!
//! ## Why
//! `repo:OWNER/REPO:*` matches `repo:OWNER/REPO:pull_request` as well. Whoever may open a pull request from a branch of the
//! repository can change the workflow that runs in it, and so use the role before anybody reviewed the change.
//!
//! ## How to tell
//! The pattern's last part is a star, or names `pull_request`.
//!
//! ## How to mend it
//! Name the branches or environments that may use the role; give pull requests a role of their own that only reads.
//!
//! ## Source
//! GitHub Docs, "OpenID Connect reference"; doctor rules X7, X8.

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::matches_as_pattern;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.pull-request-admitted",
    title: "the trust policy admits runs of pull requests",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("pull_request_admitted.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let admissions = admissions(case);
    let patterns = admissions
        .iter()
        .flat_map(|admission| admission.subject_patterns().map(move |pattern| (admission, pattern)));
    let (admission, pattern) = patterns.into_iter().find(|(_, pattern)| {
        // The wider patterns have a warning of their own.
        let repository = pattern.text.strip_prefix("repo:").and_then(|rest| rest.split(':').next());
        let named = repository.filter(|repository| !repository.contains(['*', '?']));
        named.is_some_and(|repository| {
            matches_as_pattern(&pattern.text, &format!("repo:{repository}:pull_request"))
        })
    })?;
    Some(
        Finding::new(&CHECK, Certainty::Certain, format!("`{}` also admits pull requests", pattern.text))
            .because("A pull request's run presents the subject `…:pull_request`, which this pattern matches. The workflow in it is that of the pull request.")
            .at(admission.trust.at(pattern.span), "matches `:pull_request` too")
            .fix("name the branches or environments that may use the role", Safety::ShowOnly, &store(case)),
    )
}
