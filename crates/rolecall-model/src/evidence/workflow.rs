//! Pipeline definitions of CI platforms.

use crate::document::DocumentId;
use crate::json::Node;

/// A pipeline definition.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Whose it is.
    pub platform: Platform,
    /// Whether it is a reusable workflow that another one calls (`called-workflow.yaml`).
    pub called: bool,
    /// The document.
    pub document: DocumentId,
    /// Its tree.
    pub node: Node,
}

/// CI platforms whose definitions are told apart by name and shape of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// GitHub Actions (`workflow.yaml`, `.github/workflows/*`).
    GitHub,
    /// GitLab (`.gitlab-ci.yml`).
    GitLab,
    /// Bitbucket Pipelines (`bitbucket-pipelines.yml`).
    Bitbucket,
    /// CircleCI (`config.yml` with `orbs`, `workflows` or `jobs`).
    CircleCi,
    /// Buildkite (`pipeline.yml` with `steps`).
    Buildkite,
    /// Azure DevOps (`azure-pipelines.yml`).
    AzureDevOps,
}
