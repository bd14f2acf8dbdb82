//! Subjects that are foreseen from a job's environment equal those of recorded tokens, platform by platform.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "the corpus is read from its files")]

use std::path::Path;

use rolecall_collect::read_files;
use rolecall_doctor::pipeline::subject::expected;
use rolecall_model::json::{self, Node};

/// The variables of the job whose token has these claims; none where no platform of ours made it.
fn variables(claims: &Node) -> Option<Vec<(String, String)>> {
    let text = |key: &str| claims.get(key).and_then(Node::as_str).map(str::to_owned);
    let (issuer, subject) = (text("iss")?, text("sub")?);
    let set = |pairs: &[(&str, Option<String>)]| {
        let pairs = pairs.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
        Some(pairs.collect())
    };
    if issuer.contains("token.actions.") || issuer.ends_with("/_services/token") {
        let server = issuer.strip_suffix("/_services/token").map(str::to_owned);
        let ghe = issuer.strip_prefix("https://token.actions.").filter(|host| host.ends_with(".ghe.com"));
        let ids = subject.split(':').nth(1)?.contains('@').then(|| "ids".to_owned());
        let custom = subject
            .contains(":job_workflow_ref:")
            .then(|| "repo,context,workflow,job_workflow_ref".to_owned());
        return set(&[
            ("GITHUB_REPOSITORY", text("repository")),
            ("GITHUB_REPOSITORY_ID", text("repository_id")),
            ("GITHUB_REPOSITORY_OWNER_ID", text("repository_owner_id")),
            ("GITHUB_REF", text("ref")),
            ("GITHUB_WORKFLOW", text("workflow")),
            ("GITHUB_WORKFLOW_REF", text("workflow_ref")),
            ("GITHUB_EVENT_NAME", Some(text("event_name").unwrap_or_else(|| "push".into()))),
            ("GITHUB_SERVER_URL", server.or_else(|| ghe.map(|host| format!("https://{host}")))),
            ("ROLECALL_ENVIRONMENT", text("environment")),
            ("ROLECALL_SUBJECT_FORM", ids),
            ("ROLECALL_SUBJECT_CLAIMS", custom),
        ]);
    }
    if let Some(project) = text("project_path") {
        let tag = (text("ref_type").as_deref() == Some("tag")).then(|| text("ref")).flatten();
        return set(&[
            ("CI_PROJECT_PATH", Some(project)),
            ("CI_COMMIT_REF_NAME", text("ref")),
            ("CI_COMMIT_TAG", tag),
            ("CI_SERVER_URL", Some(issuer)),
        ]);
    }
    if let Some(rest) = issuer.strip_prefix("https://api.bitbucket.org/2.0/workspaces/") {
        return set(&[
            ("BITBUCKET_WORKSPACE", rest.split('/').next().map(str::to_owned)),
            ("BITBUCKET_REPO_UUID", text("repositoryUuid")),
            ("BITBUCKET_STEP_UUID", text("stepUuid")),
            ("BITBUCKET_DEPLOYMENT_ENVIRONMENT_UUID", text("deploymentEnvironmentUuid")),
        ]);
    }
    if let Some(organization) = issuer.strip_prefix("https://oidc.circleci.com/org/") {
        return set(&[
            ("CIRCLE_ORGANIZATION_ID", Some(organization.to_owned())),
            ("CIRCLE_PROJECT_ID", text("oidc.circleci.com/project-id")),
            ("ROLECALL_USER_ID", subject.rsplit('/').next().map(str::to_owned)),
        ]);
    }
    if issuer == "https://agent.buildkite.com" {
        return set(&[
            ("BUILDKITE_ORGANIZATION_SLUG", text("organization_slug")),
            ("BUILDKITE_PIPELINE_SLUG", text("pipeline_slug")),
            ("BUILDKITE_BRANCH", text("build_branch")),
            ("BUILDKITE_COMMIT", text("build_commit")),
            ("BUILDKITE_STEP_KEY", text("step_key")),
        ]);
    }
    if let Some(id) = issuer.strip_prefix("https://vstoken.dev.azure.com/") {
        let mut parts = subject.strip_prefix("sc://")?.split('/');
        let organization = parts.next().map(|name| format!("https://dev.azure.com/{name}/"));
        return set(&[
            ("SYSTEM_COLLECTIONURI", organization),
            ("SYSTEM_TEAMPROJECT", parts.next().map(str::to_owned)),
            ("ROLECALL_SERVICE_CONNECTION", parts.next().map(str::to_owned)),
            ("ROLECALL_ORGANIZATION_ID", Some(id.to_owned())),
        ]);
    }
    None
}

fn predicted(files: &[(&str, &str)]) -> Option<(String, String)> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    expected(&read_files(&files)).map(|found| (found.issuer.value, found.subject.value))
}

