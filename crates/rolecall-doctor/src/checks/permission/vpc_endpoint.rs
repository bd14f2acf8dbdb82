//! The policy of a VPC endpoint stops the call.
//!
//! ## What you see
//! `… because no VPC endpoint policy allows`, or `with an explicit deny in a VPC endpoint policy`; only from inside the VPC.
//!
//! ## Why
//! A request that goes through a VPC endpoint needs the endpoint's Allow too.
//!
//! ## How to tell
//! The same call works from outside the VPC.
//!
//! ## How to mend it
//! Allow the action and the principal in the endpoint's policy.
//!
//! ## Source
//! AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"; policy reference rule 8.11.

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.vpc-endpoint",
    title: "the policy of a VPC endpoint stops the call",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("vpc_endpoint.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::VpcEndpoint,
        "The request goes through a VPC endpoint whose policy must allow it as well.",
        "allow the action in the endpoint's policy",
    )
}
