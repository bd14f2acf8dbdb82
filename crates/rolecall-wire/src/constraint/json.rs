//! Constraints on the members of the JSON protocols.

use super::violation::{Path, Violations, unreadable};
use crate::fault::Fault;
use crate::operation::{Member, Operation, Shape};
use serde_json::{Map, Value};

/// As [`super::check`], for the input of a JSON operation as [`crate::json::read`] gives it. A member that is
/// null counts as absent.
pub fn check(operation: &Operation, input: &Map<String, Value>) -> Result<(), Fault> {
    let mut violations = Violations::of(operation.service);
    members(&mut violations, &Path::Top, operation.members, input)?;
    violations.into_result()
}

fn members(
    violations: &mut Violations,
    above: &Path<'_>,
    members: &[Member],
    input: &Map<String, Value>,
) -> Result<(), Fault> {
    for member in members {
        let path = Path::Member(above, member.name);
        match input.get(member.name).filter(|value| !value.is_null()) {
            Some(value) => one(violations, &path, member, &member.shape, value)?,
            None if member.required => violations.missing(&path),
            None => {}
        }
    }
    Ok(())
}

fn one(
    violations: &mut Violations,
    path: &Path<'_>,
    member: &Member,
    shape: &Shape,
    value: &Value,
) -> Result<(), Fault> {
    match shape {
        Shape::Text { .. } | Shape::Choice(_) => {
            let text = value.as_str().ok_or_else(|| unreadable(path, "a string"))?;
            violations.text(path, member, shape, text);
        }
        Shape::Integer { .. } => {
            let number = value.as_i64().ok_or_else(|| unreadable(path, "an integer"))?;
            violations.integer(path, shape, number);
        }
        Shape::Boolean if !value.is_boolean() => return Err(unreadable(path, "a boolean")),
        Shape::Instant if !value.is_number() => return Err(unreadable(path, "a number of seconds")),
        Shape::List { min, max, of } => {
            let items = value.as_array().ok_or_else(|| unreadable(path, "a list"))?;
            violations.count(path, *min, *max, items.len());
            list(violations, path, member, of, items)?;
        }
        Shape::Structure(inner) => {
            let inside = value.as_object().ok_or_else(|| unreadable(path, "a structure"))?;
            members(violations, path, inner, inside)?;
        }
        Shape::Map { max, key, value: of } => {
            let entries = value.as_object().ok_or_else(|| unreadable(path, "a map"))?;
            violations.count(path, 0, *max, entries.len());
            for (name, value) in entries {
                violations.text(path, member, key, name);
                one(violations, &Path::Entry(path, name), member, of, value)?;
            }
        }
        Shape::Boolean | Shape::Instant | Shape::Any => {}
    }
    Ok(())
}

fn list(
    violations: &mut Violations,
    path: &Path<'_>,
    member: &Member,
    of: &Shape,
    items: &[Value],
) -> Result<(), Fault> {
    if let Shape::Text { .. } | Shape::Choice(_) = of {
        let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
        let texts = texts.ok_or_else(|| unreadable(path, "a list of strings"))?;
        violations.texts(path, member, of, &texts);
        return Ok(());
    }
    for (at, item) in items.iter().enumerate() {
        one(violations, &Path::Item(path, at + 1), member, of, item)?;
    }
    Ok(())
}
