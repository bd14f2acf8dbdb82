//! The exchange as the evidence lets us decide it: what is presented, and what STS would answer.
//!
//! The engine decides; here evidence becomes its facts, and its answer becomes what checks ask for.

pub mod audience;
pub mod faults;
pub mod pod_identity;
pub mod posted;
mod presented;
pub mod trust;
mod world;

use rolecall_engine::exchange::refusal::Refusal;
use rolecall_engine::token::jwt;
use rolecall_engine::verdict::{Missing, Outcome, Step, Verdict};
use rolecall_model::document::At;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::provider::ProviderEvidence;
use rolecall_model::span::Span;
use rolecall_policy::document::{Effect, Statement};
use rolecall_policy::trace::{StatementTrace, Tri};

pub use presented::PresentedToken;
pub use world::Registered;

use crate::case::Requested;
use trust::TrustView;

/// What STS would decide on the evidence.
pub struct Exchange<'a> {
    /// Issuer, subject and audience.
    pub presented: PresentedToken,
    /// The provider's name: the issuer without `https://`.
    pub provider_name: Option<String>,
    /// The name by which a trust policy names this caller.
    pub federated: Option<String>,
    /// The role's account.
    pub role_account: Option<String>,
    /// The role's trust policy, if it was read.
    pub trust: Option<TrustView>,
    verdict: Verdict,
    registered: Registered,
    evidence: &'a Evidence,
}

/// What STS would answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Every step that could be decided passes, and those that decide were all read.
    Admitted,
    /// A step refuses.
    Refused,
    /// A fact that decides was not read.
    Undetermined,
}

impl<'a> Exchange<'a> {
    /// Decides as far as the facts go.
    #[must_use]
    pub fn new(evidence: &'a Evidence, requested: Option<&Requested>) -> Self {
        let presented = presented::presented(evidence);
        let trust = evidence.role.role.present().and_then(|role| role.trust.as_ref()).map(TrustView::read);
        let met = world::meet(evidence, requested, &presented, trust.as_ref());
        let caller = faults::Caller {
            provider: met.provider_name.as_deref().unwrap_or_default(),
            presented: &presented,
            now: evidence.now.present().copied(),
        };
        let trust = trust.map(|trust| trust.met(met.verdict.trust.clone(), &caller));
        Exchange {
            provider_name: met.provider_name,
            federated: met.verdict.federated.clone(),
            role_account: met.role_account,
            trust,
            verdict: met.verdict,
            registered: met.registered,
            presented,
            evidence,
        }
    }

    /// How a step of the exchange came out.
    #[must_use]
    pub fn step(&self, step: Step) -> Option<&Outcome> {
        self.verdict.step(step)
    }

    fn refuses(&self, step: Step) -> bool {
        matches!(self.step(step), Some(Outcome::Refuse(_)))
    }

    fn passes(&self, step: Step) -> bool {
        self.step(step) == Some(&Outcome::Pass)
    }

    /// Whether the role's trust policy admits what is presented; none where a fact that decides was not read.
    #[must_use]
    pub fn trust_admits(&self) -> Option<bool> {
        match self.step(Step::Trust)? {
            Outcome::Pass => Some(true),
            Outcome::Refuse(_) => Some(false),
            Outcome::Undetermined(_) => None,
        }
    }

    /// Whether the issuer is registered in the role's account.
    #[must_use]
    pub fn registered(&self) -> Registered {
        self.registered
    }

    /// Whether the provider takes the audience; none where either is not known. Takes the provider's evidence so that a
    /// check which asks is seen to read it.
    #[must_use]
    pub fn audience_registered(&self, _read: &ProviderEvidence) -> Option<bool> {
        match self.step(Step::Audience)? {
            Outcome::Pass => Some(true),
            Outcome::Refuse(_) => Some(false),
            Outcome::Undetermined(_) => None,
        }
    }

    /// Whether the key set that was read has no key for the token.
    #[must_use]
    pub fn keys_refused(&self) -> bool {
        self.refuses(Step::Keys)
    }

