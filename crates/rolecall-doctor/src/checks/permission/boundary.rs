//! The role's permissions boundary does not allow the call, or denies it.
//!
//! ## What you see
//! `… because no permissions boundary allows the ACTION action`, or `with an explicit deny in a permissions boundary`.
//!
//! ## Why
//! A boundary grants nothing: what a role may do is what both its policies and its boundary allow.
//!
//! ## How to tell
//! `aws iam get-role --query Role.PermissionsBoundary` names it.
//!
//! ## How to mend it
//! Allow the action on this resource in the boundary, or give the role another one. A boundary may be that of other roles
//! too; it grants nothing by itself.
//!
//! ## Source
//! IAM User Guide, "Permissions boundaries for IAM entities".

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.boundary",
    title: "the permissions boundary denies the call or does not allow it",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("boundary.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::Boundary,
        "The role's permissions boundary limits it: both the boundary and a policy of the role must allow.",
        "allow the action in the permissions boundary",
    )
}
