//! The web identity exchange: the steps of AssumeRoleWithWebIdentity, decided or examined.

pub mod grant;
pub mod refusal;
mod scene;
pub mod steps;

use crate::verdict::{Missing, Outcome, StepResult, Verdict};
use crate::world::{Request, World};
use grant::Grant;
use refusal::Refusal;
use scene::Scene;

/// What STS answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Credentials.
    Granted(Grant),
    /// A refusal.
    Refused(Refusal),
    /// The issuer's keys are needed first: only asked for where provider and audience pass, so that a stranger's token
    /// makes nobody fetch.
    NeedsKeys {
        /// The provider's name.
        provider: String,
    },
    /// A fact that decides was not given.
    Undetermined(Missing),
}

/// Decides: stops at the first step that does not pass.
#[must_use]
pub fn decide(world: &World<'_>, request: &Request<'_>) -> Answer {
    let scene = Scene::new(world, request);
    for (_, step) in steps::ORDER {
        match step(&scene) {
            Outcome::Pass => {}
            Outcome::Refuse(refusal) => return Answer::Refused(refusal),
            Outcome::Undetermined(Missing::Keys) => {
                return Answer::NeedsKeys { provider: scene.provider_name().unwrap_or_default().to_owned() };
            }
            Outcome::Undetermined(missing) => return Answer::Undetermined(missing),
        }
    }
    match (scene.claims(), scene.federated()) {
        (Some(claims), Some(provider)) => Answer::Granted(Grant::of(claims, provider, scene.duration())),
        _ => Answer::Undetermined(Missing::Token),
    }
}

/// Examines: every step as far as its own facts allow, with traces.
#[must_use]
pub fn examine(world: &World<'_>, request: &Request<'_>) -> Verdict {
    let scene = Scene::new(world, request);
    let result =
        |(step, run): &(crate::verdict::Step, steps::Run)| StepResult { step: *step, outcome: run(&scene) };
    Verdict {
        steps: steps::ORDER.iter().map(result).collect(),
        trust: scene.trust_trace(),
        rcp: scene.rcp_traces(),
        federated: scene.federated().map(str::to_owned),
    }
}
