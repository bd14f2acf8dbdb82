//! Whether the role exists: one that does not answers as one that refuses.

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    match scene.world.role {
        Given::Known(_) => Outcome::Pass,
        Given::Absent => Outcome::Refuse(Refusal::NoRole),
        Given::Unread => Outcome::Undetermined(Missing::Role),
    }
}
