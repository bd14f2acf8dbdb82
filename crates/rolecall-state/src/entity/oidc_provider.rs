//! An OpenID Connect provider.

use super::{Kept, Tag, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An OIDC provider (reference iam.md §7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcProvider {
    /// The account it lies in.
    pub account: String,
    /// The URL without `https://`, as the ARN has it; case and a trailing slash are kept.
    pub url: String,
    /// ClientIDList in the order given.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// ThumbprintList in the order given, in lower case.
    #[serde(default)]
    pub thumbprints: Vec<String>,
    /// Tags in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
}

impl OidcProvider {
    /// `arn:PARTITION:iam::ACCOUNT:oidc-provider/URL`
    #[must_use]
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:oidc-provider/{}", self.account, self.url)
    }
}

impl Kept for OidcProvider {
    const KIND: Kind = Kind::OidcProvider;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.url)
    }
}
