//! A service control policy stops what the role does next.
//!
//! ## What you see
//! `… with an explicit deny in a service control policy`, or `because no service control policy allows`.
//!
//! ## Why
//! SCPs limit the principals of member accounts. They do not act on AssumeRoleWithWebIdentity itself, whose caller is no
//! principal of the organization, but on every call of the session that it gives.
//!
//! ## How to tell
//! The message says so; newer ones name the policy.
//!
//! ## How to mend it
//! Ask whoever runs the organization to exempt the role or the action.
//!
//! ## Source
//! Organizations User Guide, "Service control policies"; policy reference rules 8.5 and 10.4.

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.scp",
    title: "a service control policy stops the call",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("scp.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::Scp,
        "A service control policy of the organization limits every principal of the account.",
        "have the service control policy exempt this role or action",
    )
}
