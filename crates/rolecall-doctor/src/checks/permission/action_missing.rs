//! The role is assumed, and no policy of it allows the next call.
//!
//! ## What you see
//! `User: arn:aws:sts::…:assumed-role/ROLE/… is not authorized to perform: ACTION … because no identity-based policy allows`.
//!
//! ## Why
//! The session of the role signed the call, so federation works. What the role may do is another matter: a statement for
//! this action on this resource is missing. API names and actions differ at times (HeadObject needs `s3:GetObject`), one
//! call may need several actions, and a resource's name in the policy may be another than the one that is used.
//!
//! ## How to tell
//! The caller in the message is `assumed-role/` with your role's name.
//!
//! ## How to mend it
//! Allow the action on this resource in a policy of the role.
//!
//! ## Source
//! IAM User Guide, "Troubleshoot access denied error messages".

use super::{Layer, refused};
use crate::case::{Case, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "permission.action-missing",
    title: "the role is assumed; no policy of it allows the next call",
    severity: Severity::Error,
    reads: &[Link::Permission, Link::Role],
    source: include_str!("action_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    refused(
        case,
        &CHECK,
        Layer::Identity,
        "No identity policy of the role allows this action on this resource.",
        "allow the action on this resource in a policy of the role",
    )
    .or_else(|| unnamed(case))
}

/// The role was shown to be in force, and the refusal says neither whom it refused nor why.
fn unnamed(case: &Case<'_>) -> Option<Finding> {
    let seen = case.bare_denial().filter(|_| case.phase() == Phase::After)?;
    let shown = case.attempt().identities.iter().find(|arn| case.is_the_role(&arn.value) == Some(true))?;
    let _read = (case.permission(), case.role());
    Some(
        Finding::new(&CHECK, Certainty::Possible, "the role was assumed, and the call after it was refused")
            .because(
                "Trust policy, provider and token are in order. The refusal does not say which policy it comes from: \
                 most often no policy of the role allows the action, or allows it on another resource (a bucket where \
                 its objects are meant, or the other way round).",
            )
            .at(seen.at, "the refusal")
            .beside(shown.at, "the role is in force")
            .fix("allow the action on this resource in a policy of the role", Safety::ShowOnly, &[]),
    )
}
