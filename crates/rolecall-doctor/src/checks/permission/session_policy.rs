//! A session policy narrows what the session may do.
//!
//! ## What you see
//! `… because no session policy allows the ACTION action`, or `with an explicit deny in a session policy`.
//!
//! ## Why
//! A policy passed with the assumption (`inline-session-policy`, `--policy`, `--policy-arns`) limits the session to what
//! both it and the role's policies allow.
//!
//! ## How to tell
//! Look for a policy in the request or in the action's inputs.
//!
//! ## How to mend it
//! Allow the action in the session policy, or pass none.
//!
//! ## Source
//! IAM User Guide, "Session policies"; policy reference rule 8.8.

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.session-policy",
    title: "a session policy narrows what the session may do",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("session_policy.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::Session,
        "The policy passed with the assumption limits the session to what both it and the role allow.",
        "allow the action in the session policy, or pass none",
    )
}
