//! Constraints on the parameters of the Query protocol.

use super::violation::{Path, Violations, unreadable};
use crate::fault::{Code, Fault};
use crate::operation::{Member, Operation, Shape};
use crate::query::{Params, View};

/// Fails with one `ValidationError` that names every violation, or with `MalformedInput` for a value of
/// another kind than its member has. Parameters that the operation does not know are ignored, as AWS does.
pub fn check(operation: &Operation, params: &Params<'_>) -> Result<(), Fault> {
    let mut violations = Violations::of(operation.service);
    members(&mut violations, &Path::Top, operation.members, params.view())?;
    violations.into_result()
}

fn members(
    violations: &mut Violations,
    above: &Path<'_>,
    members: &[Member],
    view: View<'_>,
) -> Result<(), Fault> {
    for member in members {
        one(violations, &Path::Member(above, member.name), member, view)?;
    }
    Ok(())
}

fn one(violations: &mut Violations, path: &Path<'_>, member: &Member, view: View<'_>) -> Result<(), Fault> {
    match &member.shape {
        Shape::List { min, max, of } if view.has(member.name) => {
            if !view.is_list(member.name) {
                return Err(Fault::new(Code::MalformedInput, "Unexpected list element termination"));
            }
            let items = view.list(member.name);
            violations.count(path, *min, *max, items.len());
            list(violations, path, member, of, &items)
        }
        Shape::Structure(inner) => match view.structure(member.name) {
            Some(inside) => members(violations, path, inner, inside),
            None => absent(violations, path, member),
        },
        shape => match view.get(member.name) {
            Some(value) => scalar(violations, path, member, shape, value),
            None => absent(violations, path, member),
        },
    }
}

fn list(
    violations: &mut Violations,
    path: &Path<'_>,
    member: &Member,
    of: &Shape,
    items: &[View<'_>],
) -> Result<(), Fault> {
    if let Shape::Structure(inner) = of {
        for (at, item) in items.iter().enumerate() {
            members(violations, &Path::Item(path, at + 1), inner, *item)?;
        }
        return Ok(());
    }
    let values: Option<Vec<&str>> = items.iter().map(View::value).collect();
    let Some(values) = values else {
        return Err(Fault::new(Code::MalformedInput, "Unexpected list element termination"));
    };
    violations.texts(path, member, of, &values);
    Ok(())
}

fn scalar(
    violations: &mut Violations,
    path: &Path<'_>,
    member: &Member,
    shape: &Shape,
    value: &str,
) -> Result<(), Fault> {
    match shape {
        Shape::Integer { .. } => {
            let number = value.trim().parse().map_err(|_| unreadable(path, "an integer"))?;
            violations.integer(path, shape, number);
        }
        Shape::Boolean if boolean(value).is_none() => return Err(unreadable(path, "a boolean")),
        _ => violations.text(path, member, shape, value),
    }
    Ok(())
}

fn absent(violations: &mut Violations, path: &Path<'_>, member: &Member) -> Result<(), Fault> {
    if member.required {
        violations.missing(path);
    }
    Ok(())
}

/// `true` or `false` in any letter case, as clients in several languages write them.
fn boolean(value: &str) -> Option<bool> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Some(true),
        _ if value.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
