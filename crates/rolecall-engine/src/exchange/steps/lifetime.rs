//! Whether the token may be used now, and for this role.

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::claims::roles;
use crate::token::lifetime::{Lifetime, lifetime};
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let Some(claims) = scene.claims() else { return Outcome::Undetermined(Missing::Token) };
    // The roles claim binds the token itself; where STS looks at it is not recorded, so it stands with the lifetime.
    let unlisted = |asked: &&str| roles(claims).is_some_and(|roles| !roles.contains(asked));
    if scene.request.role_arn.known().is_some_and(unlisted) {
        return Outcome::Refuse(Refusal::RolesClaim);
    }
    if claims.get("exp").is_none() && !scene.claims_are_whole() {
        return Outcome::Undetermined(Missing::Claim("exp"));
    }
    let Given::Known(now) = scene.world.now else { return Outcome::Undetermined(Missing::Now) };
    match lifetime(claims, now) {
        Lifetime::Valid => Outcome::Pass,
        Lifetime::Expired { expiry } => Outcome::Refuse(Refusal::Expired { now, expiry }),
        Lifetime::TooOld { age } => Outcome::Refuse(Refusal::TooOld(age)),
        Lifetime::NotYet { .. } => Outcome::Refuse(Refusal::NotYet),
        Lifetime::WrongType { .. } => Outcome::Refuse(Refusal::NotAJwt),
    }
}
