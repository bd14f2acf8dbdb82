//! What the policies of one layer say to a refused call, statement by statement.

use rolecall_engine::authorize::LayerTrace;
use rolecall_model::document::At;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_policy::document::{Effect, Policy};
use rolecall_policy::trace::{StatementTrace, Tri};

/// Conditions that are shown at most.
const SHOWN: usize = 3;

/// What a layer's policies say to the call.
#[derive(Default)]
pub(super) struct Said {
    /// Statements that deny it: the policy's place in its list, and the statement's in the policy.
    denying: Vec<(usize, usize)>,
    /// Whether a statement allows it.
    pub allowed: bool,
    /// Conditions that keep a statement from allowing it, or may: policy, statement, condition, and whether it is told.
    conditions: Vec<(usize, usize, usize, Tri)>,
}

impl Said {
    /// Whether the policy at this place in the list denies the call.
    pub(super) fn denies(&self, policy: usize) -> bool {
        self.denying.iter().any(|(at, _)| *at == policy)
    }

    /// The statements of the policy at this place that deny the call.
    pub(super) fn of_policy(&self, policy: usize) -> Vec<usize> {
        self.denying.iter().filter(|(at, _)| *at == policy).map(|(_, statement)| *statement).collect()
    }

    /// The conditions under which one of these policies would allow the call, and how each came out.
    pub(super) fn conditions(&self, policies: &[NamedPolicy]) -> Vec<(At, String)> {
        let shown =
            self.conditions.iter().filter(|_| !self.allowed).filter_map(|(policy, statement, at, holds)| {
                let named = policies.get(*policy)?;
                let parsed = Policy::from_node(&named.node);
                let condition = parsed.statements.get(*statement)?.conditions.get(*at)?;
                let (key, known) = (&condition.key, *holds == Tri::No);
                let how = if known { "does not hold" } else { "is not known to hold" };
                let label = format!("allowed on this condition, which {how} for the call");
                Some((At::new(named.document, key.span), label))
            });
        shown.take(SHOWN).collect()
    }

    pub(super) fn of(layer: &LayerTrace) -> Said {
        let applying = |effect| {
            layer.trace.statements.iter().filter(move |s| s.effect == Some(effect) && s.applies == Tri::Yes)
        };
        let fits = |s: &&StatementTrace| {
            s.effect == Some(Effect::Allow) && s.principal.and(s.action).and(s.resource) == Tri::Yes
        };
        let failing = |s: &StatementTrace| {
            let (policy, statement) = (s.policy, s.statement);
            let failed = s.conditions.iter().filter(|condition| condition.holds != Tri::Yes);
            failed.map(move |one| (policy, statement, one.condition, one.holds)).collect::<Vec<_>>()
        };
        Said {
            conditions: layer.trace.statements.iter().filter(fits).flat_map(failing).collect(),
            denying: applying(Effect::Deny).map(|found| (found.policy, found.statement)).collect(),
            allowed: applying(Effect::Allow).next().is_some(),
        }
    }
}
