//! Whether the issuer's key set has the token's key.

use rolecall_model::json::Node;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::jwks::{Algorithm, KeyFlaw};
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let set = match scene.world.keys {
        Given::Known(set) => set,
        Given::Absent => return Outcome::Refuse(Refusal::Key),
        Given::Unread => return Outcome::Undetermined(Missing::Keys),
    };
    let Some(header) = scene.header() else { return Outcome::Undetermined(Missing::RawToken) };
    let Some(algorithm) = header.get("alg").and_then(Node::as_str).and_then(Algorithm::parse) else {
        return Outcome::Refuse(Refusal::NotAJwt);
    };
    let key_id = header.get("kid").and_then(Node::as_str).unwrap_or_default();
    match set.find(key_id, algorithm) {
        Ok(_) => Outcome::Pass,
        // A set that was pasted without its numbers still tells which keys it has.
        Err(KeyFlaw::NoMaterial) => Outcome::Pass,
        Err(_) => Outcome::Refuse(Refusal::Key),
    }
}
