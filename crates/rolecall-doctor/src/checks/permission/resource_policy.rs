//! The policy on the resource denies the call, or does not allow it.
//!
//! ## What you see
//! `… because no resource-based policy allows`, or `with an explicit deny in a resource-based policy`.
//!
//! ## Why
//! Across accounts both the role's policy and the resource's must allow; a KMS key's policy must always allow; a Deny in a
//! bucket's policy wins over everything.
//!
//! ## How to tell
//! Read the policy of the bucket, key, queue or secret that is named.
//!
//! ## How to mend it
//! Allow the role's ARN in the policy of the resource.
//!
//! ## Source
//! IAM User Guide, "Cross-account policy evaluation logic"; policy reference section 9.

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.resource-policy",
    title: "the policy on the resource denies the call or does not allow it",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("resource_policy.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::Resource,
        "The policy on the resource decides here: across accounts both sides must allow, and its Deny wins.",
        "allow the role's ARN in the policy of the resource",
    )
}
