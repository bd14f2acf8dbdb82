//! Conditions by which somebody limited an Allow statement: what this call has to show for them, and what is left of the
//! statement without them.

use std::net::IpAddr;

use rolecall_policy::condition::operator::{self, Family, Operator, Qualifier};
use rolecall_policy::document::{Condition, Statement, Word};
use rolecall_policy::trace::{ConditionTrace, Presence};

use crate::case::Case;
use crate::exchange::faults::{is_pattern, matches_as_pattern, split_key};
use crate::link::Link;

/// What a call has of its own for a condition that it does not fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// Named beside the condition's own values, these let the call through.
    Values(Vec<String>),
    /// There is nothing that could be named.
    None,
    /// There is something, and which of it should be named, or as what, is not for rolecall to say.
    Unclear,
}

/// The values by which a failed condition would be widened just so far that this call fits.
#[must_use]
pub fn own_values(case: &Case<'_>, provider: &str, condition: &Condition) -> Own {
    let Some(operator) = operator::parse(&condition.operator.text).filter(|operator| !operator.base.negated)
    else {
        return Own::None;
    };
    let (prefix, _) = split_key(&condition.key.text);
    match operator.base.family {
        Family::String { like, .. } if prefix.eq_ignore_ascii_case(provider) => {
            claims(case, condition, &operator, like)
        }
        Family::IpAddress if condition.key.text.eq_ignore_ascii_case("aws:SourceIp") => {
            address(case).map_or(Own::None, |network| Own::Values(vec![network]))
        }
        _ => Own::None,
    }
}

/// Claims that the token carries under the condition's key and that the condition does not name.
fn claims(case: &Case<'_>, condition: &Condition, operator: &Operator, like: bool) -> Own {
    let Some(found) = traced(case, condition).filter(|found| found.presence == Presence::Present) else {
        return Own::None;
    };
    // A star or a variable in the token's value would mean more than itself.
    if found.actual.iter().any(|value| value.contains("${") || (like && is_pattern(value))) {
        return Own::Unclear;
    }
    let fits = |value: &str| {
        let named = |own: &Word| own.text == value || (like && matches_as_pattern(&own.text, value));
        condition.values.iter().any(named)
    };
    let missing = found.actual.iter().filter(|value| !fits(value));
    match (operator.qualifier, missing.cloned().collect::<Vec<_>>()) {
        (Qualifier::ForAllValues, values) if !values.is_empty() => Own::Values(values),
        (_, values) if values.len() == 1 => Own::Values(values),
        _ => Own::Unclear,
    }
}

/// How the condition of the nearest statement met the call.
fn traced<'c>(case: &'c Case<'_>, condition: &Condition) -> Option<&'c ConditionTrace> {
    let trust = case.exchange(Link::Trust).trust.as_ref()?;
    let (statement, nearest) = trust.nearest_statement()?;
    let at = statement.conditions.iter().position(|other| other.span == condition.span)?;
    let statements = &trust.trace.as_ref()?.statements;
    let found = statements.iter().find(|found| found.statement == nearest.statement)?;
    found.conditions.iter().find(|one| one.condition == at)
}

/// The address that CloudTrail shows, as a network of one. A private one is none that STS compares: such a call came
/// through a VPC endpoint, where the key is absent (IAM User Guide, "aws:SourceIp").
fn address(case: &Case<'_>) -> Option<String> {
    let event = case.refusal_in_trail().filter(|event| event.vpc_endpoint.is_none())?;
    match event.source_ip.as_deref()?.parse().ok()? {
        IpAddr::V4(own) if own.is_private() || own.is_loopback() || own.is_link_local() => None,
        IpAddr::V4(own) => Some(format!("{own}/32")),
        IpAddr::V6(own) if own.is_unique_local() || own.is_loopback() => None,
        IpAddr::V6(own) => Some(format!("{own}/128")),
    }
}

/// Whether a statement admits this subject of the provider and no other, whatever else it asks for.
#[must_use]
pub fn admits_alone(statement: &Statement, provider: &str, subject: &str) -> bool {
    let exact = |operator: Operator| {
        operator.base.family == Family::String { fold: false, like: false }
            && !operator.base.negated
            && operator.qualifier != Qualifier::ForAllValues
            && !operator.if_exists
    };
    statement.conditions.iter().any(|condition| {
        let (prefix, claim) = split_key(&condition.key.text);
        prefix.eq_ignore_ascii_case(provider)
            && claim.eq_ignore_ascii_case("sub")
            && operator::parse(&condition.operator.text).is_some_and(exact)
            && condition.values.iter().all(|value| value.text == subject)
    })
}
