//! Buildkite: what the token of a job says.
//!
//! Source: Buildkite documentation, "OIDC with Buildkite" (claims of `buildkite-agent oidc request-token`).

use rolecall_model::document::Located;
use rolecall_model::evidence::caller::Environment;

use super::subject::Expected;

/// Organisation, pipeline, ref, commit and the step's key, which may be empty.
pub(super) fn expected(environment: &Environment) -> Option<Expected> {
    let organization = environment.get("BUILDKITE_ORGANIZATION_SLUG")?;
    let pipeline = environment.get("BUILDKITE_PIPELINE_SLUG")?;
    let commit = environment.get("BUILDKITE_COMMIT")?;
    let git_ref = match environment.get("BUILDKITE_TAG").filter(|tag| !tag.value.is_empty()) {
        Some(tag) => format!("refs/tags/{}", tag.value),
        None => format!("refs/heads/{}", environment.get("BUILDKITE_BRANCH")?.value),
    };
    let step = environment.get("BUILDKITE_STEP_KEY").map(|key| key.value.as_str()).unwrap_or_default();
    let subject = format!(
        "organization:{}:pipeline:{}:ref:{git_ref}:commit:{}:step:{step}",
        organization.value, pipeline.value, commit.value
    );
    Some(Expected {
        issuer: Located::new("https://agent.buildkite.com".to_owned(), organization.at),
        subject: Located::new(subject, pipeline.at),
        audience: None,
    })
}
