//! Tokens that a platform did not issue.

use super::*;

const SLUG: &str = "token.not-issued";

fn workflow(head: &str, job: &str) -> (&'static str, String) {
    let text = format!(
        "on: push\n{head}jobs:\n  deploy:\n{job}    steps:\n    - uses: aws-actions/configure-aws-credentials@v4\n      with:\n        role-to-assume: {ROLE_ARN}\n"
    );
    ("workflow.yaml", text)
}

fn nothing() -> (&'static str, String) {
    error(
        "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers",
    )
}

fn job_role() -> (&'static str, String) {
    let (name, text) = role("repo:org/app:ref:refs/heads/main");
    (
        name,
        text.replace(
            "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
            "token.actions.githubusercontent.com",
        ),
    )
}

#[test]
fn github() {
    let grant = "permissions:\n  id-token: write\n";
    let read = "permissions:\n  contents: read\n";
    let job_grant = "    permissions:\n      id-token: write\n";
    let job_read = "    permissions:\n      contents: read\n";
    let keys = workflow("", "")
        .1
        .replace("        role-to-assume", "        aws-access-key-id: x\n        role-to-assume");
    let pull = workflow(grant, "").1.replace("on: push", "on: [pull_request]");
    let claims = (
        "token.claims.json",
        r#"{"iss": "https://token.actions.githubusercontent.com", "sub": "x", "aud": "y"}"#.to_owned(),
    );
    table(
        SLUG,
        vec![
            ("no block", vec![nothing(), workflow("", "")], CERTAIN),
            ("a block without it", vec![nothing(), workflow(read, "")], CERTAIN),
            ("the job's block replaces the workflow's", vec![nothing(), workflow(grant, job_read)], CERTAIN),
            ("read is not write", vec![nothing(), workflow("permissions:\n  id-token: read\n", "")], CERTAIN),
            ("read-all", vec![nothing(), workflow("permissions: read-all\n", "")], CERTAIN),
            (
                "the client says so",
                vec![error("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable"), workflow(grant, "")],
                CERTAIN,
            ),
            (
                "the error alone",
                vec![error("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable")],
                CERTAIN,
            ),
            ("the runner's own role signs", vec![denied(NODE), workflow("", ""), job_role()], LIKELY),
            ("nothing was seen", vec![workflow("", "")], LIKELY),
            ("a pull request", vec![nothing(), ("workflow.yaml", pull)], LIKELY),
            ("granted", vec![nothing(), workflow(grant, "")], POSSIBLE),
            ("granted to the job", vec![denied(NODE), workflow(read, job_grant), job_role()], None),
            ("granted with all", vec![denied(NODE), workflow("permissions: write-all\n", "")], None),
            ("static keys need no token", vec![nothing(), ("workflow.yaml", keys)], POSSIBLE),
            ("a token was issued", vec![nothing(), workflow("", ""), claims], None),
            (
                "STS answered",
                vec![error("Not authorized to perform sts:AssumeRoleWithWebIdentity"), workflow("", "")],
                None,
            ),
        ],
    );
}

#[test]
fn reusable_workflows() {
    let caller = |permissions: &str| {
        (
            "workflow.yaml",
            format!("on: push\njobs:\n  call:\n{permissions}    uses: ./.github/workflows/deploy.yml\n"),
        )
    };
    let called = |head: &str| {
        let (_, text) = workflow(head, "");
        ("called-workflow.yaml", text.replace("on: push", "on:\n  workflow_call: {}"))
    };
    let grant = "    permissions:\n      id-token: write\n";
    table(
        SLUG,
        vec![
            (
                "the caller grants nothing",
                vec![nothing(), caller(""), called("permissions:\n  id-token: write\n")],
                CERTAIN,
            ),
            (
                "the called one gives it up",
                vec![nothing(), caller(grant), called("permissions:\n  contents: read\n")],
                CERTAIN,
            ),
            (
                "both grant",
                vec![denied(NODE), caller(grant), called("permissions:\n  id-token: write\n")],
                None,
            ),
            ("the called one inherits", vec![denied(NODE), caller(grant), called("")], None),
            (
                "GitHub's own words",
                vec![error(
                    "The nested job 'deploy' is requesting 'id-token: write', but is only allowed 'id-token: none'.",
                )],
                CERTAIN,
            ),
        ],
    );
}

