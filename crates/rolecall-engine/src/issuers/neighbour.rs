//! Subjects next to a given one, made by the issuer's grammar: a sample of who else a trust policy may admit.

use super::segments;

/// A subject that is not the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who presents it, in a few words without article.
    pub who: String,
    /// The subject.
    pub subject: String,
    /// Claims that go with it, beside `iss`, `aud` and `sub`.
    pub claims: Vec<(&'static str, String)>,
}

/// The neighbours of `subject`: each differs from it in one segment, or in the kind of event. The same subject gives
/// the same neighbours in the same order.
#[must_use]
pub fn neighbours(provider: &str, subject: &str) -> Vec<Neighbour> {
    let found = match subject.strip_prefix("repo:") {
        Some(rest) => github(rest),
        None => by_segment(provider, subject),
    };
    found.into_iter().filter(|neighbour| neighbour.subject != subject).collect()
}

/// What a job of GitHub Actions may be: its subjects depend on the event (GitHub Docs, "OpenID Connect reference").
fn github(rest: &str) -> Vec<Neighbour> {
    let (repository, context) = rest.split_once(':').unwrap_or((rest, "ref:refs/heads/main"));
    let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
    let job = |who: &str, owner: &str, name: &str, context: &str| Neighbour {
        who: who.to_owned(),
        subject: format!("repo:{owner}/{name}:{context}"),
        claims: claims(owner, name, context),
    };
    vec![
        job("another branch of the repository", owner, name, "ref:refs/heads/another-branch"),
        job("branch main of the repository", owner, name, "ref:refs/heads/main"),
        job("a tag of the repository", owner, name, "ref:refs/tags/v0.0.0"),
        job("a pull request to the repository", owner, name, "pull_request"),
        job("another environment of the repository", owner, name, "environment:another-environment"),
        job("another repository of the owner", owner, "another-repository", context),
        job("a repository of the owner whose name begins alike", owner, &format!("{name}-2"), context),
        job("a repository of the same name of another owner", "another-owner", name, context),
        job("an owner whose name begins alike", &format!("{owner}-2"), name, context),
    ]
}

fn claims(owner: &str, name: &str, context: &str) -> Vec<(&'static str, String)> {
    let bare = |text: &str| text.split('@').next().unwrap_or_default().to_owned();
    let mut claims =
        vec![("repository", format!("{}/{}", bare(owner), bare(name))), ("repository_owner", bare(owner))];
    if let Some(environment) = context.strip_prefix("environment:") {
        claims.push(("environment", environment.to_owned()));
    }
    match context.strip_prefix("ref:") {
        Some(git_ref) => claims.push(("ref", git_ref.to_owned())),
        None if context == "pull_request" => claims.push(("ref", "refs/pull/1/merge".into())),
        None => claims.push(("ref", "refs/heads/main".into())),
    }
    claims
}

fn by_segment(provider: &str, subject: &str) -> Vec<Neighbour> {
    let mut found = Vec::new();
    for (name, value) in segments(provider, subject) {
        // Segments are slices of the subject: where one begins tells what stands around it.
        // A segment that is missing is an empty text from elsewhere.
        let start = (value.as_ptr() as usize).checked_sub(subject.as_ptr() as usize);
        let cut = start
            .and_then(|start| Some((subject.get(..start)?, subject.get(start.checked_add(value.len())?..)?)));
        let Some((before, after)) = cut else { continue };
        for (who, other) in others(name, value) {
            found.push(Neighbour { who, subject: format!("{before}{other}{after}"), claims: Vec::new() });
        }
    }
    found
}

fn others(name: &str, value: &str) -> Vec<(String, String)> {
    let row = |who: &str, other: &str| (who.to_owned(), other.to_owned());
    match name {
        "namespace" => vec![
            row("the account of that name in another namespace", "another-namespace"),
            row("the account of that name in namespace default", "default"),
            (format!("a namespace whose name begins with {value}"), format!("{value}-2")),
        ],
        "service account" => vec![
            row("another account of the namespace", "another-account"),
            row("the default account of the namespace", "default"),
            (format!("an account whose name begins with {value}"), format!("{value}-2")),
        ],
        "segment" if value.is_empty() => Vec::new(),
        "segment" => vec![(format!("a subject with another `{value}`"), format!("another-{value}"))],
        name => vec![(format!("another {name}"), format!("another-{value}"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(provider: &str, subject: &str) -> Vec<String> {
        neighbours(provider, subject).into_iter().map(|neighbour| neighbour.subject).collect()
    }

    #[test]
    fn clusters() {
        let found = subjects("oidc.eks.eu-west-1.amazonaws.com/id/A", "system:serviceaccount:ns:app");
        assert!(found.contains(&"system:serviceaccount:ns:default".to_owned()));
        assert!(found.contains(&"system:serviceaccount:another-namespace:app".to_owned()));
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn the_subject_itself_is_no_neighbour() {
        let own = "repo:o/r:ref:refs/heads/main";
        let found = subjects("token.actions.githubusercontent.com", own);
        assert_eq!(found.len(), 8);
        assert!(!found.contains(&own.to_owned()));
        assert!(
            !subjects("x", "system:serviceaccount:default:default")
                .contains(&"system:serviceaccount:default:default".to_owned())
        );
    }

    #[test]
    fn pairs_and_unknown_grammars() {
        assert!(
            subjects("gitlab.com", "project_path:g/p:ref_type:branch:ref:main")
                .contains(&"project_path:another-g/p:ref_type:branch:ref:main".to_owned())
        );
        assert_eq!(subjects("idp.example.com", "a"), ["another-a"]);
        assert!(subjects("idp.example.com", "").is_empty());
        for subject in
            ["system:serviceaccount:", "system:serviceaccount:a", "repo:", "repo:o", "project_path:"]
        {
            for provider in
                ["oidc.eks.eu-west-1.amazonaws.com/id/A", "token.actions.githubusercontent.com", "gitlab.com"]
            {
                assert!(!subjects(provider, subject).contains(&subject.to_owned()), "{provider} {subject}");
            }
        }
    }
}
