//! Pipeline definitions, told apart by name and shape.

use rolecall_model::document::DocumentId;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::workflow::{Platform, Workflow};
use rolecall_model::json::Node;

/// Takes a definition in. False where the file is none.
pub(super) fn definition(evidence: &mut Evidence, id: DocumentId, name: &str, node: Option<&Node>) -> bool {
    let Some(node) = node.filter(|node| node.get("kind").is_none()) else { return false };
    let Some(platform) = platform(&name.to_ascii_lowercase(), node) else { return false };
    let called =
        name.to_ascii_lowercase().starts_with("called") || node.path(&["on", "workflow_call"]).is_some();
    evidence.workflows.push(Workflow { platform, called, document: id, node: node.clone() });
    true
}

fn platform(name: &str, node: &Node) -> Option<Platform> {
    let has = |key: &str| node.get(key).is_some();
    match name {
        name if name.contains("gitlab-ci") => Some(Platform::GitLab),
        name if name.contains("bitbucket-pipelines") => Some(Platform::Bitbucket),
        name if name.contains("azure-pipelines") => Some(Platform::AzureDevOps),
        _ if has("on") && has("jobs") => Some(Platform::GitHub),
        _ if has("orbs") || has("version") && (has("workflows") || has("jobs")) => Some(Platform::CircleCi),
        _ if has("pipelines") => Some(Platform::Bitbucket),
        _ if has("trigger") && (has("steps") || has("stages") || has("jobs")) => Some(Platform::AzureDevOps),
        _ if has("steps") => Some(Platform::Buildkite),
        _ if node.members().iter().any(|member| {
            member.value.get("id_tokens").is_some() || member.value.get("script").is_some()
        }) =>
        {
            Some(Platform::GitLab)
        }
        name if name.contains("workflow") => Some(Platform::GitHub),
        _ => None,
    }
}
