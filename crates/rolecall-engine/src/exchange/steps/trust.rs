//! The trust policy: nothing but it (and RCPs) decides whether the caller gets in (policy reference rule 10.4).

use rolecall_policy::trace::Outcome as Said;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::{ACTION, Scene};
use crate::verdict::{Missing, Outcome};

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    allows(scene, ACTION, Refusal::Trust)
}

/// Whether the trust policy allows an action of this caller.
pub(super) fn allows(scene: &Scene<'_>, action: &str, refusal: Refusal) -> Outcome {
    let Some(trust) = scene.trust() else { return Outcome::Undetermined(Missing::Trust) };
    match scene.ask(trust, action) {
        Some(Said::Allow) => Outcome::Pass,
        Some(Said::Deny | Said::NoMatch) => Outcome::Refuse(refusal),
        Some(Said::Undetermined) => Outcome::Undetermined(Missing::Trust),
        None => Outcome::Undetermined(Missing::Token),
    }
}
