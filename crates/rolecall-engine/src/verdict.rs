//! What an exchange comes to, step by step.

use rolecall_policy::trace::Trace;

use crate::exchange::refusal::Refusal;

/// The steps of AssumeRoleWithWebIdentity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The request's parameters.
    Parameters,
    /// Whether the token is a token.
    TokenShape,
    /// Whether the required claims are there.
    Claims,
    /// Whether the issuer is registered in the role's account.
    Provider,
    /// Whether the provider takes the audience.
    Audience,
    /// Whether the issuer's key set has the token's key.
    Keys,
    /// Whether the signature verifies.
    Signature,
    /// Whether the token may be used now.
    Lifetime,
    /// Whether the role exists.
    Role,
    /// Resource control policies.
    Rcp,
    /// The trust policy.
    Trust,
    /// Session tags and source identity.
    Tags,
    /// The session's length.
    Duration,
    /// Session policies.
    Session,
}

/// A fact that was not read and that a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A parameter of the request.
    Parameter(&'static str),
    /// The token.
    Token,
    /// The token itself, its signature included.
    RawToken,
    /// A claim that the token's witness does not show.
    Claim(&'static str),
    /// Whether the provider exists.
    Provider,
    /// The provider's client ids.
    ClientIds,
    /// The issuer's keys.
    Keys,
    /// The instant.
    Now,
    /// The role.
    Role,
    /// Its trust policy, or a condition key that decides in it.
    Trust,
    /// Resource control policies.
    Rcp,
    /// The role's longest session.
    MaxSession,
}

/// How a step came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It lets the call through.
    Pass,
    /// STS refuses here.
    Refuse(Refusal),
    /// It cannot be told.
    Undetermined(Missing),
}

/// A step and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Which.
    pub step: Step,
    /// How.
    pub outcome: Outcome,
}

/// Every step, each as far as its own facts allow.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// In order.
    pub steps: Vec<StepResult>,
    /// How the trust policy met the call; none where role or caller are not known.
    pub trust: Option<Trace>,
    /// How each level of resource control policies met the call.
    pub rcp: Vec<Trace>,
    /// The name by which a trust policy names this caller: the provider's ARN, or a built-in provider's name.
    pub federated: Option<String>,
}

impl Verdict {
    /// The step's outcome.
    #[must_use]
    pub fn step(&self, step: Step) -> Option<&Outcome> {
        self.steps.iter().find(|result| result.step == step).map(|result| &result.outcome)
    }

    /// The first step that does not pass.
    #[must_use]
    pub fn first_obstacle(&self) -> Option<&StepResult> {
        self.steps.iter().find(|result| result.outcome != Outcome::Pass)
    }
}
