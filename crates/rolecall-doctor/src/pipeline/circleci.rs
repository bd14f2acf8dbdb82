//! CircleCI: the job's token stands in `CIRCLE_OIDC_TOKEN_V2`; some jobs and servers have none.
//!
//! Source: CircleCI documentation, "Using OpenID Connect tokens in jobs"; message of the orb circleci/aws-cli.

use rolecall_model::document::{At, Located};
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::Workflow;

use super::subject::{Expected, said};
use super::walk;

/// Where a workflow runs a job with a context; none where no job has one.
#[must_use]
pub fn context(workflow: &Workflow) -> Option<At> {
    let mut found = None;
    if let Some(workflows) = workflow.node.get("workflows") {
        walk(workflows, &mut |key, span, value| {
            if key == "context" && !value.is_null() && found.is_none() {
                found = Some(At::new(workflow.document, span));
            }
        });
    }
    found
}

/// What the job's token says: ids of organisation, project and user; its audience is the organisation. The user stands in no
/// variable of a job.
pub(super) fn expected(environment: &Environment) -> Option<Expected> {
    let organization = environment.get("CIRCLE_ORGANIZATION_ID")?;
    let (project, user) = (environment.get("CIRCLE_PROJECT_ID")?, environment.get(said::USER_ID)?);
    let subject = format!("org/{}/project/{}/user/{}", organization.value, project.value, user.value);
    Some(Expected {
        issuer: Located::new(
            format!("https://oidc.circleci.com/org/{}", organization.value),
            organization.at,
        ),
        subject: Located::new(subject, project.at),
        audience: Some(organization.clone()),
    })
}
