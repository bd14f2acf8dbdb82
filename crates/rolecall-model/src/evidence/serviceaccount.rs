//! The Kubernetes service account, its namespace and its Pod Identity association.

use super::fact::Fact;
use crate::document::{At, DocumentId, Text};
use crate::instant::Instant;

/// What is known of the service account.
#[derive(Clone, Debug)]
pub struct ServiceAccountEvidence {
    /// The service account (`serviceaccount.yaml`).
    pub account: Fact<ServiceAccount>,
    /// Further service accounts where the file lists several.
    pub others: Vec<ServiceAccount>,
    /// Its namespace (`namespace.yaml`).
    pub namespace: Fact<Namespace>,
    /// EKS Pod Identity associations (`association.json`).
    pub associations: Fact<Vec<Association>>,
    /// A Cognito identity pool (`identity-pool.json`).
    pub identity_pool: Fact<IdentityPool>,
}

/// Annotations or labels, in order.
pub type Pairs = Vec<Pair>;

/// One annotation or label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Key and its place.
    pub key: Text,
    /// Value and its place.
    pub value: Text,
}

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The document.
    pub document: DocumentId,
    /// Name.
    pub name: Text,
    /// Namespace, if written.
    pub namespace: Option<Text>,
    /// Creation.
    pub created: Option<Instant>,
    /// Annotations.
    pub annotations: Pairs,
    /// Place of `metadata`, for a caret where an annotation is missing.
    pub metadata_at: At,
    /// When the annotations were last changed, as `managedFields` tells.
    pub annotated: Option<Instant>,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The document.
    pub document: DocumentId,
    /// Name.
    pub name: Text,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
}

/// An EKS Pod Identity association.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// The document.
    pub document: DocumentId,
    /// Cluster.
    pub cluster: Option<Text>,
    /// Namespace.
    pub namespace: Option<Text>,
    /// Service account.
    pub service_account: Option<Text>,
    /// Role.
    pub role_arn: Option<Text>,
    /// Target role in another account.
    pub target_role_arn: Option<Text>,
    /// ARN of the association.
    pub arn: Option<Text>,
    /// Place of the whole.
    pub at: At,
}

/// A Cognito identity pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPool {
    /// The document.
    pub document: DocumentId,
    /// `region:uuid`
    pub id: Option<Text>,
    /// Role for signed-in identities.
    pub authenticated_role: Option<Text>,
    /// Role for guests.
    pub unauthenticated_role: Option<Text>,
    /// Whether guests are allowed.
    pub allows_guests: Option<bool>,
}
