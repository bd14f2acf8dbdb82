//! The pod, the webhook that should have injected it, and network policies.

use super::fact::Fact;
use super::serviceaccount::Pairs;
use super::token::JsonObject;
use crate::document::{At, DocumentId, Text};
use crate::instant::Instant;

/// What is known of the pod.
#[derive(Clone, Debug)]
pub struct PodEvidence {
    /// The pod (`pod.yaml`), or the pod template of a Deployment and its kin.
    pub pod: Fact<Pod>,
    /// Workloads that were read with the templates of their pods, whether or not a pod of theirs was.
    pub workloads: Vec<Workload>,
    /// The webhook's configuration (`webhook.yaml`).
    pub webhook: Fact<JsonObject>,
    /// The pod of the webhook itself (`webhook-pod.yaml`).
    pub webhook_pod: Fact<Pod>,
    /// Network policies (`networkpolicy.yaml`), whole.
    pub network_policies: Fact<Vec<JsonObject>>,
}

/// A pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// The document.
    pub document: DocumentId,
    /// `Pod`, or the kind whose template this is.
    pub kind: String,
    /// Name.
    pub name: Option<Text>,
    /// Namespace.
    pub namespace: Option<Text>,
    /// Creation.
    pub created: Option<Instant>,
    /// What controls it, by its owner references; none where they do not tell, and for a template.
    pub controller: Option<Controller>,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// `spec.serviceAccountName`, else `spec.serviceAccount`; none means `default`.
    pub service_account: Option<Text>,
    /// Init containers and containers.
    pub containers: Vec<Container>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// `spec.securityContext.fsGroup`
    pub fs_group: Option<i64>,
    /// `spec.securityContext.runAsUser`
    pub run_as_user: Option<i64>,
    /// `spec.hostNetwork`
    pub host_network: bool,
    /// Whether a `nodeSelector` names Windows.
    pub windows: bool,
    /// When the condition Ready became true.
    pub ready_since: Option<Instant>,
    /// Whether the condition Ready is true; none if not told.
    pub ready: Option<bool>,
    /// Place of `spec`, for a caret where something is missing.
    pub spec_at: At,
}

/// What makes pods of a template: a Deployment and its kin.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The template: name, namespace and kind are the workload's.
    pub template: Pod,
    /// Labels of the workload itself.
    pub labels: Pairs,
    /// Annotations of the workload itself.
    pub annotations: Pairs,
    /// What controls the workload itself, by its owner references.
    pub controller: Option<Controller>,
    /// What becomes of its pods when its template changes.
    pub rollout: Rollout,
}

/// The controller among the owner references of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// `apiVersion`, if told.
    pub api: Option<String>,
    /// Kind.
    pub kind: String,
    /// Name; it is of the object's namespace, or of none.
    pub name: String,
}

impl Controller {
    /// Whether it is of a kind that Kubernetes itself brings: others may bear the same names.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        let group = self.api.as_deref().map(|api| api.split_once('/').map_or("", |(group, _)| group));
        group.is_none_or(|group| ["apps", "batch", "extensions"].contains(&group))
    }
}

/// What becomes of a workload's pods when its template changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// Its controller goes by its kind alone: Deployments and their kin make them anew.
    ByKind,
    /// They stay as they are until each is deleted (`updateStrategy: OnDelete`).
    OnDelete,
    /// They stay as they are, and those made meanwhile are of the template of before (`paused` of a Deployment).
    Paused,
    /// Those with a lower ordinal stay of the template of before (`partition` of a StatefulSet).
    Partition(i64),
}

/// A container.
#[derive(Clone, Debug)]
pub struct Container {
    /// Name.
    pub name: Text,
    /// Image.
    pub image: Option<Text>,
    /// Whether it is an init container.
    pub init: bool,
    /// Variables.
    pub env: Vec<EnvVar>,
    /// Whether `envFrom` draws in variables that are not seen here.
    pub env_from: bool,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// `securityContext.runAsUser`
    pub run_as_user: Option<i64>,
    /// Command and arguments, in order.
    pub arguments: Vec<Text>,
    /// Place of the container.
    pub at: At,
}

impl Container {
    /// The variable, if it is set here.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<&EnvVar> {
        self.env.iter().rev().find(|variable| variable.name.value == name)
    }
}

/// A variable of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvVar {
    /// Name.
    pub name: Text,
    /// Value; none where `valueFrom` draws it from elsewhere.
    pub value: Option<Text>,
    /// The place of the entry.
    pub at: At,
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Name of the volume.
    pub name: String,
    /// Path in the container.
    pub path: Text,
    /// `subPathExpr`, which draws on variables of the container.
    pub sub_path_expr: Option<Text>,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Name.
    pub name: Text,
    /// Service account tokens that a projected volume holds.
    pub tokens: Vec<ProjectedToken>,
    /// Whether it is projected.
    pub projected: bool,
    /// Name of the secret it shows, if it does.
    pub secret: Option<String>,
}

/// A projected service account token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectedToken {
    /// Audience; none means the API server's own.
    pub audience: Option<Text>,
    /// Life in seconds.
    pub expiration: Option<i64>,
    /// Path below the mount.
    pub path: Option<Text>,
}
