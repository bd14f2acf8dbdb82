//! Conditions: one key under one operator, held against what is known of the request (rules 4.1 to 4.13).

pub mod arn;
pub mod date;
pub mod ip_address;
pub mod numeric;
pub mod operator;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::context::{Context, Lookup};
use crate::pattern::{Case, Token, glob};
use crate::trace::{Note, Presence, Tri};
use crate::variable::{Filled, Template};
use operator::{Family, Operator, Qualifier};

/// A condition made ready for evaluation.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The operator; none for one that is not known (rule 5.14).
    pub operator: Option<Operator>,
    /// The key, in lower case.
    pub key: String,
    values: Vec<Value>,
}

#[derive(Clone, Debug)]
enum Value {
    /// Text without wildcards and variables: most values are this.
    Exact(String),
    /// Anything that needs tokens.
    Template(Template),
}

/// How a condition came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it holds.
    pub holds: Tri,
    /// Whether the request has the key.
    pub presence: Presence,
    /// What is worth knowing about it.
    pub note: Option<Note>,
}

/// How one request value meets one policy value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Match,
    NoMatch,
    WrongType,
    Unknown,
}

impl Compiled {
    /// Makes a condition ready. `variables`: whether `${…}` is a variable in this document (rule 1.3).
    #[must_use]
    pub fn new(operator: &str, key: &str, values: &[&str], variables: bool) -> Compiled {
        let operator = operator::parse(operator);
        let family = operator.map(|operator| operator.base.family);
        let wildcards = matches!(family, Some(Family::String { like: true, .. } | Family::Arn));
        let takes_variables = variables && matches!(family, Some(Family::String { .. } | Family::Arn));
        let value = |text: &&str| {
            let template = Template::parse(text, wildcards, takes_variables);
            let plain = template
                .fixed()
                .is_some_and(|tokens| tokens.iter().all(|token| matches!(token, Token::Is(_))));
            let literal = plain && !(takes_variables && text.contains("${"));
            if literal { Value::Exact((*text).to_owned()) } else { Value::Template(template) }
        };
        Compiled { operator, key: key.to_ascii_lowercase(), values: values.iter().map(value).collect() }
    }

    /// Whether it holds.
    #[must_use]
    pub fn evaluate(&self, context: &Context) -> Outcome {
        let lookup = context.get_folded(&self.key);
        let presence = match lookup {
            Lookup::Present { values: [], .. } | Lookup::Absent => Presence::Absent,
            Lookup::Present { .. } => Presence::Present,
            Lookup::Unknown => Presence::Unknown,
        };
        let Some(operator) = self.operator else {
            return Outcome { holds: Tri::Unknown, presence, note: Some(Note::UnknownOperator) };
        };
        if operator.base.family == Family::Null {
            return Outcome { holds: self.null(operator.qualifier, lookup), presence, note: None };
        }
        let (holds, note) = match (presence, lookup) {
            (Presence::Unknown, _) => (self.unread(operator), None),
            (Presence::Absent, _) => (Tri::from(absent(operator)), Some(Note::KeyAbsent)),
            (_, Lookup::Present { values, multivalued }) => {
                self.present(operator, values, multivalued, context)
            }
            _ => (Tri::Unknown, None),
        };
        Outcome { holds, presence, note }
    }

    /// `"true"`: the key must be absent; `"false"`: present; both: always true (rules 4.11, 5.12). An empty string counts
    /// as nothing (rule 4.12).
    fn null(&self, qualifier: Qualifier, lookup: Lookup<'_>) -> Tri {
        let null = match lookup {
            Lookup::Unknown => None,
            Lookup::Absent => Some(true),
            Lookup::Present { values, .. } => Some(values.iter().all(String::is_empty)),
        };
        let wants = |wanted: &str| {
            self.values
                .iter()
                .any(|value| matches!(value, Value::Exact(text) if text.eq_ignore_ascii_case(wanted)))
        };
        match (qualifier, null) {
            (Qualifier::ForAllValues, _) => Tri::Yes,
            (Qualifier::ForAnyValue, _) => Tri::No,
            (Qualifier::Plain, _) if wants("true") && wants("false") => Tri::Yes,
            (Qualifier::Plain, None) => Tri::Unknown,
            (Qualifier::Plain, Some(null)) => Tri::from(if null { wants("true") } else { wants("false") }),
        }
    }

    /// A key that nobody read: decided only where every value, and none, would give the same.
    fn unread(&self, operator: Operator) -> Tri {
        if self.values.is_empty() && operator.qualifier == Qualifier::ForAnyValue {
            Tri::No
        } else {
            Tri::Unknown
        }
    }

    fn present(
        &self,
        operator: Operator,
        actual: &[String],
        multivalued: bool,
        context: &Context,
    ) -> (Tri, Option<Note>) {
        let negated = operator.base.negated;
        let one = |actual: &String| self.one(operator, actual, context);
        match operator.qualifier {
            Qualifier::Plain if self.values.is_empty() => (Tri::No, None),
            Qualifier::Plain if multivalued => {
                // Declared wrong by AWS, outcome not documented: our choice (rule 4.9).
                let holds = if negated { all(actual.iter().map(one)) } else { Tri::No };
                (holds, Some(Note::PlainOnMultivalued))
            }
            Qualifier::Plain => {
                let Some(value) = actual.first() else { return (Tri::No, None) };
                (one(value), self.note(operator, value))
            }
            // The text of the page: a key that resolves to an empty string is as good as absent (rule 4.12).
            Qualifier::ForAllValues if actual.iter().all(String::is_empty) => (Tri::Yes, None),
            Qualifier::ForAllValues if self.values.is_empty() => (Tri::No, None),
            Qualifier::ForAllValues => (all(actual.iter().map(one)), None),
            Qualifier::ForAnyValue if self.values.is_empty() => (Tri::No, None),
            Qualifier::ForAnyValue => (any(actual.iter().map(one)), None),
        }
    }

