//! An OIDC provider for users of a cluster's Kubernetes API; not an IAM OIDC provider.

use super::{Kept, Tag};
use crate::key::Kind;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An identity provider config of a cluster (reference eks.md §1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProviderConfig {
    /// The account it lies in.
    pub account: String,
    /// The cluster's region.
    pub region: String,
    /// The cluster's name.
    pub cluster: String,
    /// identityProviderConfigName.
    pub name: String,
    /// The unique part of identityProviderConfigArn.
    pub id: String,
    /// issuerUrl.
    pub issuer_url: String,
    /// clientId.
    pub client_id: String,
    /// usernameClaim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_claim: Option<String>,
    /// usernamePrefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_prefix: Option<String>,
    /// groupsClaim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_claim: Option<String>,
    /// groupsPrefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_prefix: Option<String>,
    /// requiredClaims.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub required_claims: BTreeMap<String, String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Kept for IdentityProviderConfig {
    const KIND: Kind = Kind::IdentityProviderConfig;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}/{}", self.region, self.cluster, self.name))
    }
}
