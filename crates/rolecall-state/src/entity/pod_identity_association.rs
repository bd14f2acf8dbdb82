//! A Pod Identity association: which role the pods of a service account get.

use super::{Kept, Tag, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A Pod Identity association (reference eks.md §1.3). Its name in the view is
/// `REGION/CLUSTER/NAMESPACE/SERVICE-ACCOUNT`, of which there is at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodIdentityAssociation {
    /// The account it lies in.
    pub account: String,
    /// The cluster's region.
    pub region: String,
    /// clusterName.
    pub cluster: String,
    /// namespace.
    pub namespace: String,
    /// serviceAccount.
    pub service_account: String,
    /// associationId: `a-` and 17 letters and digits.
    pub id: String,
    /// roleArn.
    pub role_arn: String,
    /// createdAt.
    #[serde(with = "instant")]
    pub created: Instant,
    /// modifiedAt.
    #[serde(with = "instant")]
    pub modified: Instant,
    /// disableSessionTags.
    pub disable_session_tags: bool,
    /// targetRoleArn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_role_arn: Option<String>,
    /// externalId.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// policy: a session policy as submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl PodIdentityAssociation {
    /// `arn:PARTITION:eks:REGION:ACCOUNT:podidentityassociation/CLUSTER/ID`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!(
            "arn:{partition}:eks:{}:{}:podidentityassociation/{}/{}",
            self.region, self.account, self.cluster, self.id
        )
    }
}

impl Kept for PodIdentityAssociation {
    const KIND: Kind = Kind::PodIdentityAssociation;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}/{}/{}", self.region, self.cluster, self.namespace, self.service_account))
    }
}