    /// Whether the signature was checked and does not verify.
    #[must_use]
    pub fn signature_refused(&self) -> bool {
        self.step(Step::Signature) == Some(&Outcome::Refuse(Refusal::Signature))
    }

    /// Whether a resource control policy denies the call.
    #[must_use]
    pub fn rcp_refused(&self) -> bool {
        self.refuses(Step::Rcp)
    }

    /// How each level of resource control policies met the call.
    #[must_use]
    pub fn rcp_traces(&self) -> &[rolecall_policy::trace::Trace] {
        &self.verdict.rcp
    }

    /// What is wrong with the token's form, in words, and where.
    #[must_use]
    pub fn token_flaw(&self) -> Option<(String, At)> {
        let raw = self.evidence.token.raw.present()?;
        let flaw = jwt::parse(raw.text.expose()).err()?;
        Some((flaw.kind.describe(), At::new(raw.document, Span::new(flaw.at, flaw.at + 1))))
    }

    /// The action beside AssumeRoleWithWebIdentity that the trust policy does not allow, and the claim that asks for it.
    /// Only where the trust policy admits the call itself.
    #[must_use]
    pub fn refused_tags(&self) -> Option<(&'static str, &'static str)> {
        match self.step(Step::Tags)? {
            Outcome::Refuse(Refusal::TrustAction(action)) if self.trust_admits() == Some(true) => {
                let tags = *action == "sts:TagSession";
                Some((
                    action,
                    if tags {
                        "https://aws.amazon.com/tags"
                    } else {
                        "https://aws.amazon.com/source_identity"
                    },
                ))
            }
            _ => None,
        }
    }

    /// The Allow statement that applies.
    #[must_use]
    pub fn applying_statement(&self) -> Option<&Statement> {
        let trust = self.trust.as_ref()?;
        let applies =
            |found: &&StatementTrace| found.effect == Some(Effect::Allow) && found.applies == Tri::Yes;
        trust.policy.statements.get(trust.trace.as_ref()?.statements.iter().find(applies)?.statement)
    }

    /// What STS would answer, signature and key set left aside where no token was given.
    #[must_use]
    pub fn decided(&self) -> Decided {
        if self.verdict.steps.iter().any(|result| matches!(result.outcome, Outcome::Refuse(_))) {
            return Decided::Refused;
        }
        let deciding = [
            Step::Claims,
            Step::Provider,
            Step::Audience,
            Step::Lifetime,
            Step::Role,
            Step::Trust,
            Step::Tags,
        ];
        if deciding.into_iter().all(|step| self.passes(step)) {
            Decided::Admitted
        } else {
            Decided::Undetermined
        }
    }

    /// The first step whose outcome rests on something that was not read.
    #[must_use]
    pub fn first_missing(&self) -> Option<&Outcome> {
        let mut outcomes = self.verdict.steps.iter().map(|result| &result.outcome);
        outcomes.find(|outcome| matches!(outcome, Outcome::Undetermined(_)) && !is_own_parameter(outcome))
    }

    /// Whether every fact that decides, signature and resource control policies included, was read and passes.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.verdict
            .steps
            .iter()
            .all(|result| result.outcome == Outcome::Pass || is_own_parameter(&result.outcome))
    }

    /// What was read of the trust policy, in a few words.
    #[must_use]
    pub fn trust_summary(&self) -> Option<String> {
        let trust = self.trust.as_ref()?;
        let count = trust.policy.statements.len();
        let statements = if count == 1 { "1 statement".to_owned() } else { format!("{count} statements") };
        Some(match self.trust_admits() {
            Some(true) => format!("{statements}, admits this caller"),
            Some(false) => format!("{statements}, none admits this caller"),
            None => format!("{statements} read"),
        })
    }
}

/// Session name and length are the caller's own choice: that nobody read them is not worth telling, since STS says plainly
/// what is wrong with them.
fn is_own_parameter(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Undetermined(Missing::Parameter("RoleSessionName" | "DurationSeconds")))
}
