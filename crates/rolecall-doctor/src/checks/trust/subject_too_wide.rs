//! A subject pattern lets in more callers than anybody means.
//!
//! ## What you see
//! Nothing: it works, for others too.
//!
//! ## Why
//! `*` crosses `:` and `/`. `repo:org/*` admits every repository of the owner, `repo:org*` also those of `org-evil`,
//! `repo:org/repo*` also `repo-evil`, `system:serviceaccount:*` every account of every namespace.
//!
//! ## How to tell
//! The pattern's star stands where the owner, the repository, the namespace or the account should be named.
//!
//! ## How to mend it
//! Name them. Where many are meant, list them.
//!
//! ## Source
//! Policy reference rules 5.3 and 11.5; doctor rules X5, X6, X16.

use super::{admissions, store};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.subject-too-wide",
    title: "a subject pattern lets in more callers than anybody means",
    severity: Severity::Warning,
    reads: &[Link::Trust, Link::Role],
    source: include_str!("subject_too_wide.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let admissions = admissions(case);
    let wide = admissions
        .iter()
        .flat_map(|admission| admission.subject_patterns().map(move |pattern| (admission, pattern)));
    let (admission, pattern, who) = wide
        .into_iter()
        .find_map(|(admission, pattern)| Some((admission, pattern, reach(&pattern.text)?)))?;
    Some(
        Finding::new(&CHECK, Certainty::Certain, format!("`{}` admits {who}", pattern.text))
            .because("A star in a subject stands for any text, colons and slashes included.")
            .at(admission.trust.at(pattern.span), "too wide")
            .fix("name the callers that are meant", Safety::ShowOnly, &store(case)),
    )
}

/// Whom a pattern admits beyond what its author can have meant; none for patterns that name owner and repository, or
/// namespace and account.
fn reach(pattern: &str) -> Option<&'static str> {
    let star = pattern.find(['*', '?'])?;
    if let Some(rest) = pattern.strip_prefix("repo:") {
        let repository = rest.split(':').next().unwrap_or(rest);
        let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
        return match (owner.contains(['*', '?']), name) {
            (true, _) => Some("repositories of other owners"),
            (false, "*") => Some("every repository of the owner"),
            (false, name) if name.ends_with('*') && rest.split(':').nth(1).is_none() => {
                Some("other repositories whose names begin alike")
            }
            _ => None,
        };
    }
    if let Some(rest) = pattern.strip_prefix("system:serviceaccount:") {
        let (namespace, account) = rest.split_once(':').unwrap_or((rest, "*"));
        return match (namespace.contains('*'), account) {
            (true, "*") => Some("every service account of every namespace"),
            (true, _) => Some("service accounts of any namespace"),
            (false, "*") if namespace == "default" => Some("every service account of the default namespace"),
            _ => None,
        };
    }
    (star == 0 && pattern.trim_matches('*').is_empty()).then_some("everybody whom the issuer knows")
}

#[cfg(test)]
mod tests {
    use super::reach;

    #[test]
    fn wide_and_narrow() {
        for wide in [
            "*",
            "repo:*",
            "repo:org*",
            "repo:org/*",
            "repo:org/*:ref:refs/heads/main",
            "repo:org/app*",
            "system:serviceaccount:*:app",
            "system:serviceaccount:*",
        ] {
            assert!(reach(wide).is_some(), "{wide}");
        }
        for narrow in [
            "repo:org/app:*",
            "repo:org/app:ref:refs/heads/*",
            "system:serviceaccount:ns:*",
            "system:serviceaccount:ns:app-*",
            "organization:o:*",
            "repo:org/app:ref:refs/heads/main",
        ] {
            assert_eq!(reach(narrow), None, "{narrow}");
        }
    }
}
