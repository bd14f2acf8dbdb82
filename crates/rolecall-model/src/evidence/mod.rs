//! Evidence of one attempt: everything that was looked at, each thing with its origin, or why it was not read.
//!
//! One file per link of the chain. The doctor decides from this alone; who read it, and where, it does not know.

pub mod attempt;
pub mod caller;
pub mod fact;
pub mod issuer;
pub mod permission;
pub mod pod;
pub mod provider;
pub mod role;
pub mod serviceaccount;
pub mod token;
mod unread;
pub mod workflow;

pub use fact::{Fact, Source, Unread, UnreadReason};

use crate::document::{Documents, Text};
use crate::instant::Instant;

/// All that is known of one attempt.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The texts it came from.
    pub documents: Documents,
    /// The instant of judgement (`now.txt`), or of dated evidence; never the system clock.
    pub now: Fact<Instant>,
    /// What was seen to happen.
    pub attempt: attempt::Attempt,
    /// The calling program.
    pub caller: caller::CallerEvidence,
    /// The token.
    pub token: token::TokenEvidence,
    /// Who signed it.
    pub issuer: issuer::IssuerEvidence,
    /// The OIDC providers of the role's account.
    pub provider: provider::ProviderEvidence,
    /// The role.
    pub role: role::RoleEvidence,
    /// Policies beside and after the trust policy.
    pub permission: permission::PermissionEvidence,
    /// The service account.
    pub serviceaccount: serviceaccount::ServiceAccountEvidence,
    /// The pod.
    pub pod: pod::PodEvidence,
    /// Pipeline definitions.
    pub workflows: Vec<workflow::Workflow>,
    /// Look-ups that failed (`X.error` for an X with no place of its own), by the name of the file.
    pub lookups: Vec<Lookup>,
    /// Files that were not read, and why.
    pub skipped: Vec<Skipped>,
    /// Files whose name means nothing to rolecall.
    pub unknown_files: Vec<String>,
}

/// A look-up that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Name of the file without `.error`.
    pub name: String,
    /// What was answered.
    pub answer: Text,
    /// Whether the answer says that the thing does not exist.
    pub absent: bool,
}

/// A file that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name, control characters escaped.
    pub name: String,
    /// Why, as a sentence without a full stop.
    pub why: String,
}
