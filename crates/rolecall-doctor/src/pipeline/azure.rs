//! Azure Pipelines: a script has the service connection's token only where the task hands it over.
//!
//! Source: Azure Pipelines task reference, AzureCLI@2, `addSpnToEnvironment`.

use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::Node;

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
                role: Some(text.at),
                sure: true,
                goes_on: true,
            });
        }
    });
    found
}
