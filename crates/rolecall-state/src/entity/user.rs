//! A user.

use super::{
    Kept, Reference, Tag,
    encoding::{instant, instant_option},
};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A user (reference iam.md §6). Groups and access keys name the user by [`User::id`], so that renaming
/// changes the user alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The account it lies in.
    pub account: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The name in its own case.
    pub name: String,
    /// `AIDA…`.
    pub id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
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
    /// PasswordLastUsed; `None` if never used.
    #[serde(with = "instant_option", default, skip_serializing_if = "Option::is_none")]
    pub password_last_used: Option<Instant>,
}

impl User {
    /// `arn:PARTITION:iam::ACCOUNT:user/PATH/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:user{}{}", self.account, self.path, self.name)
    }
}

impl Kept for User {
    const KIND: Kind = Kind::User;

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
