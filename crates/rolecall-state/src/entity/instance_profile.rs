//! An instance profile.

use super::{Kept, Reference, Tag, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An instance profile (reference iam.md §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// The account it lies in.
    pub account: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The name in its own case.
    pub name: String,
    /// `AIPA…`.
    pub id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// The name of its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl InstanceProfile {
    /// `arn:PARTITION:iam::ACCOUNT:instance-profile/PATH/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:instance-profile{}{}", self.account, self.path, self.name)
    }
}

impl Kept for InstanceProfile {
    const KIND: Kind = Kind::InstanceProfile;

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
        self.role.iter().map(|role| Reference::ProfileRole(role.to_ascii_lowercase())).collect()
    }
}
