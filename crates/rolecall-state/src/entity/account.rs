//! An account of the service.

use super::{Kept, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An account. Its root's access keys are [`super::AccessKey`]s with [`super::KeyOwner::Root`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub account: String,
    /// `aws`, `aws-cn` …: the partition of every ARN in the account.
    pub partition: String,
    /// The alias (CreateAccountAlias), unique in the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// A name for people, as `rolecall account add` gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When it was made.
    #[serde(with = "instant")]
    pub created: Instant,
    /// SetSecurityTokenServicePreferences: 1 or 2.
    #[serde(default = "first")]
    pub global_endpoint_token_version: u8,
}

fn first() -> u8 {
    1
}

impl Kept for Account {
    const KIND: Kind = Kind::Account;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
}
