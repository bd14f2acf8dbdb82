//! Subjects taken apart: the names of their segments by the issuer's grammar.

use super::{Family, known};

/// Name and value of each segment of a subject, in order. Subjects of unknown grammar give numbered segments.
#[must_use]
pub fn segments<'s>(provider: &str, subject: &'s str) -> Vec<(&'static str, &'s str)> {
    if let Some(rest) = subject.strip_prefix("system:serviceaccount:") {
        let (namespace, name) = rest.split_once(':').unwrap_or((rest, ""));
        return vec![("namespace", namespace), ("service account", name)];
    }
    if let Some(rest) = subject.strip_prefix("repo:") {
        return github(rest);
    }
    if known(provider, None).family() == Family::Ci
        || subject.contains(":workspace:")
        || subject.starts_with("project_path:")
    {
        return pairs(subject);
    }
    subject.split([':', '/']).map(|value| ("segment", value)).collect()
}

/// `OWNER/REPO:CONTEXT`; the context is a ref, a pull request, an environment, or what a customised template makes.
fn github(rest: &str) -> Vec<(&'static str, &str)> {
    let (repository, context) = rest.split_once(':').unwrap_or((rest, ""));
    let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
    let mut found = vec![("owner", owner), ("repository", name)];
    let kinds = [
        ("ref:refs/heads/", "branch"),
        ("ref:refs/tags/", "tag"),
        ("environment:", "environment"),
        ("ref:", "ref"),
    ];
    match kinds.iter().find_map(|(prefix, kind)| context.strip_prefix(prefix).map(|value| (*kind, value))) {
        Some(found_context) => found.push(found_context),
        None if context == "pull_request" => found.push(("event", context)),
        None => found.push(("context", context)),
    }
    found
}

/// `key:value:key:value`, as most CI platforms write.
fn pairs(subject: &str) -> Vec<(&'static str, &str)> {
    const NAMES: [&str; 14] = [
        "organization",
        "pipeline",
        "ref",
        "commit",
        "step",
        "project",
        "workspace",
        "run_phase",
        "project_path",
        "ref_type",
        "environment",
        "org",
        "user",
        "account",
    ];
    let mut parts = subject
        .split(':')
        .flat_map(|part| if part.starts_with("org/") { part.split('/').collect() } else { vec![part] });
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        match NAMES.iter().find(|name| **name == part) {
            Some(name) => found.push((*name, parts.next().unwrap_or_default())),
            None => found.push(("segment", part)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammars() {
        type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
        let table: [Row<'_>; 5] = [
            ("x", "system:serviceaccount:ns:sa", &[("namespace", "ns"), ("service account", "sa")]),
            ("x", "repo:o/r:ref:refs/heads/main", &[("owner", "o"), ("repository", "r"), ("branch", "main")]),
            (
                "x",
                "repo:o@1/r@2:pull_request",
                &[("owner", "o@1"), ("repository", "r@2"), ("event", "pull_request")],
            ),
            ("agent.buildkite.com", "organization:o:pipeline:p", &[("organization", "o"), ("pipeline", "p")]),
            ("idp.example.com", "a:b", &[("segment", "a"), ("segment", "b")]),
        ];
        for (provider, subject, wanted) in table {
            assert_eq!(segments(provider, subject), wanted, "{subject}");
        }
    }
}
