//! Whether the claims that STS requires are there (reference sts.md §3.4).

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::claims::{Audience, audience};
use crate::verdict::{Missing, Outcome};

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let Some(claims) = scene.claims() else { return Outcome::Undetermined(Missing::Token) };
    let has = |name: &str| claims.get(name).is_some_and(|node| !node.is_null());
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        let there = if name == "aud" { audience(claims) != Audience::Missing } else { has(name) };
        if !there && scene.claims_are_whole() {
            return Outcome::Refuse(Refusal::MissingClaim(name));
        }
        if !there && name == "iss" {
            return Outcome::Undetermined(Missing::Claim(name));
        }
    }
    if audience(claims) == Audience::Several {
        return Outcome::Refuse(Refusal::SeveralAudiences);
    }
    Outcome::Pass
}
