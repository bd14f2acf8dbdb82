//! Whether the issuer is registered in the role's account: looked up before the role.

use rolecall_model::provider_url::is_built_in;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let Some(issuer) = scene.claim("iss") else { return Outcome::Undetermined(Missing::Claim("iss")) };
    let Some(name) = scene.provider_name() else {
        return Outcome::Refuse(Refusal::NoProvider(issuer.to_owned()));
    };
    if is_built_in(name) {
        return Outcome::Pass;
    }
    match scene.world.provider {
        Given::Known(_) => Outcome::Pass,
        Given::Absent => Outcome::Refuse(Refusal::NoProvider(issuer.to_owned())),
        Given::Unread => Outcome::Undetermined(Missing::Provider),
    }
}
