//! A subject stands under `:aud`, or an audience under `:sub`.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403), although the right value stands in the policy.
//!
//! ## Why
//! `:sub` is compared with who the token is for, `:aud` with whom it is meant for. A value under the other key never
//! matches.
//!
//! ## How to tell
//! Under `:aud` stands something like `system:serviceaccount:…` or `repo:…`; under `:sub` something like
//! `sts.amazonaws.com`.
//!
//! ## How to mend it
//! Rename the key, and add a condition on the other claim: without `:sub` the role would admit every caller of the
//! issuer.
//!
//! ## Source
//! IAM User Guide, "IAM and AWS STS condition context keys".

use super::{certainty, with_admission};
use crate::case::Case;
use crate::check::Check;
use crate::exchange::faults::{Fault, at, split_key};
use crate::exchange::posted;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "trust.condition-key-swapped",
    title: "a subject stands under `:aud`, or an audience under `:sub`",
    severity: Severity::Error,
    reads: &[Link::Trust, Link::Token, Link::Role],
    source: include_str!("condition_key_swapped.rs"),
    run: check,
};

/// Nothing of the token was read, but values of this shape belong to the other claim whoever the caller is.
fn by_itself(case: &Case<'_>) -> Option<Finding> {
    let (trust, severity) = super::posted(case)?;
    let (condition, value) = posted::slip(&trust.policy, posted::under_the_other_key)?;
    let key = &condition.key.text;
    let (provider, claim) = split_key(key);
    let belongs = format!("{provider}:{}", if claim.eq_ignore_ascii_case("aud") { "sub" } else { "aud" });
    let mut finding = Finding::new(&CHECK, Certainty::Likely, format!("`{}` stands under `{key}`", value.text))
        .because(format!("This value belongs under `{belongs}`. Under `{key}` it is compared with the other claim and never matches."))
        .differs(at(trust.document, &condition.key), "the wrong claim", &belongs, key)
        .beside(at(trust.document, value), "this value belongs to the other claim");
    let title = format!("rename the key to `{belongs}`, and keep a condition on each of `:sub` and `:aud`");
    finding.severity = severity;
    if severity == Severity::Error {
        finding = finding.note(super::IN_VAIN);
    }
    Some(finding.fix(title, Safety::ShowOnly, &super::store(case)))
}

fn check(case: &Case<'_>) -> Option<Finding> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let Some((condition, fault)) = trust.fault(|fault| matches!(fault, Fault::KeySwapped { .. })) else {
        return by_itself(case);
    };
    let Fault::KeySwapped { belongs } = fault else { return None };
    let value = condition.values.first()?;
    let key = &condition.key.text;
    let finding = Finding::new(&CHECK, certainty(case), format!("`{}` stands under `{key}`", value.text))
        .because(format!("This value belongs under `{belongs}`. Under `{key}` it is compared with the other claim and never matches."))
        .differs(at(trust.document, &condition.key), "the wrong claim", belongs, key)
        .beside(at(trust.document, value), "this value belongs to the other claim");
    Some(with_admission(
        case,
        finding,
        format!("rename the key to `{belongs}`, and keep a condition on each of `:sub` and `:aud`"),
    ))
}
