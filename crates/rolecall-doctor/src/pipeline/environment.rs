//! The environment of a job: whether the platform put a token, or the means to ask for one, into it.

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::caller::Environment;

/// What the environment lacks.
#[derive(Clone, Debug)]
pub enum Gap {
    /// A variable for the token that is set to nothing.
    Empty(Text),
    /// The platform's variable for the token is not there, though others of the platform are.
    Missing(&'static str, At),
}

/// For each platform a variable that tells it, and the one that a job with a token has.
const PLATFORMS: [(&str, &str); 5] = [
    ("CIRCLECI", "CIRCLE_OIDC_TOKEN"),
    ("GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_URL"),
    ("BITBUCKET_REPO_SLUG", "BITBUCKET_STEP_OIDC_TOKEN"),
    // HCP Terraform makes a token for AWS only where this variable of the workspace is true.
    ("TFC_AWS_RUN_ROLE_ARN", "TFC_AWS_PROVIDER_AUTH"),
    ("VERCEL", "VERCEL_OIDC_TOKEN"),
];

/// What keeps a job without a token, as far as its environment shows.
#[must_use]
pub fn gap(environment: &Environment) -> Option<Gap> {
    let token = |name: &str| {
        name.contains("OIDC_TOKEN")
            || name.contains("ID_TOKEN")
            || name.ends_with("_JWT")
            || name.contains("CI_JOB_JWT")
    };
    let empty = environment
        .variables
        .iter()
        .find(|variable| token(&variable.name) && variable.value.value.is_empty());
    if let Some(variable) = empty {
        return Some(Gap::Empty(Text { value: variable.name.clone(), at: variable.at }));
    }
    PLATFORMS.iter().find_map(|(platform, wanted)| {
        let at = environment.get(platform)?.at;
        let there = environment.variables.iter().any(|variable| variable.name.starts_with(wanted));
        (!there).then_some(Gap::Missing(wanted, at))
    })
}
