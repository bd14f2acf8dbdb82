//! Roles and their trust policies.

use super::fact::Fact;
use crate::document::{At, DocumentId, Text};
use crate::instant::Instant;
use crate::json::Node;

/// What is known of roles.
#[derive(Clone, Debug)]
pub struct RoleEvidence {
    /// The role that the evidence is about (`role.json`).
    pub role: Fact<Role>,
    /// Other roles (`roles.json`, `role-2.json`, `chained-role.json`), each with its own document.
    pub others: Vec<Role>,
    /// Whether a list of all roles of the account was read (`roles.json`).
    pub listed: bool,
    /// Trust policies that somebody was about to store (`trust-new.json`).
    pub drafts: Vec<TrustDocument>,
}

/// A role as `aws iam get-role` prints it.
#[derive(Clone, Debug)]
pub struct Role {
    /// The document.
    pub document: DocumentId,
    /// Its ARN.
    pub arn: Text,
    /// Its name.
    pub name: Option<Text>,
    /// Its path.
    pub path: Option<Text>,
    /// Its unique id, `AROA…`.
    pub id: Option<Text>,
    /// Creation.
    pub created: Option<Instant>,
    /// When it was last used, if it ever was; none too where the file does not say.
    pub last_used: Option<Instant>,
    /// Its trust policy.
    pub trust: Option<TrustDocument>,
    /// `MaxSessionDuration` in seconds.
    pub max_session: Option<(i64, At)>,
    /// ARN of the permissions boundary, if one is attached.
    pub boundary_arn: Option<Text>,
    /// Tags.
    pub tags: Vec<(String, String)>,
}

/// A trust policy document where it stands.
#[derive(Clone, Debug)]
pub struct TrustDocument {
    /// The document: the role's file, or the decoded text where the file holds it percent-encoded.
    pub document: DocumentId,
    /// The policy.
    pub node: Node,
}
