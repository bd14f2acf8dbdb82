//! A role.

use super::{Kept, Reference, Tag, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A role (reference iam.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The account it lies in.
    pub account: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The name in its own case.
    pub name: String,
    /// `AROA…`.
    pub id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// AssumeRolePolicyDocument as submitted.
    pub trust_policy: String,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// MaxSessionDuration in seconds.
    pub max_session_duration: u32,
    /// ARN of the permissions boundary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Inline policies: name to document as submitted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inline_policies: BTreeMap<String, String>,
    /// ARNs of attached managed policies in the order of attachment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<String>,
    /// RoleLastUsed; `None` if never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
}

/// When and where a role was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// LastUsedDate.
    #[serde(with = "instant")]
    pub at: Instant,
    /// Region.
    pub region: String,
    /// The last use of each service, by its namespace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, ServiceUse>,
}

/// When and where a service was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceUse {
    /// When.
    #[serde(with = "instant")]
    pub at: Instant,
    /// Region.
    pub region: String,
}

impl Role {
    /// `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:role{}{}", self.account, self.path, self.name)
    }
}

impl Kept for Role {
    const KIND: Kind = Kind::Role;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn references(&self) -> Vec<Reference> {
        let attached = self.attached_policies.iter().cloned().map(Reference::Attached);
        attached.chain(self.permissions_boundary.clone().map(Reference::Boundary)).collect()
    }
}
