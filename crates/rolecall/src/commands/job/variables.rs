//! THE TABLE of flags and the variables that they stand for, by platform.

use rolecall_doctor::pipeline::subject::said;
use rolecall_model::evidence::workflow::Platform;

use super::JobFlags;

impl JobFlags {
    /// Lines of `NAME=VALUE` for what the flags say.
    pub(super) fn variables(&self, platform: Platform) -> String {
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
}
