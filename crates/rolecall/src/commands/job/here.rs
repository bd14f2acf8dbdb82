//! The environment of the job that rolecall runs in.

use std::time::Duration;

use rolecall_doctor::pipeline::subject::said;
use serde_json::Value;

use crate::commands::Failure;

/// Variables by which a job tells who it is and how it finds AWS. No other is read: many are secrets.
const READ: &[&str] = &[
    "GITHUB_ACTIONS",
    "GITHUB_JOB",
    "GITHUB_REF",
    "GITHUB_EVENT_NAME",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_REPOSITORY_OWNER_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKFLOW_REF",
    "GITHUB_ACTOR",
    "GITHUB_ACTOR_ID",
    "GITHUB_SHA",
    "GITHUB_REF_TYPE",
    "GITHUB_HEAD_REF",
    "GITHUB_BASE_REF",
    "GITHUB_RUN_ID",
    "RUNNER_ENVIRONMENT",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "GITLAB_CI",
    "CI_PROJECT_PATH",
    "CI_JOB_NAME",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_TAG",
    "CI_SERVER_URL",
    "BITBUCKET_WORKSPACE",
    "BITBUCKET_REPO_UUID",
    "BITBUCKET_STEP_UUID",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT_UUID",
    "BITBUCKET_BUILD_NUMBER",
    "CIRCLECI",
    "CIRCLE_ORGANIZATION_ID",
    "CIRCLE_PROJECT_ID",
    "BUILDKITE",
    "BUILDKITE_ORGANIZATION_SLUG",
    "BUILDKITE_PIPELINE_SLUG",
    "BUILDKITE_BRANCH",
    "BUILDKITE_TAG",
    "BUILDKITE_COMMIT",
    "BUILDKITE_STEP_KEY",
    "TF_BUILD",
    "SYSTEM_COLLECTIONURI",
    "SYSTEM_TEAMPROJECT",
    "AWS_ROLE_ARN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_PROFILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    said::ENVIRONMENT,
    said::SUBJECT_FORM,
    said::SUBJECT_CLAIMS,
    said::USER_ID,
    said::ORGANIZATION_ID,
    said::SERVICE_CONNECTION,
    said::AUDIENCE,
];

/// Variables that hold a token themselves.
const TOKENS: [&str; 4] =
    ["BITBUCKET_STEP_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN", "AWS_ID_TOKEN"];

/// The environment of this job as files of evidence. Nothing is asked of anybody, unless `probe` names an audience.
///
/// # Errors
/// Where the platform refuses a token.
pub fn here(probe: Option<&str>) -> Result<Vec<(String, String)>, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let line = |name: &&str| {
        let value = variable(name)?;
        // Its query names the run; that it is there is what tells.
        let value = if *name == "ACTIONS_ID_TOKEN_REQUEST_URL" { "https://…".to_owned() } else { value };
        Some(format!("{name}={}\n", value.replace(['\n', '\r'], " ")))
    };
    let mut lines: String = READ.iter().filter_map(line).collect();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"].into_iter().chain(TOKENS) {
        if variable(name).is_some() {
            lines.push_str(&format!("{name}=***\n"));
        }
    }
    let mut files = vec![("env.txt".to_owned(), lines)];
    let file = variable("AWS_WEB_IDENTITY_TOKEN_FILE").and_then(|file| std::fs::read_to_string(file).ok());
    let at_hand = file.or_else(|| TOKENS.iter().find_map(|name| variable(name)));
    let asked =
        match (probe, variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) {
            (Some(audience), Some(url), Some(bearer)) => Some(ask(&url, &bearer, audience)?),
            _ => None,
        };
    files.extend(asked.or(at_hand).map(|token| ("token.txt".to_owned(), token)));
    files.extend(workflow(variable("GITHUB_WORKFLOW_REF")));
    Ok(files)
}

/// The workflow that runs, where it is checked out: `OWNER/NAME/.github/workflows/FILE@REF`.
fn workflow(reference: Option<String>) -> Option<(String, String)> {
    let reference = reference?;
    let path = reference.split('@').next()?.splitn(3, '/').nth(2)?;
    let text = std::fs::read_to_string(path).ok()?;
    Some((path.rsplit('/').next()?.to_owned(), text))
}

/// Asks GitHub for the job's token (GitHub Docs, "OpenID Connect reference").
fn ask(url: &str, bearer: &str, audience: &str) -> Result<String, Failure> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
    let answered = agent
        .get(format!(
            "{url}&audience={}",
            percent_encoding::utf8_percent_encode(audience, percent_encoding::NON_ALPHANUMERIC)
        ))
        .header("authorization", format!("bearer {bearer}"))
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(1024 * 1024).read_to_string());
    let refused = |why: String| Failure::Service {
        source: format!("GitHub gives the job no token: {why}").into(),
        remedy: Some("give the job `permissions: {id-token: write, contents: read}`".into()),
    };
    let text = answered.map_err(|error| refused(error.to_string()))?;
    let token = serde_json::from_str::<Value>(&text).ok();
    let token = token.and_then(|answer| answer.get("value")?.as_str().map(str::to_owned));
    token.ok_or_else(|| refused("its answer holds none".into()))
}