#[test]
fn subjects_of_recorded_tokens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut seen, mut issuers) = (0, Vec::new());
    for folder in ["corpus/ci", "corpus-own/ci"] {
        for case in std::fs::read_dir(root.join(folder)).unwrap() {
            let evidence = case.unwrap().path().join("evidence");
            let Ok(text) = std::fs::read_to_string(evidence.join("token.claims.json")) else { continue };
            let Some(claims) = json::parse(&text).root else { continue };
            let text = |key: &str| claims.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
            let Some(variables) = variables(&claims) else { continue };
            let lines: Vec<String> =
                variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
            // A token whose claims were cut down to the subject tells nothing to make it of.
            let needed = ["ref", "stepUuid", "build_commit", "oidc.circleci.com/project-id"];
            let told = needed.iter().any(|key| claims.get(key).is_some()) || text("sub").starts_with("sc://");
            let of_github = text("iss").contains("token.actions.") && claims.get("repository").is_none();
            if !told || of_github {
                continue;
            }
            // Claims of a customised subject that no variable of a job holds.
            if text("sub").contains(":repository_visibility:") {
                continue;
            }
            // One enterprise's issuer of its own, which nothing in a job names.
            if text("iss").ends_with("/acme-ent") {
                continue;
            }
            let found = predicted(&[("env.txt", &lines.join("\n"))]);
            assert_eq!(found, Some((text("iss"), text("sub"))), "{}: {lines:?}", evidence.display());
            seen += 1;
            issuers.push(text("iss").split('/').nth(2).unwrap_or_default().to_owned());
        }
    }
    issuers.sort();
    issuers.dedup();
    assert!(seen >= 30, "{seen} tokens");
    for host in [
        "token.actions.githubusercontent.com",
        "api.bitbucket.org",
        "oidc.circleci.com",
        "agent.buildkite.com",
    ] {
        assert!(issuers.iter().any(|known| known == host), "{host} is not among {issuers:?}");
    }
}

const WORKFLOW: &str = "
on: [push, pull_request]
permissions: {id-token: write}
jobs:
  build: {runs-on: x, steps: [{run: make}]}
  deploy:
    runs-on: x
    steps: [{uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: 'arn:aws:iam::111122223333:role/d'}}]
  release:
    environment: prod:eu
    runs-on: x
    steps: [{uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: 'arn:aws:iam::111122223333:role/d'}}]
";

#[test]
fn what_is_said_of_the_run_decides() {
    let github = "https://token.actions.githubusercontent.com".to_owned();
    let table: [(&[&str], Option<&str>); 9] = [
        (
            &["GITHUB_JOB=deploy", "GITHUB_EVENT_NAME=push", "GITHUB_REF=refs/heads/main"],
            Some("repo:o/r:ref:refs/heads/main"),
        ),
        (
            &["GITHUB_JOB=deploy", "GITHUB_EVENT_NAME=push", "GITHUB_REF=refs/tags/v1"],
            Some("repo:o/r:ref:refs/tags/v1"),
        ),
        (
            &["GITHUB_JOB=deploy", "GITHUB_EVENT_NAME=pull_request", "GITHUB_REF=refs/pull/7/merge"],
            Some("repo:o/r:pull_request"),
        ),
        (&["GITHUB_JOB=release", "GITHUB_EVENT_NAME=pull_request"], Some("repo:o/r:environment:prod%3Aeu")),
        (
            &["GITHUB_JOB=deploy", "ROLECALL_ENVIRONMENT=dev", "GITHUB_EVENT_NAME=push"],
            Some("repo:o/r:environment:dev"),
        ),
        (&["GITHUB_JOB=deploy", "GITHUB_EVENT_NAME=pull_request_target", "GITHUB_REF=refs/heads/main"], None),
        (&["GITHUB_JOB=deploy", "GITHUB_EVENT_NAME=push"], None),
        (
            &[
                "GITHUB_JOB=deploy",
                "GITHUB_EVENT_NAME=push",
                "GITHUB_REF=refs/heads/main",
                "ROLECALL_SUBJECT_FORM=ids",
                "GITHUB_REPOSITORY_OWNER_ID=1",
                "GITHUB_REPOSITORY_ID=2",
            ],
            Some("repo:o@1/r@2:ref:refs/heads/main"),
        ),
        (
            &[
                "GITHUB_JOB=deploy",
                "GITHUB_EVENT_NAME=push",
                "GITHUB_REF=refs/heads/main",
                "ROLECALL_SUBJECT_FORM=ids",
            ],
            None,
        ),
    ];
    for (lines, wanted) in table {
        let text = format!("GITHUB_REPOSITORY=o/r\n{}", lines.join("\n"));
        let found = predicted(&[("workflow.yaml", WORKFLOW), ("env.txt", &text)]);
        assert_eq!(found, wanted.map(|subject| (github.clone(), subject.to_owned())), "{lines:?}");
    }
}
