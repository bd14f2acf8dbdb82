//! Values of a policy, read once for their operator's type, and the test of one of them against one of a request.

use super::arn::{ArnPattern, is_arn};
use super::date::Moment;
use super::ip_address::Network;
use super::operator::{Family, Relation};
use super::{binary, boolean, date, ip_address, numeric};
use crate::context::Context;
use crate::pattern::{Case, Fit, Pattern};
use crate::trace::Tri;

/// A value of a policy.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Compared as it stands: most values are this.
    Text(Box<str>),
    Pattern(Pattern),
    Arn(ArnPattern),
    /// Compared with a request's number as an exact decimal.
    Number(Box<str>),
    Date(Moment),
    Network(Network),
    Bytes(Vec<u8>),
    Bool(bool),
    /// Not of the operator's type (rule 5.13).
    Wrong,
}

/// How one value of a request meets one of a policy, negation left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    Yes,
    No,
    /// The policy's value holds a variable that has no value: it is like nothing (rule 6.5).
    Unresolved,
    /// One of the two is not of the operator's type.
    WrongType,
    /// A variable was not read.
    Unknown,
}

impl Value {
    /// Reads a value for its operator. Variables count under String and Arn operators alone (rule 6.2).
    pub fn read(family: Family, text: &str, variables: bool) -> Value {
        let read = match family {
            Family::String { like, .. } => Some(string(text, like, variables)),
            Family::Arn => Some(Value::Arn(ArnPattern::of_condition(text, variables)))
                .filter(|value| matches!(value, Value::Arn(pattern) if pattern.is_sound())),
            Family::Numeric(_) => numeric::parse(text).map(|_| Value::Number(text.into())),
            Family::Date(_) => date::parse(text).map(Value::Date),
            Family::IpAddress => ip_address::parse(text).map(Value::Network),
            Family::Binary => binary::decode(text).map(Value::Bytes),
            Family::Bool | Family::Null => boolean::parse(text).map(Value::Bool),
        };
        read.unwrap_or(Value::Wrong)
    }

    /// Whether it is text with a `*` or `?` that stands for itself.
    pub fn has_idle_wildcard(&self) -> bool {
        matches!(self, Value::Text(text) if text.contains(['*', '?']))
    }

    /// Holds a request's value against it.
    pub fn meets(&self, family: Family, actual: &str, context: &Context) -> Met {
        match self {
            Value::Text(text) if folds(family) => Met::from(text.eq_ignore_ascii_case(actual)),
            Value::Text(text) => Met::from(**text == *actual),
            Value::Pattern(pattern) => {
                let case = if folds(family) { Case::Insensitive } else { Case::Sensitive };
                Met::from(pattern.meets(actual, case, context))
            }
            Value::Arn(pattern) if is_arn(actual) => Met::from(pattern.meets(actual, context)),
            Value::Number(text) => compare(family, numeric::parse(actual), numeric::parse(text)),
            Value::Date(moment) => compare(family, date::parse(actual), Some(*moment)),
            Value::Network(network) => match ip_address::parse(actual) {
                Some(address) => Met::from(network.holds(&address)),
                None => Met::WrongType,
            },
            Value::Bytes(bytes) => match binary::decode(actual) {
                Some(actual) => Met::from(*bytes == actual),
                None => Met::WrongType,
            },
            Value::Bool(wanted) => Met::from(*wanted == boolean::is_true(actual)),
            Value::Arn(_) | Value::Wrong => Met::WrongType,
        }
    }
}

fn string(text: &str, wildcards: bool, variables: bool) -> Value {
    let pattern = Pattern::parse(text, wildcards, variables);
    match pattern.literal() {
        Some(literal) => Value::Text(literal.into()),
        None => Value::Pattern(pattern),
    }
}

fn folds(family: Family) -> bool {
    matches!(family, Family::String { fold: true, .. })
}

fn compare<T: Ord>(family: Family, actual: Option<T>, policy: Option<T>) -> Met {
    let relation = match family {
        Family::Numeric(relation) | Family::Date(relation) => relation,
        _ => Relation::Equal,
    };
    match (actual, policy) {
        (Some(actual), Some(policy)) => Met::from(relation.admits(actual.cmp(&policy))),
        _ => Met::WrongType,
    }
}

impl From<bool> for Met {
    fn from(met: bool) -> Self {
        if met { Met::Yes } else { Met::No }
    }
}

impl From<Fit> for Met {
    fn from(fit: Fit) -> Self {
        match fit {
            Fit::Is(Tri::Yes) => Met::Yes,
            Fit::Is(Tri::No) => Met::No,
            Fit::Is(Tri::Unknown) => Met::Unknown,
            Fit::Unresolved => Met::Unresolved,
        }
    }
}
