//! CI jobs: what is said of a run on the command line, and what a job reads of itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod binary;

use std::fs;

use binary::{run, run_with};
use serde_json::Value;
use tempfile::TempDir;

const WORKFLOW: &str = "
on: [push, pull_request]
permissions: {id-token: write, contents: read}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
    - uses: aws-actions/configure-aws-credentials@v4
      with: {role-to-assume: 'arn:aws:iam::111122223333:role/deploy', aws-region: eu-west-1}
";

const ROLE: &str = r#"{"Role": {"RoleName": "deploy", "Arn": "arn:aws:iam::111122223333:role/deploy",
  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
      "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      "token.actions.githubusercontent.com:sub": "repo:acme/app:ref:refs/heads/main"}}}]}}}"#;

fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("deploy.yml"), WORKFLOW).unwrap();
    fs::write(folder.path().join("role.json"), ROLE).unwrap();
    let provider = r#"{"Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"]}"#;
    fs::write(folder.path().join("provider.json"), provider).unwrap();
    folder
}

#[test]
fn the_run_decides_before_it_runs() {
    let folder = files();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (workflow, role, provider) = (path("deploy.yml"), path("role.json"), path("provider.json"));
    let table: [(&[&str], &str, &str); 4] = [
        (&["--ref", "refs/heads/main"], "repo:acme/app:ref:refs/heads/main", ""),
        (&["--ref", "refs/heads/dev"], "repo:acme/app:ref:refs/heads/dev", "trust.subject-mismatch"),
        (&["--event", "pull_request"], "repo:acme/app:pull_request", "trust.subject-mismatch"),
        (
            &["--ref", "refs/heads/main", "--owner-id", "1", "--repository-id", "2"],
            "repo:acme@1/app@2:ref:refs/heads/main",
            "trust.",
        ),
    ];
    for (flags, subject, cause) in table {
        let mut arguments = vec![
            "diagnose",
            &workflow,
            &role,
            &provider,
            "--job",
            "deploy",
            "--repository",
            "acme/app",
            "--format",
            "json",
        ];
        arguments.extend(flags);
        let done = run(&arguments, "");
        let report: Value = serde_json::from_str(&done.stdout).unwrap();
        assert!(done.stderr.contains(subject), "{flags:?}: {}", done.stderr);
        let found = report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
        let found: Vec<&str> = found.map(|one| one["cause"].as_str().unwrap()).collect();
        match cause {
            "" => assert!(found.is_empty(), "{flags:?}: {found:?}"),
            cause => {
                assert!(found.first().is_some_and(|one| one.starts_with(cause)), "{flags:?}: {report:#}")
            }
        }
    }
}

#[test]
fn a_job_reads_itself_and_no_secret() {
    let folder = files();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/app"),
        ("GITHUB_REF", "refs/heads/dev"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_JOB", "deploy"),
        ("GITHUB_TOKEN", "ghs_hunter2"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hunter3"),
        ("AWS_SECRET_ACCESS_KEY", "hunter4"),
    ];
    let arguments = ["diagnose", "--here", &path("role.json"), &path("provider.json"), "--format", "json"];
    let done = run_with(&arguments, "", &variables);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["findings"][0]["cause"], "trust.subject-mismatch", "{report:#} {}", done.stderr);
    for secret in ["hunter2", "hunter3", "hunter4"] {
        assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret), "{secret}");
    }
}

/// The script of the composite action, in an environment as a runner makes it. What is foreseen alone never admits for certain.
#[test]
fn the_composite_action() {
    let folder = files();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let script = binary::root().join("ci-templates/github/diagnose.sh");
    for (git_ref, conclusion, code) in
        [("refs/heads/dev", "refused", 1), ("refs/heads/main", "undetermined", 0)]
    {
        for file in ["summary", "output"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let variables = [
            ("ROLECALL", env!("CARGO_BIN_EXE_rolecall").to_owned()),
            ("ROLE", "arn:aws:iam::111122223333:role/deploy".to_owned()),
            ("AUDIENCE", "sts.amazonaws.com".to_owned()),
            ("PROBE", "false".to_owned()),
            ("FAIL", "true".to_owned()),
            ("SARIF", path("rolecall.sarif")),
            ("EVIDENCE", format!("{}\n{}", path("role.json"), path("provider.json"))),
            ("GITHUB_STEP_SUMMARY", path("summary")),
            ("GITHUB_OUTPUT", path("output")),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_REPOSITORY", "acme/app".to_owned()),
            ("GITHUB_EVENT_NAME", "push".to_owned()),
            ("GITHUB_REF", git_ref.to_owned()),
        ];
        let done = std::process::Command::new("bash")
            .arg(&script)
            .current_dir(folder.path())
            .env_remove("ACTIONS_ID_TOKEN_REQUEST_URL")
            .envs(variables)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(code), "{git_ref}: {}", String::from_utf8_lossy(&done.stderr));
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("output").contains(&format!("conclusion={conclusion}\n")), "{}", read("output"));
        assert!(read("summary").contains("role/deploy"), "{}", read("summary"));
        let sarif: Value = serde_json::from_str(&read("rolecall.sarif")).unwrap();
        assert_eq!(sarif["version"], "2.1.0");
    }
}
