//! The steps of a difference made in a statement of a source.

use rolecall_model::json::Node;
use rolecall_model::json::edit::Change;
use rolecall_model::span::Span;

use super::Obstacle;
use super::difference::{ListStep, Step};
use super::document_text::condition_block;
use super::plain::PlainCondition;
use super::rewrite::{group, moved, set};
use super::statement::{Form, Statement};
use super::value::{object, string, values};
use crate::pen::Pen;
use crate::tree::{Kind, Tree};

type Made = Result<Vec<Change>, Obstacle>;

/// Makes every step.
///
/// # Errors
/// The first thing that keeps one from being made.
pub fn make(pen: &Pen<'_>, statement: &Statement, steps: &[Step]) -> Made {
    let mut changes = Vec::new();
    for step in steps {
        changes.extend(one(pen, statement, step)?);
    }
    Ok(changes)
}

fn one(pen: &Pen<'_>, statement: &Statement, step: &Step) -> Made {
    match step {
        Step::Actions(steps) => {
            list(pen, statement.span, &statement.actions.iter().collect::<Vec<_>>(), steps)
        }
        Step::Principals(kind, steps) => {
            let own = statement.principals.iter().filter(|principal| principal.kind.fits(kind));
            list(pen, statement.span, &own.map(|principal| &principal.values).collect::<Vec<_>>(), steps)
        }
        Step::Condition { from, to, values } => condition(pen, statement, from, to, values),
        Step::AddCondition(wanted) => add_condition(pen, statement, wanted),
        Step::RemoveCondition(from) => remove_condition(pen, statement, from),
    }
}

/// Steps in lists that are one list together.
pub fn list(pen: &Pen<'_>, around: Span, lists: &[&Tree], steps: &[ListStep]) -> Made {
    let Some(last) = lists.last() else {
        return Err(Obstacle::new(around, "the source has no such element"));
    };
    if let Some(open) = lists.iter().find(|list| list.kind == Kind::Elsewhere) {
        return Err(Obstacle::elsewhere(pen, open.span));
    }
    let mut changes = Vec::new();
    let mut more: Vec<Node> = Vec::new();
    for step in steps {
        match step {
            ListStep::Replace(old, new) => {
                let item = item(pen, around, lists, old)?.1;
                let change = pen.set(item.span, new);
                changes.push(change.ok_or_else(|| Obstacle::form(pen, item.span))?);
            }
            ListStep::Add(new) => {
                let there =
                    lists.iter().flat_map(|list| list.items()).any(|item| item.literal() == Some(new));
                more.extend((!there).then(|| string(new)));
            }
            ListStep::Remove(old) => {
                let (list, item) = item(pen, around, lists, old)?;
                let at = list.items().iter().position(|other| other.span == item.span).unwrap_or_default();
                let gone = if list.items().len() > 1 { pen.remove_item(list, at) } else { None };
                changes.extend(gone.ok_or_else(|| Obstacle::form(pen, item.span))?);
            }
        }
    }
    if !more.is_empty() {
        changes.extend(pen.append(last, &more).ok_or_else(|| Obstacle::form(pen, last.span))?);
    }
    Ok(changes)
}

/// The item that is this word, and the list that holds it.
fn item<'t>(
    pen: &Pen<'_>,
    around: Span,
    lists: &[&'t Tree],
    word: &str,
) -> Result<(&'t Tree, &'t Tree), Obstacle> {
    let mut all = lists.iter().flat_map(|list| list.items().iter().map(move |item| (*list, item)));
    if let Some(found) = all.clone().find(|(_, item)| item.literal() == Some(word)) {
        return Ok(found);
    }
    match all.find(|(_, item)| item.is_open() && item.fits(word)) {
        Some((_, open)) => Err(Obstacle::elsewhere(pen, open.span)),
        None => Err(Obstacle::new(around, format!("the source does not say `{word}` there"))),
    }
}

fn condition(
    pen: &Pen<'_>,
    statement: &Statement,
    from: &PlainCondition,
    to: &PlainCondition,
    values: &[ListStep],
) -> Made {
    let own = statement.conditions_on(&from.operator, &from.key);
    if own.is_empty() {
        let why = format!("the source has no condition on `{}` under `{}`", from.key, from.operator);
        return Err(Obstacle::new(statement.span, why));
    }
    let lists: Vec<&Tree> = own.iter().map(|condition| &condition.values).collect();
    let of_values = list(pen, statement.span, &lists, values)?;
    let mut changes = Vec::new();
    if from.operator != to.operator {
        if let Some(moved) = moved(pen, statement, &own, to, &of_values)? {
            return Ok(moved);
        }
        for condition in &own {
            changes.push(set(pen, &condition.operator, &from.operator, &to.operator)?);
        }
    }
    if from.key != to.key {
        for condition in &own {
            changes.push(set(pen, &condition.key, &from.key, &to.key)?);
        }
    }
    changes.extend(of_values);
    Ok(changes)
}

fn add_condition(pen: &Pen<'_>, statement: &Statement, wanted: &PlainCondition) -> Made {
    let form = || Obstacle::form(pen, statement.span);
    let value = values(&wanted.values);
    match &statement.form {
        Form::Block { last, .. } => Ok(vec![condition_block(pen, statement.span, *last, wanted)]),
        Form::Map(map) => {
            let group = object(&wanted.key, &value);
            let added = match map.get("Condition") {
                Some(block) => match block.get(&wanted.operator) {
                    Some(group) => pen.insert(group, &wanted.key, &value),
                    None => pen.insert(block, &wanted.operator, &group),
                },
                None => pen.insert(map, "Condition", &object(&wanted.operator, &group)),
            };
            added.ok_or_else(form)
        }
    }
}

fn remove_condition(pen: &Pen<'_>, statement: &Statement, from: &PlainCondition) -> Made {
    let own = statement.conditions_on(&from.operator, &from.key);
    let [condition] = own.as_slice() else {
        let why = format!("the source has not one condition on `{}` under `{}`", from.key, from.operator);
        return Err(Obstacle::new(statement.span, why));
    };
    let gone = match &statement.form {
        Form::Block { conditions, .. } => {
            let block = conditions.iter().find(|block| block.covers(condition.key.span));
            block.map(|block| vec![pen.without_lines(*block)])
        }
        Form::Map(map) => group(map, condition).and_then(|(block, group)| {
            let alone = group.value.entries().len() == 1;
            let entry = group.value.entries().iter().find(|entry| entry.key_span == condition.key.span)?;
            match (alone, block.entries().len() == 1) {
                (false, _) => pen.remove_entry(&group.value, entry),
                (true, false) => pen.remove_entry(block, group),
                (true, true) => pen.remove_entry(map, map.entry("Condition")?),
            }
        }),
    };
    gone.ok_or_else(|| Obstacle::form(pen, condition.key.span))
}
