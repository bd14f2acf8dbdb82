//! THE TABLE of condition operators (rules 5.1 to 5.12).

use std::cmp::Ordering;

/// What an operator compares, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Text.
    String {
        /// Whether letter case is folded.
        fold: bool,
        /// Whether `*` and `?` are patterns.
        like: bool,
    },
    /// Decimal numbers.
    Numeric(Relation),
    /// Instants.
    Date(Relation),
    /// `true` and `false`.
    Bool,
    /// Bytes in base64.
    Binary,
    /// Addresses and networks.
    IpAddress,
    /// ARNs, part by part.
    Arn,
    /// Whether the key is there.
    Null,
}

/// How two ordered values must relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

impl Relation {
    /// Whether an order of request value to policy value is this relation.
    #[must_use]
    pub fn admits(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order == Ordering::Equal,
            Relation::Less => order == Ordering::Less,
            Relation::LessOrEqual => order != Ordering::Greater,
            Relation::Greater => order == Ordering::Greater,
            Relation::GreaterOrEqual => order != Ordering::Less,
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// The name as AWS documents it.
    pub name: &'static str,
    /// What it compares.
    pub family: Family,
    /// Whether it is the negation of its family's test.
    pub negated: bool,
}

const fn row(name: &'static str, family: Family, negated: bool) -> Base {
    Base { name, family, negated }
}

const EXACT: Family = Family::String { fold: false, like: false };
const FOLDED: Family = Family::String { fold: true, like: false };
const LIKE: Family = Family::String { fold: false, like: true };

/// Every operator. Source: IAM User Guide, "Condition operators".
pub const TABLE: [Base; 27] = [
    row("StringEquals", EXACT, false),
    row("StringNotEquals", EXACT, true),
    row("StringEqualsIgnoreCase", FOLDED, false),
    row("StringNotEqualsIgnoreCase", FOLDED, true),
    row("StringLike", LIKE, false),
    row("StringNotLike", LIKE, true),
    row("NumericEquals", Family::Numeric(Relation::Equal), false),
    row("NumericNotEquals", Family::Numeric(Relation::Equal), true),
    row("NumericLessThan", Family::Numeric(Relation::Less), false),
    row("NumericLessThanEquals", Family::Numeric(Relation::LessOrEqual), false),
    row("NumericGreaterThan", Family::Numeric(Relation::Greater), false),
    row("NumericGreaterThanEquals", Family::Numeric(Relation::GreaterOrEqual), false),
    row("DateEquals", Family::Date(Relation::Equal), false),
    row("DateNotEquals", Family::Date(Relation::Equal), true),
    row("DateLessThan", Family::Date(Relation::Less), false),
    row("DateLessThanEquals", Family::Date(Relation::LessOrEqual), false),
    row("DateGreaterThan", Family::Date(Relation::Greater), false),
    row("DateGreaterThanEquals", Family::Date(Relation::GreaterOrEqual), false),
    row("Bool", Family::Bool, false),
    row("BinaryEquals", Family::Binary, false),
    row("IpAddress", Family::IpAddress, false),
    row("NotIpAddress", Family::IpAddress, true),
    row("ArnEquals", Family::Arn, false),
    row("ArnLike", Family::Arn, false),
    row("ArnNotEquals", Family::Arn, true),
    row("ArnNotLike", Family::Arn, true),
    row("Null", Family::Null, false),
];

/// What stands before the colon of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// Nothing.
    Plain,
    /// `ForAllValues:`
    ForAllValues,
    /// `ForAnyValue:`
    ForAnyValue,
}

/// An operator as it stands in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The set qualifier.
    pub qualifier: Qualifier,
    /// The operator itself.
    pub base: Base,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
}

impl Operator {
    /// Its name as AWS documents it.
    #[must_use]
    pub fn name(&self) -> String {
        let qualifier = match self.qualifier {
            Qualifier::Plain => "",
            Qualifier::ForAllValues => "ForAllValues:",
            Qualifier::ForAnyValue => "ForAnyValue:",
        };
        format!("{qualifier}{}{}", self.base.name, if self.if_exists { "IfExists" } else { "" })
    }

    /// Whether `*` and `?` are patterns in its values (rules 5.3, 5.10).
    #[must_use]
    pub fn takes_wildcards(&self) -> bool {
        matches!(self.base.family, Family::String { like: true, .. } | Family::Arn)
    }
}

/// Reads an operator's name in any letter case (rule 4.6); none for an unknown one. `Null` never takes `IfExists` (rule
/// 4.11).
#[must_use]
pub fn parse(name: &str) -> Option<Operator> {
    let (qualifier, rest) = match name.split_once(':') {
        None => (Qualifier::Plain, name),
        Some((first, rest)) if first.trim().eq_ignore_ascii_case("ForAllValues") => {
            (Qualifier::ForAllValues, rest.trim())
        }
        Some((first, rest)) if first.trim().eq_ignore_ascii_case("ForAnyValue") => {
            (Qualifier::ForAnyValue, rest.trim())
        }
        Some(_) => return None,
    };
    let cut = rest.len().checked_sub("IfExists".len());
    let tail = cut.and_then(|cut| rest.get(cut..));
    let if_exists = tail.is_some_and(|tail| tail.eq_ignore_ascii_case("IfExists"));
    let bare = if if_exists { cut.and_then(|cut| rest.get(..cut))? } else { rest };
    let base = TABLE.iter().find(|base| base.name.eq_ignore_ascii_case(bare))?;
    (!(if_exists && base.family == Family::Null)).then_some(Operator { qualifier, base: *base, if_exists })
}
