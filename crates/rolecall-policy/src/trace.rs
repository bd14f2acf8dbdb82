//! The full account of an evaluation: every statement, every condition, in three values.

use crate::compile::{Compiled, CompiledStatement};
use crate::context::Lookup;
use crate::document::Effect;
use crate::evaluate::Tally;
use crate::matching::{Facts, fits_action, fits_principal, fits_resource, legible};
use crate::request::Request;

/// Yes, no, or a fact that decides was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// Cannot be told.
    Unknown,
}

impl Tri {
    /// Both.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::Yes, _) | (_, Tri::Yes) => Tri::Yes,
            (Tri::No, Tri::No) => Tri::No,
            _ => Tri::Unknown,
        }
    }

    /// The opposite.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it stands beside `and` and `or`")]
    pub fn not(self) -> Tri {
        match self {
            Tri::Yes => Tri::No,
            Tri::No => Tri::Yes,
            Tri::Unknown => Tri::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(holds: bool) -> Self {
        if holds { Tri::Yes } else { Tri::No }
    }
}

/// Whether the request has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    Present,
    /// It does not, or the key holds nothing.
    Absent,
    /// Nobody read it.
    Unknown,
}

impl Presence {
    /// What a lookup comes to: a key with an empty list counts as absent (rule 4.12).
    #[must_use]
    pub fn of(lookup: Lookup<'_>) -> Presence {
        match lookup {
            Lookup::Absent | Lookup::Present { values: [], .. } => Presence::Absent,
            Lookup::Present { .. } => Presence::Present,
            Lookup::Unknown => Presence::Unknown,
        }
    }
}

/// What is worth knowing about a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The request does not have the key.
    KeyAbsent,
    /// A wildcard stands under an operator that takes none (rule 5.1).
    WildcardUnderExact,
    /// A value is not of the operator's type (rule 5.13).
    WrongType,
    /// The operator is not known (rule 5.14).
    UnknownOperator,
    /// An operator without set qualifier on a multivalued key: the outcome is our choice (rule 4.9).
    PlainOnMultivalued,
    /// A value holds a variable that has neither value nor default (rule 6.5).
    UnresolvedVariable,
}

/// What a set of policies says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A statement allows, none denies.
    Allow,
    /// A statement denies.
    Deny,
    /// No statement applies that would allow.
    NoMatch,
    /// A fact that decides was not read, or a statement that decides is not legible.
    Undetermined,
}

/// An evaluation, statement by statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What it comes to.
    pub outcome: Outcome,
    /// Whether a statement may deny, as in [`crate::evaluate::Decision`].
    pub may_deny: bool,
    /// Every statement, in the order of documents and statements.
    pub statements: Vec<StatementTrace>,
}

/// How one statement met the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTrace {
    /// Index of the policy.
    pub policy: usize,
    /// Index of the statement in it.
    pub statement: usize,
    /// Allow or Deny, if legible.
    pub effect: Option<Effect>,
    /// Whether the principal fits; yes where there is none.
    pub principal: Tri,
    /// Whether the action fits.
    pub action: Tri,
    /// Whether the resource fits; yes where there is none and a principal stands in its place.
    pub resource: Tri,
    /// Every condition.
    pub conditions: Vec<ConditionTrace>,
    /// Whether all of them hold.
    pub applies: Tri,
}

/// How one condition met the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionTrace {
    /// Index among the statement's conditions.
    pub condition: usize,
    /// Whether it holds.
    pub holds: Tri,
    /// Whether the request has the key.
    pub presence: Presence,
    /// The request's values.
    pub actual: Vec<String>,
    /// What is worth knowing.
    pub note: Option<Note>,
}

impl Compiled {
    /// What the policies say, and how every statement and condition came out.
    #[must_use]
    pub fn trace(&self, request: &Request<'_>) -> Trace {
        let action = request.action.to_ascii_lowercase();
        let mut facts = Facts::new(self.keys(), request.context);
        let mut tally = Tally::default();
        let mut statements = Vec::with_capacity(self.statements().len());
        for statement in self.statements() {
            let trace = trace_statement(statement, &action, request, &mut facts);
            tally.add(statement, trace.applies, request);
            statements.push(trace);
        }
        let decision = tally.decision();
        Trace { outcome: decision.outcome, may_deny: decision.may_deny, statements }
    }
}

fn trace_statement(
    statement: &CompiledStatement,
    action: &str,
    request: &Request<'_>,
    facts: &mut Facts<'_>,
) -> StatementTrace {
    let principal = fits_principal(statement, &request.principal);
    let action = fits_action(statement, action);
    let resource = fits_resource(statement, request);
    let mut conditions = Vec::with_capacity(statement.conditions.len());
    let mut applies = principal.and(action).and(resource).and(legible(statement));
    for (index, (key, condition)) in statement.conditions.iter().enumerate() {
        let lookup = facts.get(*key);
        let holds = condition.holds(lookup, request.context);
        applies = applies.and(holds);
        let actual = match lookup {
            Lookup::Present { values, .. } => values.to_vec(),
            _ => Vec::new(),
        };
        let note = condition.note(lookup, request.context);
        conditions.push(ConditionTrace {
            condition: index,
            holds,
            presence: Presence::of(lookup),
            actual,
            note,
        });
    }
    StatementTrace {
        policy: statement.policy,
        statement: statement.statement,
        effect: statement.effect,
        principal,
        action,
        resource,
        conditions,
        applies,
    }
}
