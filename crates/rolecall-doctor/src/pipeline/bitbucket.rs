//! Bitbucket Pipelines: a step has an ID token only with `oidc: true`.
//!
//! Source: Bitbucket Cloud documentation, "Deploy on AWS using Bitbucket Pipelines OpenID Connect".

use rolecall_model::document::{At, Located};
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::Node;

use super::subject::Expected;
use super::{Refusal, mention, walk};

/// Words by which a step shows that it uses the token.
const USES: [&str; 2] = ["BITBUCKET_STEP_OIDC_TOKEN", "AWS_OIDC_ROLE_ARN"];

/// The first step that uses the token without asking for one.
pub(super) fn refusal(workflow: &Workflow) -> Option<Refusal> {
    let mut steps = Vec::new();
    walk(&workflow.node, &mut |key, span, value| {
        if key == "step" {
            steps.push((span, value));
        }
    });
    steps.into_iter().find_map(|(span, step)| {
        let role = uses(workflow, step)?;
        let asked = step.get("oidc").and_then(Node::scalar) == Some("true");
        (!asked).then(|| Refusal {
            at: At::new(workflow.document, span),
            label: "no `oidc: true` in this step".into(),
            why: "Bitbucket gives a step an ID token only if the step says `oidc: true`. Without it the \
                  variable \
                  `BITBUCKET_STEP_OIDC_TOKEN` is empty, so the token file is an empty line, and STS \
                  refuses it in words that look like a refusal by the trust policy."
                .into(),
            mend: "add `oidc: true` to the step that assumes the role".into(),
            job: None,
            role: Some(role),
            sure: true,
            goes_on: true,
        })
    })
}

/// What the token of a step says: UUIDs in braces, of repository, deployment environment where there is one, and step
/// (Bitbucket Cloud documentation, "Integrate Pipelines with resource servers using OIDC").
pub(super) fn expected(environment: &Environment) -> Option<Expected> {
    let (workspace, repository) =
        (environment.get("BITBUCKET_WORKSPACE")?, environment.get("BITBUCKET_REPO_UUID")?);
    let step = environment.get("BITBUCKET_STEP_UUID")?;
    let deployment = environment.get("BITBUCKET_DEPLOYMENT_ENVIRONMENT_UUID");
    let parts = [Some(repository), deployment, Some(step)].into_iter().flatten();
    let parts: Vec<&str> = parts.map(|part| part.value.as_str()).filter(|part| !part.is_empty()).collect();
    let issuer = format!(
        "https://api.bitbucket.org/2.0/workspaces/{}/pipelines-config/identity/oidc",
        workspace.value
    );
    Some(Expected {
        issuer: Located::new(issuer, workspace.at),
        subject: Located::new(parts.join(":"), repository.at),
        audience: None,
    })
}

/// Where a step uses the token: in a script, or as a variable of a pipe.
fn uses(workflow: &Workflow, step: &Node) -> Option<At> {
    if let Some(text) = mention(workflow, step, &USES) {
        return Some(text.at);
    }
    let mut found = None;
    walk(step, &mut |key, span, _| {
        if found.is_none() && USES.contains(&key) {
            found = Some(At::new(workflow.document, span));
        }
    });
    found
}
