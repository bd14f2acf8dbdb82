//! An identity policy of the role denies the call.
//!
//! ## What you see
//! `… is not authorized to perform: ACTION … with an explicit deny in an identity-based policy`.
//!
//! ## Why
//! A Deny that applies ends the evaluation, whatever else allows.
//!
//! ## How to tell
//! The message says so; the statement is shown where the policies were read.
//!
//! ## How to mend it
//! Narrow the Deny by this one call: by `NotResource`, or by taking the action out of it where the message names `*` as the
//! resource. Where the message names none, or a pattern covers more than this call (`s3:*`, `arn:aws:s3:::b/*`), only its
//! author knows what was meant. Somebody meant it: ask before you take it out.
//!
//! ## Source
//! IAM User Guide, "Policy evaluation logic".

use super::{Layer, refused};
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.explicit-deny",
    title: "an identity policy denies",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("explicit_deny.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::IdentityDeny,
        "A Deny in a policy of the role applies, and wins over every Allow.",
        "narrow the Deny statement",
    )
}
