//! Conditions: whether operator, key and values can mean what they seem to (sections 4 to 6).

use rolecall_model::span::Span;

use crate::condition::operator::{self, Family, Operator, Qualifier};
use crate::condition::{arn, binary, boolean, date, ip_address, numeric};
use crate::document::{Condition, Effect, Statement, Word};
use crate::variable::variables;

use super::Found;

/// Keys that are lists by their nature (GLOB, "Single-valued vs. multivalued context keys"); `…:amr` is one too.
const MULTIVALUED: [&str; 8] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "sts:transitivetagkeys",
];

pub(super) fn check(found: &mut Found, statement: &Statement, versioned: bool) {
    for condition in &statement.conditions {
        let Some(operator) = operator::parse(&condition.operator.text) else { continue };
        spelling(found, condition.operator.span, &condition.operator.text, operator);
        sets(found, statement, condition, operator);
        if condition.values.is_empty() {
            found.mislead(
                condition.span,
                "no value is listed: the condition does not hold where the key is there",
            );
        }
        for value in &condition.values {
            one(found, condition, operator, value, versioned);
        }
    }
}

/// Rule 4.6.
fn spelling(found: &mut Found, span: Span, written: &str, operator: Operator) {
    let name = operator.name();
    if written != name {
        found.mislead(span, format!("the operator is documented as `{name}`"));
    }
}

/// Set operators and their absence (rules 4.9 to 4.13).
fn sets(found: &mut Found, statement: &Statement, condition: &Condition, operator: Operator) {
    let key = condition.key.text.to_ascii_lowercase();
    let span = condition.operator.span;
    let many = MULTIVALUED.contains(&key.as_str()) || key.ends_with(":amr");
    match (operator.qualifier, operator.base.family) {
        (Qualifier::ForAllValues, Family::Null) => found.mislead(span, "`ForAllValues:Null` always holds"),
        (Qualifier::ForAnyValue, Family::Null) => found.mislead(span, "`ForAnyValue:Null` never holds"),
        (Qualifier::ForAllValues, _)
            if statement.effect == Some(Effect::Allow) && !is_required(statement, &key) =>
        {
            found.mislead(span, "`ForAllValues` holds for a request that lacks the key");
        }
        (Qualifier::Plain, family) if many && family != Family::Null => {
            found.mislead(
                condition.key.span,
                format!("`{}` is a list: test it with ForAnyValue or ForAllValues", condition.key.text),
            );
        }
        _ => {}
    }
}

/// Whether the statement holds only where the key is there (rule 4.13).
fn is_required(statement: &Statement, key: &str) -> bool {
    let null = |condition: &Condition| condition.operator.text.eq_ignore_ascii_case("Null");
    let mut same = statement.conditions.iter().filter(|other| other.key.text.eq_ignore_ascii_case(key));
    same.any(|other| {
        null(other) && other.values.iter().all(|value| boolean::parse(&value.text) == Some(false))
    })
}

fn one(found: &mut Found, condition: &Condition, operator: Operator, value: &Word, versioned: bool) {
    let text = value.text.as_str();
    let name = operator.base.name;
    let named = variables(text);
    let takes = matches!(operator.base.family, Family::String { .. } | Family::Arn);
    if !named.is_empty() && !takes {
        return found
            .mislead(value.span, format!("`{name}` takes no variables (for Bool AWS contradicts itself)"));
    }
    if !named.is_empty() && !versioned {
        found.mislead(value.span, "without \"Version\": \"2012-10-17\" this is no variable but plain text");
    }
    if named.iter().any(|variable| !variable.is_well_formed()) {
        found.mislead(value.span, "a variable is written `${key}` or `${key, 'default'}`");
    }
    let exact = matches!(operator.base.family, Family::String { like: false, .. });
    if exact && text.replace("${*}", "").replace("${?}", "").contains(['*', '?']) {
        found.mislead(
            value.span,
            format!("`{name}` takes no wildcards: this value is compared letter by letter"),
        );
    }
    kind(found, operator.base.family, value);
    if operator.base.family == Family::IpAddress && condition.key.text.eq_ignore_ascii_case("aws:SourceIp") {
        private(found, value);
    }
}

/// Rule 5.13: a value of another type never matches.
fn kind(found: &mut Found, family: Family, value: &Word) {
    let text = value.text.as_str();
    let (sound, wanted) = match family {
        Family::Numeric(_) => (numeric::parse(text).is_some(), "number"),
        Family::Bool | Family::Null => (boolean::parse(text).is_some(), "`true` or `false`"),
        Family::Binary => (binary::decode(text).is_some(), "base64"),
        Family::IpAddress => (ip_address::parse(text).is_some(), "address or CIDR block"),
        Family::Arn => (arn::ArnPattern::of_condition(text, true).is_sound(), "ARN"),
        Family::Date(_) if date::parse(text).is_none() => {
            return found.refuse(value.span, "The policy failed legacy parsing");
        }
        Family::Date(_) | Family::String { .. } => return,
    };
    if !sound {
        found.mislead(value.span, format!("`{text}` is no {wanted}: it never matches"));
    }
}

/// Requests come from public addresses, or through a VPC endpoint that sets another key (rule 5.9).
fn private(found: &mut Found, value: &Word) {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
    let Some(network) = ip_address::parse(&value.text) else { return };
    let inside = |block: &&str| ip_address::parse(block).is_some_and(|block| block.holds(&network));
    if private.iter().any(inside) {
        found.mislead(
            value.span,
            "`aws:SourceIp` is never a private address; through a VPC endpoint it is `aws:VpcSourceIp`",
        );
    }
}
