//! Azure Pipelines: a script has the service connection's token only where the task hands it over.
//!
//! Source: Azure Pipelines task reference, AzureCLI@2, `addSpnToEnvironment`.

use rolecall_model::document::Located;
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::Node;

use super::subject::{Expected, said};
use super::{Refusal, mention, place, walk};

/// The first task whose script uses `idToken` without being handed it.
pub(super) fn refusal(workflow: &Workflow) -> Option<Refusal> {
    let mut found = None;
    walk(&workflow.node, &mut |key, _, inputs| {
        if key != "inputs" || found.is_some() {
            return;
        }
        let handed = inputs.get("addSpnToEnvironment").and_then(Node::scalar) == Some("true");
        let used = mention(workflow, inputs, &["$idToken", "${idToken}", "$env:idToken", "%idToken%"]);
        if let Some(text) = used.filter(|_| !handed) {
            found = Some(Refusal {
                at: place(workflow, inputs),
                label: "no `addSpnToEnvironment: true` here".into(),
                why: "The task hands `idToken` to its script only with `addSpnToEnvironment: true`. \
                      Without it the \
                      variable is empty, so the token file is too."
                    .into(),
                mend: "set `addSpnToEnvironment: true` for the task".into(),
                job: None,
                role: Some(text.at),
                sure: true,
                goes_on: true,
            });
        }
    });
    found
}

/// What the token of a service connection says (Microsoft Learn, "Azure DevOps workload identity federation"): organisation,
/// project and connection by name; the issuer ends in the organisation's id, which stands in no variable of a job.
pub(super) fn expected(workflow: Option<&Workflow>, environment: &Environment) -> Option<Expected> {
    let collection = environment.get("SYSTEM_COLLECTIONURI")?;
    let project = environment.get("SYSTEM_TEAMPROJECT")?;
    let id = environment.get(said::ORGANIZATION_ID)?;
    let organization = organization(&collection.value)?;
    let connection = match environment.get(said::SERVICE_CONNECTION) {
        Some(connection) => connection.clone(),
        None => super::values(workflow?, &["awsCredentials", "azureSubscription"])
            .into_iter()
            .find(|text| !text.value.contains("$("))?,
    };
    Some(Expected {
        issuer: Located::new(format!("https://vstoken.dev.azure.com/{}", id.value), id.at),
        subject: Located::new(
            format!("sc://{organization}/{}/{}", project.value, connection.value),
            connection.at,
        ),
        audience: None,
    })
}

/// `https://dev.azure.com/ORG/`, or `https://ORG.visualstudio.com/` as it was before.
fn organization(collection: &str) -> Option<&str> {
    let bare = collection.strip_prefix("https://")?.trim_end_matches('/');
    bare.strip_prefix("dev.azure.com/").or_else(|| bare.strip_suffix(".visualstudio.com"))
}
