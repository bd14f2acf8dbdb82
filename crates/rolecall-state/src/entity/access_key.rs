//! A long-lived access key.

use super::{Kept, Reference, ServiceUse, Wrapped, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An access key of a user or of an account's root (reference iam.md §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The account it lies in.
    pub account: String,
    /// `AKIA…`, unique in the service.
    pub id: String,
    /// Whose it is.
    pub owner: KeyOwner,
    /// Whether it may sign.
    pub status: KeyStatus,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// The secret, sealed by the service.
    pub secret: Wrapped,
    /// `None` if never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<KeyUse>,
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyOwner {
    /// The account's root.
    Root,
    /// The user of this unique id (`AIDA…`).
    User(String),
}

/// Whether a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It may.
    Active,
    /// It may not; it is kept.
    Inactive,
}

/// When and where a key was last used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// LastUsedDate.
    #[serde(with = "instant")]
    pub at: Instant,
    /// ServiceName.
    pub service: String,
    /// Region.
    pub region: String,
    /// The last use of each service, by its namespace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, ServiceUse>,
}

impl Kept for AccessKey {
    const KIND: Kind = Kind::AccessKey;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }

    fn references(&self) -> Vec<Reference> {
        vec![match &self.owner {
            KeyOwner::Root => Reference::Root,
            KeyOwner::User(id) => Reference::Owner(id.clone()),
        }]
    }
}
