//! The role's trust policy as it meets this caller: the statement that comes nearest, and what keeps it from applying.

use rolecall_model::document::{At, DocumentId};
use rolecall_model::evidence::role::TrustDocument;
use rolecall_model::span::Span;
use rolecall_policy::document::{Condition, Effect, Policy, PolicyFlaw, Statement};
use rolecall_policy::trace::{ConditionTrace, StatementTrace, Trace, Tri};
use rolecall_policy::validate::{Usage, validate};

use super::faults::{Caller, Fault, classify, is_federated};

/// A trust policy and, where the caller is known, how it was evaluated.
pub struct TrustView {
    /// The document it stands in.
    pub document: DocumentId,
    /// The policy.
    pub policy: Policy,
    /// Flaws that IAM would not store, or that make a statement mean something else than it seems to.
    pub flaws: Vec<PolicyFlaw>,
    /// The evaluation for `sts:AssumeRoleWithWebIdentity`; none where nothing is known of the caller.
    pub trace: Option<Trace>,
    /// The Allow statement that comes nearest, where none applies.
    pub nearest: Option<Nearest>,
}

/// The statement that comes nearest to admitting the caller.
pub struct Nearest {
    /// Its index.
    pub statement: usize,
    /// Whether its principal is the caller's provider.
    pub principal: Tri,
    /// Whether its action covers the call.
    pub action: Tri,
    /// Conditions that fail, by index, each with its slip.
    pub faults: Vec<(usize, Fault)>,
}

impl TrustView {
    /// Reads a trust policy that nobody has met yet.
    #[must_use]
    pub fn read(trust: &TrustDocument) -> Self {
        let policy = Policy::from_node(&trust.node);
        let flaws = validate(&policy, Usage::Trust);
        TrustView { document: trust.document, policy, flaws, trace: None, nearest: None }
    }

    /// Takes in how the engine evaluated it for this caller.
    #[must_use]
    pub fn met(mut self, trace: Option<Trace>, caller: &Caller<'_>) -> Self {
        self.nearest = trace.as_ref().and_then(|trace| nearest(&self.policy, trace, caller));
        self.trace = trace;
        self
    }

    /// A place in it.
    #[must_use]
    pub fn at(&self, span: Span) -> At {
        At::new(self.document, span)
    }

    /// Whether any statement names a Federated principal.
    #[must_use]
    pub fn has_federated(&self) -> bool {
        self.policy.statements.iter().any(is_federated)
    }

    /// The nearest statement.
    #[must_use]
    pub fn nearest_statement(&self) -> Option<(&Statement, &Nearest)> {
        let nearest = self.nearest.as_ref()?;
        Some((self.policy.statements.get(nearest.statement)?, nearest))
    }

    /// The first failed condition of the nearest statement with such a slip. Only where principal and action are
    /// right: a statement for another provider says nothing about this caller.
    pub fn fault(&self, is: impl Fn(&Fault) -> bool) -> Option<(&Condition, &Fault)> {
        let (statement, nearest) = self.nearest_statement()?;
        if nearest.principal == Tri::No {
            return None;
        }
        let (index, fault) = nearest.faults.iter().find(|(_, fault)| is(fault))?;
        Some((statement.conditions.get(*index)?, fault))
    }

    /// The first Deny statement that applies.
    #[must_use]
    pub fn deny(&self) -> Option<&Statement> {
        self.denies().next()
    }

    /// Every Deny statement that applies.
    pub fn denies(&self) -> impl Iterator<Item = &Statement> {
        let denies = |statement: &&StatementTrace| {
            statement.effect == Some(Effect::Deny) && statement.applies == Tri::Yes
        };
        let traced = self.trace.iter().flat_map(|trace| &trace.statements);
        traced.filter(denies).filter_map(|found| self.policy.statements.get(found.statement))
    }
}

fn nearest(policy: &Policy, trace: &Trace, caller: &Caller<'_>) -> Option<Nearest> {
    let allows = |statement: &&StatementTrace| statement.effect == Some(Effect::Allow);
    if trace.statements.iter().filter(allows).any(|statement| statement.applies == Tri::Yes) {
        return None;
    }
    let mut best: Option<(u32, &StatementTrace)> = None;
    for statement in trace.statements.iter().filter(allows) {
        let score = score(policy, statement, caller);
        if best.is_none_or(|(least, _)| score > least) {
            best = Some((score, statement));
        }
    }
    let (_, found) = best?;
    let statement = policy.statements.get(found.statement)?;
    let failed = |condition: &&ConditionTrace| condition.holds == Tri::No;
    let slip = |condition: &ConditionTrace| {
        Some((condition.condition, classify(caller, statement.conditions.get(condition.condition)?)))
    };
    let faults = found.conditions.iter().filter(failed).filter_map(slip).collect();
    Some(Nearest { statement: found.statement, principal: found.principal, action: found.action, faults })
}

/// How near a statement comes: whom it names weighs most, then the action, then the share of conditions that hold.
fn score(policy: &Policy, found: &StatementTrace, caller: &Caller<'_>) -> u32 {
    let weight = |tri: Tri, weight: u32| match tri {
        Tri::Yes => weight,
        Tri::Unknown => weight / 2,
        Tri::No => 0,
    };
    let statement = policy.statements.get(found.statement);
    let federated = if statement.is_some_and(is_federated) { 200 } else { 0 };
    let kin = statement.is_some_and(|statement| names_kin(statement, caller.provider));
    let total = u32::try_from(found.conditions.len()).unwrap_or(u32::MAX).max(1);
    let held = found.conditions.iter().filter(|condition| condition.holds != Tri::No).count();
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    weight(found.principal, 800)
        + weight(found.action, 400)
        + federated
        + if kin { 150 } else { 0 }
        + held * 100 / total
}

/// Whether the statement names a provider that resembles the caller's.
fn names_kin(statement: &Statement, provider: &str) -> bool {
    use rolecall_model::provider_url::Likeness;
    let entries = statement.principal.iter().flat_map(|principal| &principal.entries);
    entries
        .filter(|entry| entry.kind.text == "Federated")
        .any(|entry| super::faults::named_provider(&entry.value.text, provider) != Likeness::Different)
}
