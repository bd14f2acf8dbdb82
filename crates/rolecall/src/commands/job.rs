//! What is said of a CI job: flags that stand for the run's variables, or the environment of the job itself.

use std::time::Duration;

use clap::Args;
use rolecall_doctor::pipeline::subject::{expected, said};
use rolecall_live::target::Target;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::workflow::Platform;
use rolecall_model::json::edit::quoted;
use serde_json::Value;

use super::Failure;
use crate::output::human::note;

/// Flags of CI jobs.
#[derive(Args, Clone, Debug, Default)]
pub struct JobFlags {
    /// The job of the workflow.
    #[arg(long, value_name = "NAME", help_heading = CI)]
    pub job: Option<String>,
    /// The ref that it runs for, such as refs/heads/main.
    #[arg(long = "ref", value_name = "REF", help_heading = CI)]
    pub git_ref: Option<String>,
    /// The event, as `--event NAME` says it; push where a ref is given alone.
    #[arg(skip)]
    pub event: Option<String>,
    /// The environment that it deploys to, where the workflow does not write it out.
    #[arg(long, value_name = "NAME", help_heading = CI)]
    pub environment: Option<String>,
    /// OWNER/NAME of GitHub, GROUP/PROJECT of GitLab, UUID of Bitbucket, ORGANISATION/PIPELINE of Buildkite,
    /// ORGANISATION/PROJECT of CircleCI (ids) and Azure DevOps.
    #[arg(long, value_name = "NAME", help_heading = CI)]
    pub repository: Option<String>,
    /// The repository's id: with the owner's, the subject is one with ids.
    #[arg(long, value_name = "ID", requires = "owner_id", help_heading = CI)]
    pub repository_id: Option<String>,
    /// The owner's id.
    #[arg(long, value_name = "ID", requires = "repository_id", help_heading = CI)]
    pub owner_id: Option<String>,
    /// The claims of a customised subject, with commas between, as `include_claim_keys` lists them.
    #[arg(long, value_name = "CLAIMS", help_heading = CI)]
    pub sub_claims: Option<String>,
    /// The server, where it is not the platform's own: https://github.example.com.
    #[arg(long, value_name = "URL", help_heading = CI)]
    pub server: Option<String>,
    /// The commit, for Buildkite.
    #[arg(long, value_name = "SHA", help_heading = CI)]
    pub commit: Option<String>,
    /// The step: its key for Buildkite, its UUID for Bitbucket.
    #[arg(long, value_name = "STEP", help_heading = CI)]
    pub step: Option<String>,
    /// The user's id for CircleCI.
    #[arg(long, value_name = "ID", help_heading = CI)]
    pub user_id: Option<String>,
    /// The workspace for Bitbucket, the organisation's id for Azure DevOps.
    #[arg(long, value_name = "ID", help_heading = CI)]
    pub organization: Option<String>,
    /// The service connection for Azure DevOps.
    #[arg(long, value_name = "NAME", help_heading = CI)]
    pub service_connection: Option<String>,
    /// The audience that it asks for, where the workflow does not write it out.
    #[arg(long, value_name = "AUDIENCE", help_heading = CI)]
    pub audience: Option<String>,
    /// The role that it asks for, where the workflow does not write it out.
    #[arg(long, value_name = "ARN", help_heading = CI)]
    pub role_arn: Option<String>,
    /// With --here: ask the platform for the job's token, for this audience.
    #[arg(long, value_name = "AUDIENCE", num_args = 0..=1, default_missing_value = "sts.amazonaws.com", requires = "here", help_heading = CI)]
    pub ask_token: Option<String>,
}

/// Heading of these flags in help texts.
const CI: &str = "CI jobs";

impl JobFlags {
    /// Whether anything is said.
    pub fn any(&self) -> bool {
        let said = [
            &self.job,
            &self.git_ref,
            &self.event,
            &self.environment,
            &self.repository,
            &self.sub_claims,
            &self.commit,
            &self.audience,
            &self.role_arn,
            &self.service_connection,
        ];
        said.iter().any(|flag| flag.is_some())
    }

    /// The role as a live target; none where it was given or nothing is to be asked.
    pub fn role(&self, evidence: &Evidence, here: bool) -> Option<Target> {
        let arn = self.role_arn.as_ref().filter(|_| !here || self.ask_token.is_some())?;
        (evidence.role.role.present().is_none()).then(|| Target::parse(arn)).flatten()
    }

