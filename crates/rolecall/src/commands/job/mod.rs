//! What is said of a CI job: flags that stand for the run's variables, or the environment of the job itself.

mod here;
mod variables;

use clap::Args;
use rolecall_doctor::pipeline::subject::expected;
use rolecall_live::target::Target;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::workflow::Platform;
use rolecall_model::json::edit::quoted;

use crate::output::human::note;
pub use here::here;

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
