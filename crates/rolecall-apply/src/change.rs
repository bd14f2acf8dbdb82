//! An edit in the form in which the undo file keeps it.

use std::collections::BTreeMap;

use rolecall_doctor::fix::edit::{self, Edit, TrustPolicyEdit};
use rolecall_model::document::DocumentId;
use serde::{Deserialize, Serialize};

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "members are those of the edit of the same name")]
pub enum Change {
    SetTrustPolicy {
        role: String,
        before: String,
        after: String,
    },
    SetProviderAudiences {
        provider: String,
        before: Vec<String>,
        after: Vec<String>,
    },
    SetProviderThumbprints {
        provider: String,
        before: Vec<String>,
        after: Vec<String>,
    },
    CreateProvider {
        provider: String,
        url: String,
        audiences: Vec<String>,
    },
    SetMaxSessionDuration {
        role: String,
        before: i64,
        after: i64,
    },
    PutRolePolicy {
        role: String,
        name: String,
        before: Option<String>,
        after: Option<String>,
    },
    SetManagedPolicy {
        policy: String,
        before: String,
        after: String,
    },
    AnnotateServiceAccount {
        namespace: String,
        name: String,
        key: String,
        before: Option<String>,
        after: Option<String>,
    },
    PatchPodTemplate {
        namespace: String,
        kind: String,
        name: String,
        before: Option<String>,
        after: Option<String>,
    },
    CreateServiceAccount {
        namespace: String,
        name: String,
        annotations: BTreeMap<String, String>,
    },
    SetContainerEnv {
        namespace: String,
        kind: String,
        name: String,
        variables: Vec<Variable>,
    },
    RestartWorkload {
        namespace: String,
        kind: String,
        name: String,
    },
}

/// A variable of a container that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "members are those of the edit's own")]
pub struct Variable {
    pub container: String,
    pub name: String,
    pub place: usize,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl From<edit::Variable> for Variable {
    fn from(one: edit::Variable) -> Self {
        let edit::Variable { container, name, place, before, after } = one;
        Variable { container, name, place, before, after }
    }
}

impl From<Variable> for edit::Variable {
    fn from(one: Variable) -> Self {
        let Variable { container, name, place, before, after } = one;
        edit::Variable { container, name, place, before, after }
    }
}

impl Change {
    /// An edit of a live object; none for one of a file.
    #[must_use]
    pub fn of(edit: &Edit) -> Option<Change> {
        Some(match edit.clone() {
            Edit::SetTrustPolicy(edit) => {
                Change::SetTrustPolicy { role: edit.role, before: edit.before, after: edit.after }
            }
            Edit::SetProviderAudiences { provider, before, after } => {
                Change::SetProviderAudiences { provider, before, after }
            }
            Edit::SetProviderThumbprints { provider, before, after } => {
                Change::SetProviderThumbprints { provider, before, after }
            }
            Edit::CreateProvider { provider, url, audiences } => {
                Change::CreateProvider { provider, url, audiences }
            }
            Edit::SetMaxSessionDuration { role, before, after } => {
                Change::SetMaxSessionDuration { role, before, after }
            }
            Edit::PutRolePolicy { role, name, before, after } => {
                Change::PutRolePolicy { role, name, before, after }
            }
            Edit::SetManagedPolicy { policy, before, after } => {
                Change::SetManagedPolicy { policy, before, after }
            }
            Edit::AnnotateServiceAccount { namespace, name, key, before, after } => {
                Change::AnnotateServiceAccount { namespace, name, key, before, after }
            }
            Edit::PatchPodTemplate { namespace, kind, name, before, after } => {
                Change::PatchPodTemplate { namespace, kind, name, before, after }
            }
            Edit::CreateServiceAccount { namespace, name, annotations } => {
                Change::CreateServiceAccount { namespace, name, annotations }
            }
            Edit::SetContainerEnv { namespace, kind, name, variables } => {
                let variables = variables.into_iter().map(Into::into).collect();
                Change::SetContainerEnv { namespace, kind, name, variables }
            }
            Edit::RestartWorkload { namespace, kind, name } => {
                Change::RestartWorkload { namespace, kind, name }
            }
            Edit::EditFile { .. } | Edit::GrantIdToken { .. } | Edit::SetRoleInput { .. } => return None,
        })
    }

    /// The edit.
    #[must_use]
    pub fn edit(&self) -> Edit {
        match self.clone() {
            Change::SetTrustPolicy { role, before, after } => Edit::SetTrustPolicy(TrustPolicyEdit {
                role,
                document: DocumentId(0),
                changes: Vec::new(),
                before,
                after,
            }),
            Change::SetProviderAudiences { provider, before, after } => {
                Edit::SetProviderAudiences { provider, before, after }
            }
            Change::SetProviderThumbprints { provider, before, after } => {
                Edit::SetProviderThumbprints { provider, before, after }
            }
            Change::CreateProvider { provider, url, audiences } => {
                Edit::CreateProvider { provider, url, audiences }
            }
            Change::SetMaxSessionDuration { role, before, after } => {
                Edit::SetMaxSessionDuration { role, before, after }
            }
            Change::PutRolePolicy { role, name, before, after } => {
                Edit::PutRolePolicy { role, name, before, after }
            }
            Change::SetManagedPolicy { policy, before, after } => {
                Edit::SetManagedPolicy { policy, before, after }
            }
            Change::AnnotateServiceAccount { namespace, name, key, before, after } => {
                Edit::AnnotateServiceAccount { namespace, name, key, before, after }
            }
            Change::PatchPodTemplate { namespace, kind, name, before, after } => {
                Edit::PatchPodTemplate { namespace, kind, name, before, after }
            }
            Change::CreateServiceAccount { namespace, name, annotations } => {
                Edit::CreateServiceAccount { namespace, name, annotations }
            }
            Change::SetContainerEnv { namespace, kind, name, variables } => {
                let variables = variables.into_iter().map(Into::into).collect();
                Edit::SetContainerEnv { namespace, kind, name, variables }
            }
            Change::RestartWorkload { namespace, kind, name } => {
                Edit::RestartWorkload { namespace, kind, name }
            }
        }
    }
}
