//! Edits: what changes where, with what was there before, so that it can be previewed, compared and undone.

use std::collections::BTreeMap;

use rolecall_model::document::DocumentId;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::Change;

/// One change. The set is closed: whatever applies edits knows all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Stores another trust policy.
    SetTrustPolicy(TrustPolicyEdit),
    /// Replaces the provider's client ids.
    SetProviderAudiences {
        /// ARN of the provider.
        provider: String,
        /// Client ids now.
        before: Vec<String>,
        /// Client ids afterwards.
        after: Vec<String>,
    },
    /// Replaces the provider's thumbprints.
    SetProviderThumbprints {
        /// ARN of the provider.
        provider: String,
        /// Thumbprints now.
        before: Vec<String>,
        /// Thumbprints afterwards.
        after: Vec<String>,
    },
    /// Registers an issuer.
    CreateProvider {
        /// ARN it will have.
        provider: String,
        /// The issuer's URL.
        url: String,
        /// Client ids.
        audiences: Vec<String>,
    },
    /// Changes the longest session of a role.
    SetMaxSessionDuration {
        /// Name of the role.
        role: String,
        /// Seconds now.
        before: i64,
        /// Seconds afterwards.
        after: i64,
    },
    /// Stores an inline policy of a role.
    PutRolePolicy {
        /// Name of the role.
        role: String,
        /// Name of the policy.
        name: String,
        /// Its document now; none where there is no policy of that name.
        before: Option<String>,
        /// Its document afterwards; none takes it away.
        after: Option<String>,
    },
    /// Gives a managed policy another default version.
    SetManagedPolicy {
        /// ARN of the policy.
        policy: String,
        /// The default version's document now.
        before: String,
        /// Its document afterwards.
        after: String,
    },
    /// Annotates a service account.
    AnnotateServiceAccount {
        /// Namespace.
        namespace: String,
        /// Name of the account.
        name: String,
        /// Key of the annotation.
        key: String,
        /// Its value now; none where there is none.
        before: Option<String>,
        /// Its value afterwards; none takes it away.
        after: Option<String>,
    },
    /// Makes a service account.
    CreateServiceAccount {
        /// Namespace.
        namespace: String,
        /// Name of the account.
        name: String,
        /// Its annotations.
        annotations: BTreeMap<String, String>,
    },
    /// Lets a workload's pods run as another service account.
    PatchPodTemplate {
        /// Namespace.
        namespace: String,
        /// Kind of the workload; `Pod` where it has none that is known.
        kind: String,
        /// Its name.
        name: String,
        /// `serviceAccountName` now.
        before: Option<String>,
        /// `serviceAccountName` afterwards.
        after: Option<String>,
    },
    /// Sets variables of containers in a workload's pod template, or takes them out, all at once: the workload makes
    /// its pods anew by that.
    SetContainerEnv {
        /// Namespace.
        namespace: String,
        /// Kind of the workload.
        kind: String,
        /// Its name.
        name: String,
        /// The variables that change; those of one container in the order in which they stand there.
        variables: Vec<Variable>,
    },
    /// Makes a workload's pods anew, so that the webhook sees them again.
    RestartWorkload {
        /// Namespace.
        namespace: String,
        /// Kind of the workload; `Pod` where it has none that is known.
        kind: String,
        /// Its name.
        name: String,
    },
    /// Gives a job of a GitHub workflow the permission to ask for an ID token.
    GrantIdToken {
        /// The workflow among the evidence.
        file: String,
        /// Key of the job.
        job: String,
    },
    /// Gives the steps of a workflow another role.
    SetRoleInput {
        /// The workflow among the evidence.
        file: String,
        /// The value now.
        before: String,
        /// The value afterwards.
        after: String,
    },
    /// Changes a file that the user keeps: a workflow, a manifest.
    EditFile {
        /// The file.
        file: String,
        /// Its text now.
        before: String,
        /// Its text afterwards.
        after: String,
    },
}

/// A variable of a container that changes. Its value is written out: one that is drawn from elsewhere is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name of the container or init container.
    pub container: String,
    /// Name of the variable.
    pub name: String,
    /// Its place in the container's list, from 0: later ones may draw on earlier ones, so it comes back to its own.
    pub place: usize,
    /// Its value now; none where it is not set.
    pub before: Option<String>,
    /// Its value afterwards; none takes it out.
    pub after: Option<String>,
}

/// Another trust policy, made from the stored one by changing the bytes that must change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustPolicyEdit {
    /// Name of the role.
    pub role: String,
    /// The document in which the policy stands.
    pub document: DocumentId,
    /// Changes in that document.
    pub changes: Vec<Change>,
    /// The policy's text now.
    pub before: String,
    /// The policy's text afterwards.
    pub after: String,
}

impl Edit {
    /// The edit that undoes this one; none where nothing can: a pod that was replaced stays replaced, a provider or an
    /// account is not deleted again, since others may have come to rest on it, and what a job's permissions were stands
    /// in its history.
    #[must_use]
    pub fn inverse(&self) -> Option<Edit> {
        let mut inverse = self.clone();
        match &mut inverse {
            Edit::SetTrustPolicy(edit) => {
                std::mem::swap(&mut edit.before, &mut edit.after);
                edit.changes = Vec::new();
            }
            Edit::SetProviderAudiences { before, after, .. }
            | Edit::SetProviderThumbprints { before, after, .. } => std::mem::swap(before, after),
            Edit::SetMaxSessionDuration { before, after, .. } => std::mem::swap(before, after),
            Edit::PutRolePolicy { before, after, .. }
            | Edit::AnnotateServiceAccount { before, after, .. }
            | Edit::PatchPodTemplate { before, after, .. } => std::mem::swap(before, after),
            Edit::EditFile { before, after, .. }
            | Edit::SetRoleInput { before, after, .. }
            | Edit::SetManagedPolicy { before, after, .. } => std::mem::swap(before, after),
            Edit::SetContainerEnv { variables, .. } => {
                let swap = |one: &mut Variable| std::mem::swap(&mut one.before, &mut one.after);
                variables.iter_mut().for_each(swap);
            }
            Edit::CreateProvider { .. }
            | Edit::CreateServiceAccount { .. }
            | Edit::RestartWorkload { .. }
            | Edit::GrantIdToken { .. } => return None,
        }
        Some(inverse)
    }

    /// The file that it changes, where it is a file that the user keeps.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Edit::GrantIdToken { file, .. }
            | Edit::SetRoleInput { file, .. }
            | Edit::EditFile { file, .. } => Some(file),
            _ => None,
        }
    }

    /// The kind of the workload that makes its pods of another template afterwards.
    #[must_use]
    pub fn template_of(&self) -> Option<&str> {
        match self {
            Edit::PatchPodTemplate { kind, .. } | Edit::SetContainerEnv { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// Whether it decides who is admitted to the role that the evidence is about.
    #[must_use]
    pub fn concerns_admission(&self, evidence: &Evidence) -> bool {
        matches!(self, Edit::SetTrustPolicy(edit) if edit.other_role(evidence).is_none())
    }
}

impl TrustPolicyEdit {
    /// The place among the evidence's other roles, where it is one of those. Both are of one account, where names are
    /// unique: a trust policy of another account is not changed from here.
    #[must_use]
    pub fn other_role(&self, evidence: &Evidence) -> Option<usize> {
        let is = |role: &Role| match &role.name {
            Some(name) => name.value == self.role,
            None => role.arn.value.rsplit('/').next() == Some(self.role.as_str()),
        };
        if evidence.role.role.present().is_some_and(is) {
            return None;
        }
        evidence.role.others.iter().position(is)
    }
}
