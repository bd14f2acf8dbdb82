//! Session tags and source identity: each needs an action of its own in the trust policy (policy reference rule 10.8).

use super::trust::allows;
use crate::exchange::refusal::Refusal;
use crate::exchange::scene::Scene;
use crate::token::claims::{source_identity, tags};
use crate::verdict::{Missing, Outcome};

pub(super) fn run(scene: &Scene<'_>) -> Outcome {
    let Some(claims) = scene.claims() else { return Outcome::Undetermined(Missing::Token) };
    let carried = match tags(claims) {
        Ok(tags) => tags.is_some(),
        Err(sentence) => return Outcome::Refuse(Refusal::Tags(sentence)),
    };
    if carried {
        let tagged = allows(scene, "sts:TagSession", Refusal::TrustAction("sts:TagSession"));
        if tagged != Outcome::Pass {
            return tagged;
        }
    }
    if source_identity(claims).is_some() {
        return allows(scene, "sts:SetSourceIdentity", Refusal::TrustAction("sts:SetSourceIdentity"));
    }
    Outcome::Pass
}