#[test]
fn bitbucket() {
    let pipeline = |oidc: &str| {
        let text = format!(
            "pipelines:\n  default:\n  - step:\n      name: d\n{oidc}      script:\n      - echo $BITBUCKET_STEP_OIDC_TOKEN > web-identity\n      - aws sts get-caller-identity\n"
        );
        ("bitbucket-pipelines.yml", text)
    };
    let refused = || {
        error(
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        )
    };
    let empty = || env(&[("BITBUCKET_REPO_SLUG", "r"), ("BITBUCKET_STEP_OIDC_TOKEN", "")]);
    table(
        SLUG,
        vec![
            ("an empty line was sent", vec![refused(), pipeline(""), empty()], CERTAIN),
            ("the definition alone", vec![refused(), pipeline("")], LIKELY),
            ("the environment alone", vec![refused(), empty()], LIKELY),
            ("asked for", vec![refused(), pipeline("      oidc: true\n")], None),
            (
                "the provider is asked first, so a token was there",
                vec![error("Incorrect token audience"), pipeline("")],
                None,
            ),
        ],
    );
}

#[test]
fn gitlab() {
    let definition = |tokens: &str, script: &str| {
        (".gitlab-ci.yml", format!("deploy:\n{tokens}  script:\n  - {script}\n"))
    };
    let use_it = "aws sts assume-role-with-web-identity --role-arn $ROLE --web-identity-token $AWS_TOKEN";
    let short = || {
        error(
            "Parameter validation failed:\nInvalid length for parameter WebIdentityToken, value: 0, valid min length: 4",
        )
    };
    let listed = "  id_tokens:\n    AWS_TOKEN:\n      aud: https://gitlab.com\n";
    let inherited = format!(".base:\n{listed}deploy:\n  extends: .base\n  script:\n  - {use_it}\n");
    table(
        SLUG,
        vec![
            ("no id_tokens", vec![short(), definition("", use_it)], LIKELY),
            (
                "another name",
                vec![short(), definition("  id_tokens:\n    OTHER:\n      aud: x\n", use_it)],
                LIKELY,
            ),
            (
                "the variable that is gone",
                vec![error("is not a valid JWT"), definition("", "echo $CI_JOB_JWT_V2 > token")],
                LIKELY,
            ),
            ("listed", vec![short(), definition(listed, use_it)], None),
            ("inherited", vec![short(), (".gitlab-ci.yml", inherited)], None),
            ("no token is used", vec![short(), definition("", "make")], None),
        ],
    );
}

#[test]
fn circleci_and_others() {
    let circle = |more: &[(&str, &str)]| {
        let mut all = vec![("CIRCLECI", "true")];
        all.extend(more);
        env(&all)
    };
    let terraform = |more: &[(&str, &str)]| {
        let mut all = vec![("TFC_AWS_RUN_ROLE_ARN", ROLE_ARN)];
        all.extend(more);
        env(&all)
    };
    table(
        SLUG,
        vec![
            (
                "CircleCI says so",
                vec![error("OIDC Token cannot be found. A CircleCI context must be specified."), circle(&[])],
                CERTAIN,
            ),
            ("CircleCI without a token", vec![nothing(), circle(&[])], LIKELY),
            ("CircleCI with one", vec![nothing(), circle(&[("CIRCLE_OIDC_TOKEN_V2", "***")])], None),
            (
                "HCP Terraform, not switched on",
                vec![error("No valid credential sources found"), terraform(&[])],
                LIKELY,
            ),
            (
                "HCP Terraform, switched on",
                vec![
                    error("No valid credential sources found"),
                    terraform(&[("TFC_AWS_PROVIDER_AUTH", "true")]),
                ],
                None,
            ),
        ],
    );
}