    /// What is said, as files of evidence: variables of the job, and the request.
    pub fn files(&self, platform: Option<Platform>) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let lines = self.variables(platform.unwrap_or(Platform::GitHub));
        if !lines.is_empty() {
            files.push(("env.txt".to_owned(), lines));
        }
        if let Some(role) = &self.role_arn {
            files.push(("request.json".to_owned(), format!("{{\"RoleArn\": {}}}\n", quoted(role))));
        }
        files
    }

    fn variables(&self, platform: Platform) -> String {
        let short = self.git_ref.as_deref().map(|git_ref| {
            git_ref
                .strip_prefix("refs/heads/")
                .or_else(|| git_ref.strip_prefix("refs/tags/"))
                .unwrap_or(git_ref)
        });
        let tag =
            short.filter(|_| self.git_ref.as_deref().is_some_and(|text| text.starts_with("refs/tags/")));
        let pair = self.repository.as_deref().and_then(|repository| repository.split_once('/'));
        let (first, second) = (pair.map(|(first, _)| first), pair.map(|(_, second)| second));
        let event = self.event.as_deref().or(self.git_ref.as_ref().map(|_| "push"));
        let ids = self.repository_id.as_ref().map(|_| "ids");
        let azure = first.map(|organization| format!("https://dev.azure.com/{organization}/"));
        let whole = self.repository.as_deref();
        let table: &[(&str, Option<&str>)] = match platform {
            Platform::GitHub => &[
                ("GITHUB_JOB", self.job.as_deref()),
                ("GITHUB_REF", self.git_ref.as_deref()),
                ("GITHUB_EVENT_NAME", event),
                ("GITHUB_REPOSITORY", whole),
                ("GITHUB_REPOSITORY_ID", self.repository_id.as_deref()),
                ("GITHUB_REPOSITORY_OWNER_ID", self.owner_id.as_deref()),
                ("GITHUB_SERVER_URL", self.server.as_deref()),
                (said::SUBJECT_FORM, ids),
                (said::SUBJECT_CLAIMS, self.sub_claims.as_deref()),
                (said::ENVIRONMENT, self.environment.as_deref()),
            ],
            Platform::GitLab => &[
                ("CI_JOB_NAME", self.job.as_deref()),
                ("CI_PROJECT_PATH", whole),
                ("CI_COMMIT_REF_NAME", short),
                ("CI_COMMIT_TAG", tag),
                ("CI_SERVER_URL", self.server.as_deref()),
            ],
            Platform::Bitbucket => &[
                ("BITBUCKET_WORKSPACE", self.organization.as_deref()),
                ("BITBUCKET_REPO_UUID", whole),
                ("BITBUCKET_STEP_UUID", self.step.as_deref()),
                ("BITBUCKET_DEPLOYMENT_ENVIRONMENT_UUID", self.environment.as_deref()),
            ],
            Platform::CircleCi => &[
                ("CIRCLE_ORGANIZATION_ID", first),
                ("CIRCLE_PROJECT_ID", second),
                (said::USER_ID, self.user_id.as_deref()),
            ],
            Platform::Buildkite => &[
                ("BUILDKITE_ORGANIZATION_SLUG", first),
                ("BUILDKITE_PIPELINE_SLUG", second),
                ("BUILDKITE_BRANCH", short),
                ("BUILDKITE_TAG", tag),
                ("BUILDKITE_COMMIT", self.commit.as_deref()),
                ("BUILDKITE_STEP_KEY", self.step.as_deref()),
            ],
            Platform::AzureDevOps => &[
                ("SYSTEM_COLLECTIONURI", azure.as_deref()),
                ("SYSTEM_TEAMPROJECT", second),
                (said::ORGANIZATION_ID, self.organization.as_deref()),
                (said::SERVICE_CONNECTION, self.service_connection.as_deref()),
            ],
        };
        let audience = [(said::AUDIENCE, self.audience.as_deref())];
        let lines = table.iter().chain(&audience).filter_map(|(name, value)| {
            // A line ends where a value would go on.
            let value = value.map(|value| value.replace(['\n', '\r'], " "))?;
            Some(format!("{name}={value}\n"))
        });
        lines.collect()
    }

    /// Says which subject the job's token would have, where no token shows it.
    pub fn tell(&self, evidence: &Evidence) {
        if evidence.token.claims.present().is_some() {
            return;
        }
        let Some(found) = expected(evidence) else {
            return note(
                "the subject of the job's token cannot be told from what is given (docs/ci.md says what it takes)",
            );
        };
        let subject = found.subject.value;
        note(&format!("the job's token would come from {} with the subject `{subject}`", found.issuer.value));
        let repository = subject.strip_prefix("repo:").and_then(|rest| rest.split_once(':'));
        if let Some((repository, context)) = repository.filter(|(repository, _)| !repository.contains('@'))
            && let Some((owner, name)) = repository.split_once('/')
        {
            note(&format!(
                "a repository made since 15 July 2026 has `repo:{owner}@OWNER_ID/{name}@REPOSITORY_ID:{context}` in its place; give --owner-id and --repository-id"
            ));
        }
    }
}

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
