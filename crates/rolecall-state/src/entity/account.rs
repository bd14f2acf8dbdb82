//! An account of the service.

use super::{
    Kept,
    encoding::{instant, instant_option},
};
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
    /// What is set for the account as a whole.
    #[serde(default)]
    pub settings: AccountSettings,
}

/// Settings of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// The password policy; `None` if the account has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// Whether EnableOutboundWebIdentityFederation was called.
    #[serde(default)]
    pub outbound_web_identity_federation: bool,
    /// When GenerateCredentialReport was last called.
    #[serde(with = "instant_option", default, skip_serializing_if = "Option::is_none")]
    pub credential_report: Option<Instant>,
}

/// What passwords must be (reference iam.md §6, UpdateAccountPasswordPolicy).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// MinimumPasswordLength.
    pub minimum_length: u32,
    /// RequireSymbols.
    pub symbols: bool,
    /// RequireNumbers.
    pub numbers: bool,
    /// RequireUppercaseCharacters.
    pub uppercase: bool,
    /// RequireLowercaseCharacters.
    pub lowercase: bool,
    /// AllowUsersToChangePassword.
    pub users_may_change: bool,
    /// MaxPasswordAge in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// PasswordReusePrevention: how many former passwords are remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_prevention: Option<u32>,
    /// HardExpiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_expiry: Option<bool>,
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
