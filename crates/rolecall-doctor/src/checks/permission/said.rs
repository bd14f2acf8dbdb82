//! What the policies of one layer say to a refused call, statement by statement.

use rolecall_engine::authorize::LayerTrace;
use rolecall_policy::document::Effect;
use rolecall_policy::trace::Tri;

/// What a layer's policies say to the call.
#[derive(Default)]
pub(super) struct Said {
    /// Statements that deny it: the policy's place in its list, and the statement's in the policy.
    denying: Vec<(usize, usize)>,
    /// Whether a statement allows it.
    pub allowed: bool,
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

    pub(super) fn of(layer: &LayerTrace) -> Said {
        let applying = |effect| {
            layer.trace.statements.iter().filter(move |s| s.effect == Some(effect) && s.applies == Tri::Yes)
        };
        Said {
            denying: applying(Effect::Deny).map(|found| (found.policy, found.statement)).collect(),
            allowed: applying(Effect::Allow).next().is_some(),
        }
    }
}