    /// Whether one request value satisfies the operator against the whole list: any for positive ones (rule 4.2), none
    /// for negated ones (rules 4.3, 4.7). A wrong type satisfies nothing (rule 5.13).
    fn one(&self, operator: Operator, actual: &str, context: &Context) -> Tri {
        let (mut unknown, mut wrong) = (false, false);
        for value in &self.values {
            match test(operator.base.family, value, actual, context) {
                Test::Match => return Tri::from(!operator.base.negated),
                Test::Unknown => unknown = true,
                Test::WrongType => wrong = true,
                Test::NoMatch => {}
            }
        }
        match (operator.base.negated, unknown, wrong) {
            (_, true, _) => Tri::Unknown,
            (false, ..) => Tri::No,
            (true, _, wrong) => Tri::from(!wrong),
        }
    }

    fn note(&self, operator: Operator, actual: &str) -> Option<Note> {
        let exact = matches!(operator.base.family, Family::String { like: false, .. });
        let star = |value: &Value| matches!(value, Value::Exact(text) if text.contains(['*', '?']));
        if exact && self.values.iter().any(star) {
            return Some(Note::WildcardUnderExact);
        }
        let typed = !matches!(operator.base.family, Family::String { .. } | Family::Bool);
        let wrong =
            |value: &Value| test(operator.base.family, value, actual, &Context::new()) == Test::WrongType;
        (typed && self.values.iter().any(wrong)).then_some(Note::WrongType)
    }
}

/// What an absent key makes of an operator: THE table of rule 4.
fn absent(operator: Operator) -> bool {
    match operator.qualifier {
        Qualifier::ForAllValues => true,
        Qualifier::ForAnyValue => false,
        Qualifier::Plain => operator.if_exists || operator.base.negated,
    }
}

fn all(outcomes: impl Iterator<Item = Tri>) -> Tri {
    outcomes.fold(Tri::Yes, Tri::and)
}

fn any(outcomes: impl Iterator<Item = Tri>) -> Tri {
    outcomes.fold(Tri::No, Tri::or)
}

/// Whether a value of a policy and one of a request satisfy the family's positive test; none for a wrong type.
///
/// For explanations: would this value have matched under another operator?
#[must_use]
pub fn holds_one(operator: Operator, policy_value: &str, actual: &str) -> Option<bool> {
    let compiled = Compiled::new(operator.base.name, "", &[policy_value], false);
    match test(operator.base.family, compiled.values.first()?, actual, &Context::new()) {
        Test::Match => Some(true),
        Test::NoMatch => Some(false),
        Test::WrongType | Test::Unknown => None,
    }
}

fn test(family: Family, value: &Value, actual: &str, context: &Context) -> Test {
    match family {
        Family::String { fold, .. } => string(value, actual, fold, context),
        Family::Arn if !arn::is_arn(actual) => Test::WrongType,
        Family::Arn => tokens(value, context, |pattern| arn::matches(pattern, actual)),
        Family::Numeric(relation) => {
            typed(value, actual, numeric::parse, |policy, actual| relation.admits(actual.cmp(&policy)))
        }
        Family::Date(relation) => {
            typed(value, actual, date::parse, |policy, actual| relation.admits(actual.cmp(&policy)))
        }
        Family::IpAddress => {
            typed(value, actual, ip_address::parse, |network, address| network.holds(&address))
        }
        Family::Binary => {
            typed(value, actual, |text| STANDARD.decode(text).ok(), |policy, actual| policy == actual)
        }
        // Any request value other than true counts as false (rule 5.7).
        Family::Bool => typed(value, actual, Some, |policy, actual| {
            let wanted = policy.eq_ignore_ascii_case("true");
            (wanted || policy.eq_ignore_ascii_case("false")) && wanted == actual.eq_ignore_ascii_case("true")
        }),
        Family::Null => Test::WrongType,
    }
}

fn string(value: &Value, actual: &str, fold: bool, context: &Context) -> Test {
    let case = if fold { Case::Insensitive } else { Case::Sensitive };
    match value {
        Value::Exact(text) => {
            Test::from(if fold { text.eq_ignore_ascii_case(actual) } else { text == actual })
        }
        Value::Template(_) => tokens(value, context, |pattern| glob(pattern, actual, case)),
    }
}

/// Fills variables in and tests. An unresolved variable matches nothing, so that a negated operator holds (rule 6.5).
fn tokens(value: &Value, context: &Context, test: impl Fn(&[Token]) -> bool) -> Test {
    match value {
        Value::Exact(text) => Test::from(test(&text.chars().map(Token::Is).collect::<Vec<_>>())),
        Value::Template(template) => match template.fixed() {
            Some(fixed) => Test::from(test(fixed)),
            None => match template.fill(context) {
                Filled::Tokens(filled) => Test::from(test(&filled)),
                Filled::Unresolved => Test::NoMatch,
                Filled::Unknown => Test::Unknown,
            },
        },
    }
}

fn typed<'v, T>(
    value: &'v Value,
    actual: &'v str,
    parse: impl Fn(&'v str) -> Option<T>,
    test: impl Fn(T, T) -> bool,
) -> Test {
    let Value::Exact(text) = value else { return Test::WrongType };
    match (parse(text), parse(actual)) {
        (Some(policy), Some(actual)) => Test::from(test(policy, actual)),
        _ => Test::WrongType,
    }
}

impl From<bool> for Test {
    fn from(matched: bool) -> Self {
        if matched { Test::Match } else { Test::NoMatch }
    }
}
