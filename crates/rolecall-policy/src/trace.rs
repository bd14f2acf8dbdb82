//! The full account of an evaluation: every statement, every condition, in three values.

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
    pub effect: Option<crate::document::Effect>,
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
