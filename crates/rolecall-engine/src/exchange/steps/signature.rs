//! Whether the signature verifies.

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::jwks::{Algorithm, KeyFlaw};
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let jwt = match scene.jwt() {
        Some(Ok(jwt)) => jwt,
        Some(Err(_)) => return Outcome::Refuse(Refusal::NotAJwt),
        None => return Outcome::Undetermined(Missing::RawToken),
    };
    let Given::Known(set) = scene.world.keys else { return Outcome::Undetermined(Missing::Keys) };
    let Some(algorithm) = jwt.algorithm().and_then(Algorithm::parse) else {
        return Outcome::Refuse(Refusal::NotAJwt);
    };
    match set.find(jwt.key_id(), algorithm) {
        Ok(key) if key.verifies(jwt) => Outcome::Pass,
        Ok(_) => Outcome::Refuse(Refusal::Signature),
        Err(KeyFlaw::NoMaterial) => Outcome::Undetermined(Missing::Keys),
        Err(_) => Outcome::Refuse(Refusal::Key),
    }
}
