//! A key of the service itself: for sealing credentials, for signing the issuer's tokens.

use super::{
    Kept, Wrapped,
    encoding::{instant, instant_option},
};
use crate::key::{Kind, SERVICE};
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One generation of a key of the service; its name in the view is `PURPOSE/ID`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceKey {
    /// What it serves: `sealing`, `issuer` …
    pub purpose: String,
    /// The generation's id.
    pub id: String,
    /// When it was made.
    #[serde(with = "instant")]
    pub created: Instant,
    /// From when on it makes nothing new; what it made is accepted until it is removed.
    #[serde(with = "instant_option", default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Instant>,
    /// The key, sealed under the key outside the store.
    pub secret: Wrapped,
}

impl Kept for ServiceKey {
    const KIND: Kind = Kind::ServiceKey;

    fn account(&self) -> &str {
        SERVICE
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}/{}", self.purpose, self.id))
    }
}
