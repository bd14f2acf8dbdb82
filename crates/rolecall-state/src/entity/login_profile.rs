//! A user's password for the console.

use super::{Kept, Wrapped, encoding::instant};
use crate::key::Kind;
use rolecall_model::instant::Instant;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A login profile (reference iam.md §6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProfile {
    /// The account it lies in.
    pub account: String,
    /// Unique id (`AIDA…`) of the user; the profile's name in the view.
    pub user_id: String,
    /// CreateDate.
    #[serde(with = "instant")]
    pub created: Instant,
    /// PasswordResetRequired.
    pub reset_required: bool,
    /// What proves the password: a hash, sealed by the service.
    pub verifier: Wrapped,
}

impl Kept for LoginProfile {
    const KIND: Kind = Kind::LoginProfile;

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.user_id)
    }
}
