//! Proof of a fix: everything is decided again on the evidence as it would be afterwards.

use rolecall_engine::verdict::{Missing, Outcome as StepOutcome};
use rolecall_model::evidence::Evidence;

use super::edit::Edit;
use super::preview::{preview, preview_of_calls};
use crate::case::Case;
use crate::checks::permission::{Sides, chain, rests_on};
use crate::exchange::Decided;
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;
use crate::rank;

/// What follows from a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Every step that decides passes.
    Granted,
    /// This fault is gone, and another one stops the attempt.
    RefusedLater {
        /// The cause of the next refusal.
        cause: &'static str,
    },
    /// This fault is gone; whether the attempt succeeds rests on a fact that was not read.
    Unknown,
    /// The fault is still there: this fix does not suffice.
    NotMended,
}

impl Consequence {
    /// Its name in reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Consequence::Granted => "granted",
            Consequence::RefusedLater { .. } => "refused-later",
            Consequence::Unknown => "unknown",
            Consequence::NotMended => "not-mended",
        }
    }
}

/// What follows from a fix, with a sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What follows.
    pub consequence: Consequence,
    /// One sentence, lower case, without a full stop.
    pub sentence: String,
}

impl Proof {
    /// Whether the fault is gone.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.consequence != Consequence::NotMended
    }
}

/// Decides again on the preview of the edits that are to mend `cause`.
#[must_use]
pub fn prove(evidence: &Evidence, cause: &str, edits: &[Edit]) -> Proof {
    let of_calls = Link::of_slug(cause) == Some(Link::Permission);
    let after = if of_calls { preview_of_calls(evidence, edits) } else { preview(evidence, edits) };
    let case = Case::new(&after);
    let mut findings = rank::findings(&case);
    // That a chain of roles was refused is seen, whatever its sides say by then: they are asked by themselves.
    let sides = if cause == chain::CHECK.slug { Sides::of_case(&case) } else { None };
    if sides.is_some_and(|sides| !sides.lacks()) {
        findings.retain(|finding| finding.cause != cause);
    }
    let says =
        |finding: &&Finding| finding.severity == Severity::Error && finding.certainty != Certainty::Possible;
    if findings.iter().filter(says).any(|finding| finding.cause == cause) {
        let sentence = "the fault is still there afterwards: more has to change".to_owned();
        return Proof { consequence: Consequence::NotMended, sentence };
    }
    if let Some(next) = findings.iter().find(says) {
        let sentence = format!("this fault is gone; then {} stops it: {}", next.cause, next.title);
        return Proof { consequence: Consequence::RefusedLater { cause: next.cause }, sentence };
    }
    if let Some(open) = sides.and_then(Sides::open) {
        let sentence = format!("this fault is gone; whether the call passes then rests on {open} (not read)");
        return Proof { consequence: Consequence::Unknown, sentence };
    }
    if let Some(open) = rests_on(&case).filter(|_| of_calls && sides.is_none()) {
        let sentence = format!("this fault is gone; whether the call passes then rests on {open} (not read)");
        return Proof { consequence: Consequence::Unknown, sentence };
    }
    if of_calls {
        return granted("decided again with this change: the policies that were read allow the call");
    }
    let exchange = case.exchange(Link::Trust);
    match exchange.decided() {
        Decided::Admitted if exchange.is_complete() => granted("decided again with this change: admitted"),
        Decided::Admitted => granted("decided again with this change: admitted, as far as was read"),
        _ => Proof {
            consequence: Consequence::Unknown,
            sentence: format!("this fault is gone; {}", open(&case)),
        },
    }
}

fn granted(sentence: &str) -> Proof {
    Proof { consequence: Consequence::Granted, sentence: sentence.to_owned() }
}

/// What keeps the rest open.
fn open(case: &Case<'_>) -> String {
    let missing = case.exchange(Link::Trust).first_missing();
    let fact = match missing {
        None => return "whether the attempt succeeds was not decided".into(),
        Some(StepOutcome::Undetermined(missing)) => name(missing),
        Some(_) => "the rest",
    };
    format!("whether the attempt succeeds then rests on {fact} (not read)")
}

fn name(missing: &Missing) -> &'static str {
    match missing {
        Missing::Parameter(name) => name,
        Missing::Token | Missing::RawToken => "the token",
        Missing::Claim(_) => "a claim of the token",
        Missing::Provider => "the list of providers",
        Missing::ClientIds => "the provider's client ids",
        Missing::Keys => "the issuer's keys",
        Missing::Now => "the instant of the attempt",
        Missing::Role => "the role",
        Missing::Trust => "what the trust policy says, or a condition key in it",
        Missing::Rcp => "the resource control policies",
        Missing::MaxSession => "the role's longest session",
    }
}
