//! A Kubernetes cluster as EKS describes it.

use super::{Tag, encoding::instant};
use crate::entity::Kept;
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A cluster (reference eks.md §1.1): the members that identity rests on; the others are kept as given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The account it lies in.
    pub account: String,
    /// The region it lies in.
    pub region: String,
    /// The name.
    pub name: String,
    /// createdAt.
    #[serde(with = "instant")]
    pub created: Instant,
    /// Kubernetes version, `1.33`.
    pub version: String,
    /// status.
    pub status: ClusterStatus,
    /// URL of the Kubernetes API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// certificateAuthority.data: base64 of PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authority: Option<String>,
    /// roleArn.
    pub role_arn: String,
    /// identity.oidc.issuer with `https://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Other members of the description as one JSON object, as CreateCluster gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// The state of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ClusterStatus {
    /// Being made.
    Creating,
    /// In use.
    Active,
    /// Being removed.
    Deleting,
    /// Could not be made.
    Failed,
    /// Being changed.
    Updating,
    /// Connected from outside, not registered yet.
    Pending,
}

impl Cluster {
    /// `arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:eks:{}:{}:cluster/{}", self.region, self.account, self.name)
    }
}

impl Kept for Cluster {
    const KIND: Kind = Kind::Cluster;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.region, self.name))
    }
}
