//! A group of users.

use super::{Kept, Reference, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A group (reference iam.md §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The account it lies in.
    pub account: String,
    /// `/` or `/…/`.
    pub path: String,
    /// The name in its own case.
    pub name: String,
    /// `AGPA…`.
    pub id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// Unique ids (`AIDA…`) of the members in the order they joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Inline policies: name to document as submitted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inline_policies: BTreeMap<String, String>,
    /// ARNs of attached managed policies in the order of attachment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<String>,
}

impl Group {
    /// `arn:PARTITION:iam::ACCOUNT:group/PATH/NAME`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:group{}{}", self.account, self.path, self.name)
    }
}

impl Kept for Group {
    const KIND: Kind = Kind::Group;

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
        attached.chain(self.members.iter().cloned().map(Reference::Member)).collect()
    }
}
