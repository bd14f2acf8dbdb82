//! What the EKS pod identity webhook does to a pod that is being created, and why it leaves one alone.
//!
//! Source: amazon-eks-pod-identity-webhook, `pkg/handler` and `pkg/cache` (reference eks.md §3). It sees a pod once, when
//! it is created; what the API server does not send it (label, selector, rules) is not decided here.

pub mod annotations;
mod containers;
pub mod patch;

use rolecall_model::json::Node;

use annotations::{Account, ConfigMap};
use containers::{Injector, Unreadable};

/// The webhook's flags (reference eks.md §3.1), by default as the program has them. EKS itself sets the region and
/// regional STS endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// `--annotation-prefix`
    pub annotation_prefix: String,
    /// `--token-audience`
    pub audience: String,
    /// `--token-expiration` in seconds.
    pub expiration: i64,
    /// `--token-mount-path`
    pub mount_path: String,
    /// `--aws-default-region`; empty for none.
    pub region: String,
    /// `--sts-regional-endpoint`
    pub regional_sts: bool,
    /// Partition and account that complete a bare role name, where `--compose-role-arn` is set.
    pub compose_role_arn: Option<(String, String)>,
    /// Pod Identity's part.
    pub pod_identity: PodIdentity,
}

/// The flags that begin with `--container-credentials`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodIdentity {
    /// `…-audience`
    pub audience: String,
    /// `…-mount-path`
    pub mount_path: String,
    /// `…-volume-name`
    pub volume_name: String,
    /// `…-token-path`
    pub token_path: String,
    /// `…-full-uri`
    pub full_uri: String,
}

/// Life of a token in seconds where nothing says otherwise.
pub const DEFAULT_EXPIRATION: i64 = 86_400;

impl Default for Configuration {
    fn default() -> Self {
        Self {
            annotation_prefix: "eks.amazonaws.com".into(),
            audience: "sts.amazonaws.com".into(),
            expiration: DEFAULT_EXPIRATION,
            mount_path: "/var/run/secrets/eks.amazonaws.com/serviceaccount".into(),
            region: String::new(),
            regional_sts: false,
            compose_role_arn: None,
            pod_identity: PodIdentity::default(),
        }
    }
}

impl Default for PodIdentity {
    fn default() -> Self {
        Self {
            audience: "pods.eks.amazonaws.com".into(),
            mount_path: "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount".into(),
            volume_name: "eks-pod-identity-token".into(),
            token_path: "eks-pod-identity-token".into(),
            full_uri: "http://169.254.170.23/v1/credentials".into(),
        }
    }
}

/// What the webhook knows beside the pod.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The namespace of the request: it counts, whatever the pod's metadata says.
    pub namespace: &'a str,
    /// The pod's service account; none where the webhook's cache does not have it (yet).
    pub account: Option<&'a Account>,
    /// The ConfigMap `pod-identity-webhook`, where it is watched.
    pub config_map: Option<&'a ConfigMap>,
    /// Given where the account has a Pod Identity association: the life, of 79,200 to 86,400 seconds, that is drawn
    /// for a token of the default life, so that not all are renewed at once.
    pub pod_identity: Option<i64>,
}

/// What the webhook answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The pod is admitted with a patch; the patch may change nothing.
    Mutate(Mutation),
    /// The pod is admitted as it is.
    Leave(Reason),
    /// The pod is refused: it cannot be read.
    Refuse(Unread),
}

/// Why a pod is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pod names no service account.
    NoServiceAccount,
    /// The webhook does not know the account.
    UnknownAccount,
    /// The account names no role.
    NoRole,
}

/// What of a pod is not of the type that Kubernetes gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where it stands, as a JSON pointer.
    pub pointer: String,
}

/// What is done to a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// How its containers are to get credentials.
    pub mechanism: Mechanism,
    /// The token that is projected.
    pub token: Token,
    /// Whether the volume is added; false where the pod has one of that name, whatever it holds.
    pub adds_volume: bool,
    /// Where the token is mounted.
    pub mount_path: String,
    /// Init containers, in order.
    pub init_containers: Vec<Container>,
    /// Containers, in order.
    pub containers: Vec<Container>,
}

/// How a container gets credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// By exchanging its token for this role at STS.
    WebIdentity {
        /// As the annotation says, sound or not.
        role_arn: String,
    },
    /// By the Pod Identity agent.
    PodIdentity,
}

/// A projected token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Name of its volume.
    pub volume: String,
    /// Audience; empty means the API server's own.
    pub audience: String,
    /// Life in seconds.
    pub expiration: i64,
    /// File below the mount.
    pub path: String,
}

/// A container and what is done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Name.
    pub name: String,
    /// What is done.
    pub treatment: Treatment,
}

/// What is done to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing: the annotation `skip-containers` lists it.
    Skipped,
    /// Nothing: an identity variable, a region variable and the STS variable are set, so that even the mount stays away.
    Complete,
    /// It gets what it does not have.
    Injected {
        /// Variables, in the order in which they are appended.
        env: Vec<(&'static str, String)>,
        /// Whether a mount is appended.
        mount: bool,
    },
}

impl Mutation {
    /// Whether anything differs afterwards.
    #[must_use]
    pub fn changes(&self) -> bool {
        let changed = |container: &Container| match &container.treatment {
            Treatment::Injected { env, mount } => *mount || !env.is_empty(),
            Treatment::Skipped | Treatment::Complete => false,
        };
        self.adds_volume || self.init_containers.iter().chain(&self.containers).any(changed)
    }

    /// What is done to the container or init container of that name.
    #[must_use]
    pub fn treatment(&self, name: &str) -> Option<&Treatment> {
        let mut all = self.containers.iter().chain(&self.init_containers);
        all.find(|container| container.name == name).map(|container| &container.treatment)
    }
}

/// What the webhook does to a pod.
#[must_use]
pub fn plan(pod: &Node, known: &Known<'_>, configuration: &Configuration) -> Plan {
    match Injector::read(pod) {
        Ok(injector) => injector.plan(known, configuration),
        Err(Unreadable(node)) => Plan::Refuse(Unread { pointer: pod.pointer_to(node.span) }),
    }
}
