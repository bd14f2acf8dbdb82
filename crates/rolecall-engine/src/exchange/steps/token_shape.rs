//! Whether the token is a JWT of an algorithm that STS takes.

use rolecall_model::json::Node;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::jwks::Algorithm;
use crate::token::lifetime::{Lifetime, lifetime};
use crate::verdict::{Missing, Outcome};
use crate::world::Token;
use rolecall_model::instant::Instant;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    if let Some(Err(_)) = scene.jwt() {
        return Outcome::Refuse(Refusal::NotAJwt);
    }
    // Whoever does not understand an extension that is marked critical must refuse the token (RFC 7515 §4.1.11); STS
    // documents none.
    if scene.header().is_some_and(|header| header.get("crit").is_some()) {
        return Outcome::Refuse(Refusal::NotAJwt);
    }
    // Times that are no whole numbers are refused with the token's form (AWS STS API reference).
    let wrong_type = |claims: &Node| matches!(lifetime(claims, Instant(0)), Lifetime::WrongType { .. });
    if scene.claims().is_some_and(wrong_type) {
        return Outcome::Refuse(Refusal::NotAJwt);
    }
    let algorithm = scene.header().map(|header| header.get("alg").and_then(Node::as_str).unwrap_or_default());
    match (algorithm, scene.request.token) {
        (Some(name), _) if Algorithm::parse(name).is_none() => Outcome::Refuse(Refusal::NotAJwt),
        (Some(_), _) | (None, Token::Decoded { .. }) => Outcome::Pass,
        (None, _) => Outcome::Undetermined(Missing::Token),
    }
}
