//! One action on one resource: the decision, the statements that made it, the keys that were missing (reference
//! simulator.md §2).

use rolecall_engine::authorize::{self, Decision, Examination, LayerKind, LayerTrace, Reason, examine};
use rolecall_policy::document::{Effect, Statement};
use rolecall_policy::trace::{Outcome, Presence, StatementTrace, Tri};
use rolecall_wire::fault::{Code, Fault};

use super::context_keys::{Keys, variables};
use super::place::{self, Place};
use super::scenario::{Document, Scenario};

/// What a simulation finds for an action and a resource.
pub(super) struct Finding {
    /// `allowed`, `implicitDeny` or `explicitDeny`.
    pub decision: Decision,
    /// The statements that determine it; none for an implicit deny.
    pub statements: Vec<Matched>,
    /// Keys that the policies test and that were not given.
    pub missing: Keys,
    /// Whether the boundary allows it, where there is one.
    pub by_boundary: Option<bool>,
    /// Whether service control policies allow it, where there are any.
    pub by_organization: Option<bool>,
    /// Between accounts: what each kind of policy says.
    pub details: Vec<(&'static str, Decision)>,
}

/// A statement that determines a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    /// `SourcePolicyId`
    pub source: String,
    /// Where it stands.
    pub place: Place,
}

impl Scenario {
    /// Asks for an action on every resource.
    pub fn action(&self, action: &str, resources: &[String]) -> Result<Vec<Finding>, Fault> {
        resources.iter().map(|resource| self.ask(action, resource)).collect()
    }

    fn ask(&self, action: &str, resource: &str) -> Result<Finding, Fault> {
        let question = authorize::Call {
            caller: &self.caller,
            action,
            resource,
            resource_account: Some(&self.owner),
            context: &self.context,
        };
        let examined = examine(&self.layers, &question);
        let decision = self.decision(&examined);
        if decision == Decision::Undetermined {
            let sentence = "A policy attached to the principal cannot be evaluated.";
            return Err(Fault::new(Code::PolicyEvaluation, sentence));
        }
        let layers = &examined.layers;
        let has = |kind| layers.iter().any(|layer| layer.kind == kind);
        Ok(Finding {
            decision,
            statements: self.matched(layers, decision),
            missing: self.missing(layers),
            by_boundary: has(LayerKind::Boundary).then(|| allows(layers, LayerKind::Boundary)),
            by_organization: self.has_organization.then(|| allows(layers, LayerKind::Scp)),
            details: self.details(layers),
        })
    }

    /// The engine's decision, save where it asks for a trust or key policy: those are not simulated (reference
    /// simulator.md §4), so that the caller's own side decides.
    fn decision(&self, examined: &Examination) -> Decision {
        let unasked = examined.reason == Reason::NotAllowed(LayerKind::Resource)
            && self.resource.is_empty()
            && !self.is_cross_account;
        if !unasked {
            return examined.decision;
        }
        let limits = [LayerKind::Scp, LayerKind::Boundary];
        let limited = limits.into_iter().any(|kind| {
            let mut layers = examined.layers.iter().filter(|layer| layer.kind == kind);
            layers.any(|layer| layer.outcome != Outcome::Allow)
        });
        match !limited && allows(&examined.layers, LayerKind::Identity) {
            true => Decision::Allowed,
            false => Decision::ImplicitDeny,
        }
    }

    /// For a deny the statements that deny, for an Allow those that grant.
    fn matched(&self, layers: &[LayerTrace], decision: Decision) -> Vec<Matched> {
        let (effect, kinds): (Effect, &[LayerKind]) = match decision {
            Decision::Allowed => (Effect::Allow, &[LayerKind::Identity, LayerKind::Resource]),
            Decision::ExplicitDeny => {
                (Effect::Deny, &[LayerKind::Identity, LayerKind::Boundary, LayerKind::Resource])
            }
            _ => return Vec::new(),
        };
        let mut matched = Vec::new();
        for layer in kinds.iter().flat_map(|kind| layers.iter().filter(|layer| layer.kind == *kind)) {
            for trace in &layer.trace.statements {
                let document = self.documents(layer.kind).get(trace.policy);
                let applies = trace.effect == Some(effect) && trace.applies == Tri::Yes;
                let Some(document) = document.filter(|_| applies) else { continue };
                let Some(place) = place::of(&document.text, trace.statement) else { continue };
                matched.push(Matched { source: document.id.clone(), place });
            }
        }
        matched
    }

    /// Keys and variables of the statements that concern the action.
    fn missing(&self, layers: &[LayerTrace]) -> Keys {
        let mut keys = Keys::default();
        for layer in layers {
            let documents = self.documents(layer.kind);
            for trace in layer.trace.statements.iter().filter(|trace| trace.action != Tri::No) {
                let document = documents.get(trace.policy);
                if let Some((document, statement)) = document.and_then(|document| {
                    document.policy.statements.get(trace.statement).map(|statement| (document, statement))
                }) {
                    self.missing_in(document, statement, trace, &mut keys);
                }
            }
        }
        keys
    }

    fn missing_in(
        &self,
        document: &Document,
        statement: &Statement,
        trace: &StatementTrace,
        keys: &mut Keys,
    ) {
        if document.policy.uses_variables() {
            let absent = |key: &&str| Presence::of(self.context.get(key)) == Presence::Absent;
            variables(statement).filter(absent).for_each(|key| keys.add(key));
        }
        for condition in trace.conditions.iter().filter(|one| one.presence == Presence::Absent) {
            if let Some(condition) = statement.conditions.get(condition.condition) {
                keys.add(&condition.key.text);
            }
        }
    }

    fn details(&self, layers: &[LayerTrace]) -> Vec<(&'static str, Decision)> {
        if !self.is_cross_account {
            return Vec::new();
        }
        [("IAM Policy", LayerKind::Identity), ("Resource Policy", LayerKind::Resource)]
            .into_iter()
            .map(|(name, kind)| {
                let outcome = layers.iter().find(|layer| layer.kind == kind).map(|layer| layer.outcome);
                let decision = match outcome {
                    Some(Outcome::Allow) => Decision::Allowed,
                    Some(Outcome::Deny) => Decision::ExplicitDeny,
                    _ => Decision::ImplicitDeny,
                };
                (name, decision)
            })
            .collect()
    }
}

/// Whether every set of a layer's policies allows.
fn allows(layers: &[LayerTrace], kind: LayerKind) -> bool {
    let mut of_kind = layers.iter().filter(|layer| layer.kind == kind).peekable();
    of_kind.peek().is_some() && of_kind.all(|layer| layer.outcome == Outcome::Allow)
}
