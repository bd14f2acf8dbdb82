//! CircleCI: the job's token stands in `CIRCLE_OIDC_TOKEN_V2`; some jobs and servers have none.
//!
//! Source: CircleCI documentation, "Using OpenID Connect tokens in jobs"; message of the orb circleci/aws-cli.

use rolecall_model::document::At;
use rolecall_model::evidence::workflow::Workflow;

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
