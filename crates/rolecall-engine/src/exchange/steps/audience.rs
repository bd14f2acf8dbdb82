//! Whether the provider takes the audience: `azp` where the token has one, compared letter by letter.

use rolecall_model::provider_url::is_built_in;

use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::claims::{Audience, audience};
use crate::verdict::{Missing, Outcome};
use crate::world::Given;

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    // Built-in providers have no list: the trust policy alone decides.
    if scene.provider_name().is_some_and(is_built_in) {
        return Outcome::Pass;
    }
    let Some(claims) = scene.claims() else { return Outcome::Undetermined(Missing::Token) };
    let wanted = match audience(claims) {
        Audience::AuthorizedParty(wanted) | Audience::Single(wanted) => wanted,
        Audience::Several => return Outcome::Refuse(Refusal::SeveralAudiences),
        Audience::Missing => return Outcome::Undetermined(Missing::Claim("aud")),
    };
    match scene.world.provider.known().map(|provider| &provider.client_ids) {
        Some(Given::Known(ids)) if ids.contains(&wanted) => Outcome::Pass,
        Some(Given::Known(_) | Given::Absent) => Outcome::Refuse(Refusal::Audience),
        _ => Outcome::Undetermined(Missing::ClientIds),
    }
}
