//! Resource control policies over the role's account (policy reference rules 8.6, 10.4, 11.1).

use rolecall_policy::trace::Outcome as Said;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::{ACTION, Scene};
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let levels = match scene.world.rcp {
        Given::Known(levels) => levels,
        Given::Absent => return Outcome::Pass,
        Given::Unread => return Outcome::Undetermined(Missing::Rcp),
    };
    let mut unsure = false;
    for level in levels {
        match scene.ask(level, ACTION) {
            Some(Said::Deny) => return Outcome::Refuse(Refusal::Rcp),
            // RCPFullAWSAccess is always attached and seldom listed: only a Deny counts.
            Some(Said::Allow | Said::NoMatch) => {}
            Some(Said::Undetermined) | None => unsure = true,
        }
    }
    if unsure { Outcome::Undetermined(Missing::Rcp) } else { Outcome::Pass }
}
