//! A managed policy with its versions.

use super::{Kept, Tag, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A managed policy (reference iam.md §5.2). AWS's own lie in the account `aws`. How often it is attached
/// is not kept but derived: [`crate::view::AccountView::attachments`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The account it lies in, or `aws`.
    pub account: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The name in its own case.
    pub name: String,
    /// `ANPA…`.
    pub id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// UpdateDate.
    #[serde(with = "instant")]
    pub updated: Instant,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The versions, oldest first; at least one.
    pub versions: Vec<PolicyVersion>,
    /// The number of the default version: 1 for `v1`.
    pub default_version: u32,
    /// The number the next version gets; numbers are never used again.
    pub next_version: u32,
}

/// One version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// 1 for `v1`.
    pub number: u32,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// The document as submitted.
    pub document: String,
}

impl ManagedPolicy {
    /// `arn:PARTITION:iam::ACCOUNT:policy/PATH/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:policy{}{}", self.account, self.path, self.name)
    }

    /// The version of a number.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The version that counts.
    #[must_use]
    pub fn default_version(&self) -> Option<&PolicyVersion> {
        self.version(self.default_version)
    }
}

impl Kept for ManagedPolicy {
    const KIND: Kind = Kind::ManagedPolicy;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn path(&self) -> &str {
        &self.path
    }
}
