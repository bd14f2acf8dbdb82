//! Conditions: one key under one operator, held against what is known of the request (rules 4.1 to 4.13).

pub mod arn;
pub mod binary;
pub mod boolean;
pub mod date;
pub mod ip_address;
pub mod null;
pub mod numeric;
pub mod operator;
mod value;

use crate::context::{Context, Lookup};
use crate::trace::{Note, Presence, Tri};
use operator::{Family, Operator, Qualifier};
use value::{Met, Value};

/// A condition made ready for evaluation.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCondition {
    /// None for an operator that is not known (rule 5.14).
    operator: Option<Operator>,
    values: Box<[Value]>,
}

impl CompiledCondition {
    /// Makes a condition ready. `variables`: whether `${…}` is a variable in this document (rule 1.3).
    pub fn new<'t>(
        operator: &str,
        values: impl IntoIterator<Item = &'t str>,
        variables: bool,
    ) -> CompiledCondition {
        let operator = operator::parse(operator);
        let family = operator.map(|operator| operator.base.family);
        let read = |text| family.map_or(Value::Wrong, |family| Value::read(family, text, variables));
        CompiledCondition { operator, values: values.into_iter().map(read).collect() }
    }

    /// Whether it holds. The context serves variables; `lookup` is what is known of the condition's own key.
    pub fn holds(&self, lookup: Lookup<'_>, context: &Context) -> Tri {
        let Some(operator) = self.operator else { return Tri::Unknown };
        if operator.base.family == Family::Null {
            return self.null(operator.qualifier, lookup);
        }
        if self.values.is_empty() {
            return without_values(operator, lookup);
        }
        match lookup {
            Lookup::Unknown => Tri::Unknown,
            Lookup::Absent | Lookup::Present { values: [], .. } => Tri::from(absent(operator)),
            Lookup::Present { values, multivalued } => self.present(operator, values, multivalued, context),
        }
    }

    /// What is worth knowing about how it came out.
    pub fn note(&self, lookup: Lookup<'_>, context: &Context) -> Option<Note> {
        let Some(operator) = self.operator else { return Some(Note::UnknownOperator) };
        let family = operator.base.family;
        let Lookup::Present { values: actual, multivalued } = lookup else {
            return (Presence::of(lookup) == Presence::Absent).then_some(Note::KeyAbsent);
        };
        if family == Family::Null {
            return None;
        }
        if operator.qualifier == Qualifier::Plain && multivalued {
            return Some(Note::PlainOnMultivalued);
        }
        let any = |is: Met| {
            let meets =
                |value: &Value| actual.iter().any(|actual| value.meets(family, actual, context) == is);
            self.values.iter().any(meets)
        };
        if self.values.iter().any(Value::has_idle_wildcard)
            && !matches!(family, Family::String { like: true, .. })
        {
            return Some(Note::WildcardUnderExact);
        }
        if any(Met::Unresolved) {
            return Some(Note::UnresolvedVariable);
        }
        any(Met::WrongType).then_some(Note::WrongType)
    }

    fn null(&self, qualifier: Qualifier, lookup: Lookup<'_>) -> Tri {
        let wants =
            |wanted: bool| self.values.iter().any(|value| matches!(value, Value::Bool(is) if *is == wanted));
        null::holds(qualifier, wants(true), wants(false), lookup)
    }

    fn present(&self, operator: Operator, actual: &[String], multivalued: bool, context: &Context) -> Tri {
        let each = actual.iter().map(|actual| self.one(operator, actual, context));
        match operator.qualifier {
            // Declared wrong by AWS, outcome not documented. Our choice: positive operators never match, negated ones
            // hold if no value matches (rule 4.9).
            Qualifier::Plain if multivalued && !operator.base.negated => Tri::No,
            Qualifier::Plain => each.fold(Tri::Yes, Tri::and),
            // A key that holds but empty text is as good as absent (rule 4.12).
            Qualifier::ForAllValues if actual.iter().all(String::is_empty) => Tri::Yes,
            Qualifier::ForAllValues => each.fold(Tri::Yes, Tri::and),
            Qualifier::ForAnyValue => each.fold(Tri::No, Tri::or),
        }
    }

    /// Whether one value of the request satisfies the operator against the whole list: any for positive operators
    /// (rule 4.2), none for negated ones (rules 4.3, 4.7). A value of a wrong type satisfies neither (rule 5.13).
    fn one(&self, operator: Operator, actual: &str, context: &Context) -> Tri {
        let (mut unknown, mut wrong) = (false, false);
        for value in &self.values {
            match value.meets(operator.base.family, actual, context) {
                Met::Yes => return Tri::from(!operator.base.negated),
                Met::Unknown => unknown = true,
                Met::WrongType => wrong = true,
                Met::No | Met::Unresolved => {}
            }
        }
        if operator.base.negated && wrong {
            return Tri::No;
        }
        if unknown { Tri::Unknown } else { Tri::from(operator.base.negated) }
    }
}

/// What an absent key makes of an operator: THE TABLE before rule 4.7. `IfExists` changes nothing inside a set operator.
fn absent(operator: Operator) -> bool {
    match operator.qualifier {
        Qualifier::ForAllValues => true,
        Qualifier::ForAnyValue => false,
        Qualifier::Plain => operator.if_exists || operator.base.negated,
    }
}

/// An empty list of values (rule 1.13): it holds only for an absent key, under `ForAllValues` or `IfExists`. For a plain
/// operator the page contradicts itself; our choice is that it never holds.
fn without_values(operator: Operator, lookup: Lookup<'_>) -> Tri {
    let spared = match operator.qualifier {
        Qualifier::ForAllValues => true,
        Qualifier::ForAnyValue => false,
        Qualifier::Plain => operator.if_exists,
    };
    match Presence::of(lookup) {
        _ if !spared => Tri::No,
        Presence::Absent => Tri::Yes,
        Presence::Present => Tri::No,
        Presence::Unknown => Tri::Unknown,
    }
}

/// Whether a value of a policy and one of a request satisfy the operator's test, its negation left aside; none where one
/// of them is of a wrong type.
///
/// For explanations: would this value have matched under another operator?
#[must_use]
pub fn holds_one(operator: Operator, policy_value: &str, actual: &str) -> Option<bool> {
    let family = operator.base.family;
    match Value::read(family, policy_value, false).meets(family, actual, &Context::new()) {
        Met::Yes => Some(true),
        Met::No | Met::Unresolved => Some(false),
        Met::WrongType | Met::Unknown => None,
    }
}
