//! Blocks of an `aws_iam_policy_document`, written anew.

use rolecall_model::json::edit::{Change, quoted};
use rolecall_model::span::Span;

use super::plain::{Plain, PlainCondition};
use crate::pen::Pen;

/// A `condition` block after the last element of a statement.
pub fn condition_block(pen: &Pen<'_>, statement: Span, last: u32, condition: &PlainCondition) -> Change {
    let indent = pen.indent(last.saturating_sub(1)).to_owned();
    let body = pen.text.get(statement.range()).unwrap_or_default();
    let gap = if has_blank_line(body) { "\n" } else { "" };
    pen.after(last, &format!("{gap}{}", condition_lines(condition, &indent, "  ")))
}

/// A `statement` block after the last one, or as the first of a document.
pub fn statement_block(pen: &Pen<'_>, document: Span, last: Option<Span>, statement: &Plain) -> Change {
    match last {
        Some(last) => {
            let indent = pen.indent(last.start).to_owned();
            pen.after(last.end, &format!("\n{}", statement_lines(statement, &indent)))
        }
        None => {
            let indent = format!("{}  ", pen.indent(document.start));
            let at = document.end.saturating_sub(1);
            let lines = format!("{}\n{}", statement_lines(statement, &indent), pen.indent(document.start));
            let start = pen.line_start(at).max(document.start);
            let before = if pen.begins_line(at) { "" } else { "\n" };
            let start = if before.is_empty() { start } else { at };
            Change::new(Span { start, end: at }, format!("{before}{lines}").replace('\n', pen.line_break()))
        }
    }
}

fn has_blank_line(text: &str) -> bool {
    text.lines().any(|line| line.trim().is_empty())
}

fn condition_lines(condition: &PlainCondition, indent: &str, unit: &str) -> String {
    format!(
        "{indent}condition {{\n{indent}{unit}test     = {}\n{indent}{unit}variable = {}\n{indent}{unit}values   = {}\n{indent}}}",
        word(&condition.operator),
        word(&condition.key),
        words(&condition.values)
    )
}

pub(super) fn statement_lines(statement: &Plain, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut attributes: Vec<(&str, String)> = Vec::new();
    attributes.extend(statement.sid.iter().map(|sid| ("sid", word(sid))));
    attributes.extend((statement.effect != "Allow").then(|| ("effect", word(&statement.effect))));
    attributes.push(("actions", words(&statement.actions)));
    let width = attributes.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let mut parts: Vec<String> = vec![
        attributes
            .iter()
            .map(|(key, value)| format!("{inner}{key:width$} = {value}"))
            .collect::<Vec<_>>()
            .join("\n"),
    ];
    parts.extend(statement.principals.iter().map(|(kind, values)| {
        format!(
            "{inner}principals {{\n{inner}  type        = {}\n{inner}  identifiers = {}\n{inner}}}",
            word(kind),
            words(values)
        )
    }));
    parts.extend(statement.conditions.iter().map(|condition| condition_lines(condition, &inner, "  ")));
    format!("{indent}statement {{\n{}\n{indent}}}", parts.join("\n\n"))
}

fn word(text: &str) -> String {
    quoted(text).replace("${", "$${").replace("%{", "%%{")
}

fn words(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| word(text)).collect::<Vec<_>>().join(", "))
}
