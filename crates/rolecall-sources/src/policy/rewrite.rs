//! Conditions rewritten: another key or operator where they stand, or their place under another operator.

use rolecall_model::json::edit::{Change, apply};
use rolecall_model::span::Span;

use super::Obstacle;
use super::plain::PlainCondition;
use super::statement::{Condition, Form, Statement, Word};
use super::value::{object, values};
use crate::pen::{Language, Pen, is_identifier};
use crate::tree::{Entry, Tree};

/// Another text in place of a word. Of one that holds an expression the end may change, where that is written out.
pub(super) fn set(pen: &Pen<'_>, word: &Word, from: &str, to: &str) -> Result<Change, Obstacle> {
    let slice = pen.text.get(word.span.range()).unwrap_or_default();
    if word.text.literal().is_some() {
        let bare = slice.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_key = pen.language == Language::Hcl && bare && is_identifier(to);
        let change = if is_key { Some(Change::new(word.span, to)) } else { pen.set(word.span, to) };
        return change.ok_or_else(|| Obstacle::form(pen, word.span));
    }
    let kept = word.text.tail().and_then(|tail| from.strip_suffix(tail));
    let (Some(tail), Some(new)) = (word.text.tail(), kept.and_then(|kept| to.strip_prefix(kept))) else {
        return Err(Obstacle::elsewhere(pen, word.span));
    };
    let quote = slice.chars().next_back().filter(|c| *c == '"' || *c == '\'').map_or(0, |_| 1);
    let stop = word.span.end - quote;
    let start = stop.saturating_sub(u32::try_from(tail.len()).unwrap_or(stop));
    let plain =
        pen.text.get(start as usize..stop as usize) == Some(tail) && !new.contains(['"', '\\', '$', '%']);
    if plain {
        Ok(Change::new(Span { start, end: stop }, new))
    } else {
        Err(Obstacle::elsewhere(pen, word.span))
    }
}

/// A condition that has neighbours under its operator goes to another one, its values as they are written; none where the
/// operator's name may change in its place.
pub(super) fn moved(
    pen: &Pen<'_>,
    statement: &Statement,
    own: &[&Condition],
    to: &PlainCondition,
    of_values: &[Change],
) -> Result<Option<Vec<Change>>, Obstacle> {
    let (Form::Map(map), [condition]) = (&statement.form, own) else { return Ok(None) };
    let Some((block, group)) = group(map, condition) else { return Ok(None) };
    let target = block.entry(&to.operator);
    if group.value.entries().len() == 1 && target.is_none() {
        return Ok(None);
    }
    let form = || Obstacle::form(pen, condition.key.span);
    let start = condition.values.span.start;
    let local = |change: &Change| Change {
        span: Span { start: change.span.start - start, end: change.span.end - start },
        text: change.text.clone(),
    };
    let slice = pen.text.get(condition.values.span.range()).unwrap_or_default();
    let written = apply(slice, &of_values.iter().map(local).collect::<Vec<_>>()).ok_or_else(form)?;
    let entry = group.value.entries().iter().find(|entry| entry.key_span == condition.key.span);
    let changes = match group.value.entries().len() {
        1 => pen.remove_entry(block, group),
        _ => entry.and_then(|entry| pen.remove_entry(&group.value, entry)),
    }
    .ok_or_else(form)?;
    let key = match condition.key.text.literal() {
        Some(literal) if !literal.eq_ignore_ascii_case(&to.key) => pen.key_in(&group.value, &to.key),
        None if !condition.key.text.fits(&to.key) => {
            return Err(Obstacle::elsewhere(pen, condition.key.span));
        }
        _ => pen.text.get(condition.key.span.range()).unwrap_or_default().to_owned(),
    };
    let as_it_is = of_values.is_empty() && condition.key.text.fits(&to.key);
    let lines = entry.filter(|_| as_it_is && !pen.is_flow(block)).and_then(|entry| pen.lines_of(entry));
    let added = match (target, lines) {
        (None, Some(lines)) => pen.insert_lines(block, group, &to.operator, lines).map(|change| vec![change]),
        (Some(target), Some(lines)) if !pen.is_flow(&target.value) => {
            pen.append_lines(&target.value, lines).map(|change| vec![change])
        }
        (Some(target), _) => pen.insert_written(&target.value, &key, &written),
        (None, _) if pen.is_flow(block) => {
            pen.insert_written(block, &pen.key_in(block, &to.operator), &pen.map_of(&key, &written))
        }
        (None, _) if condition.values.is_open() => None,
        (None, _) => pen.insert(block, &to.operator, &object(&to.key, &values(&to.values))),
    };
    let mut added = added.ok_or_else(form)?;
    // A comment on the line that goes is about what moves.
    let remark = entry.map(|entry| pen.remark_behind(entry)).unwrap_or_default();
    let own_line = |last: &&mut Change| last.text.contains('\n') && !last.text.ends_with(['\n', '\r']);
    if let Some(last) = added.last_mut().filter(own_line)
        && !remark.is_empty()
        && !last.text.contains(remark)
    {
        last.text.push_str(&format!(" {remark}"));
    }
    Ok(Some(pen.joined(changes, added)))
}

/// The `Condition` map, and the entry of the operator in it.
pub(super) fn group<'m>(map: &'m Tree, condition: &Condition) -> Option<(&'m Tree, &'m Entry)> {
    let block = map.get("Condition")?;
    let group = block.entries().iter().find(|entry| entry.key_span == condition.operator.span)?;
    Some((block, group))
}
