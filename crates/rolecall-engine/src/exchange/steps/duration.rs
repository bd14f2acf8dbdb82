//! Whether the session may be as long as was asked.

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let asked = scene.duration();
    match scene.role().map(|role| role.max_session) {
        Some(Given::Known(most)) if asked > most => Outcome::Refuse(Refusal::Duration),
        Some(Given::Known(_)) => Outcome::Pass,
        // The least that a role can allow is one hour.
        _ if asked <= crate::exchange::grant::DEFAULT_DURATION => Outcome::Pass,
        _ => Outcome::Undetermined(Missing::MaxSession),
    }
}
