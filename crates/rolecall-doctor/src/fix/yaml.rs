//! Annotations put into a manifest, YAML or JSON, beside what stands there.

use rolecall_model::json::edit::{self, Change, quoted};
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

/// The `metadata` object that holds `name`, wherever in the document it stands.
#[must_use]
pub fn metadata_of(root: &Node, name: Span) -> Option<&Node> {
    match &root.kind {
        Kind::Object(members) => members.iter().find_map(|member| {
            let own =
                member.key == "metadata" && member.value.get("name").is_some_and(|node| node.span == name);
            if own { Some(&member.value) } else { metadata_of(&member.value, name) }
        }),
        Kind::Array(elements) => elements.iter().find_map(|element| metadata_of(element, name)),
        _ => None,
    }
}

/// Sets an annotation in a `metadata` object.
#[must_use]
pub fn annotate(text: &str, metadata: &Node, key: &str, value: &str) -> Vec<Change> {
    if is_flow(text, metadata) {
        return annotate_flow(text, metadata, key, value);
    }
    let member = metadata.members().iter().find(|member| member.key == "annotations");
    let Some(member) = member else {
        let Some(name) = metadata.members().last() else { return Vec::new() };
        let indent = indent(text, name.key_span);
        let lines = format!("{indent}annotations:\n{indent}  {}", pair(key, value));
        return vec![after_line(text, name.value.span.end, &lines)];
    };
    if let Some(known) = member.value.members().iter().find(|known| known.key == key) {
        let old = text.get(known.value.span.range()).unwrap_or_default();
        return vec![Change::new(known.value.span, scalar_like(value, old))];
    }
    if is_flow(text, &member.value) && !member.value.members().is_empty() {
        return edit::insert_member(text, &member.value, key, &quoted(value));
    }
    match member.value.members().last() {
        Some(last) => {
            let line = format!("{}{}", indent(text, last.key_span), pair(key, value));
            vec![after_line(text, last.value.span.end, &line)]
        }
        None => vec![filled(text, member, key, value)],
    }
}

/// `annotations:`, `annotations: {}` or `annotations: null` with its first annotation.
fn filled(text: &str, member: &Member, key: &str, value: &str) -> Change {
    let indent = indent(text, member.key_span);
    let span = Span { start: member.key_span.start, end: member.value.span.end.max(member.key_span.end) };
    let colon = text.get(span.end as usize..).and_then(|rest| rest.strip_prefix(':')).map_or(0, |_| 1);
    let span = Span { end: span.end + colon, ..span };
    Change::new(span, format!("annotations:\n{indent}  {}", pair(key, value)))
}

fn annotate_flow(text: &str, metadata: &Node, key: &str, value: &str) -> Vec<Change> {
    let Some(annotations) = metadata.get("annotations") else {
        let object = format!("{{{}: {}}}", quoted(key), quoted(value));
        return edit::insert_member(text, metadata, "annotations", &object);
    };
    match annotations.get(key) {
        Some(known) => vec![Change::new(known.span, quoted(value))],
        None if matches!(annotations.kind, Kind::Object(_)) => {
            edit::insert_member(text, annotations, key, &quoted(value))
        }
        None => vec![Change::new(annotations.span, format!("{{{}: {}}}", quoted(key), quoted(value)))],
    }
}

pub(super) fn is_flow(text: &str, node: &Node) -> bool {
    text.get(node.span.range()).is_some_and(|text| text.starts_with('{'))
}

fn indent(text: &str, key: Span) -> String {
    let line =
        text.get(..key.start as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    " ".repeat(line.chars().count())
}

/// Whole lines after the line in which `end` stands.
fn after_line(text: &str, end: u32, lines: &str) -> Change {
    let end = end as usize;
    let starts_line = text.get(..end).is_some_and(|before| before.ends_with('\n'));
    if starts_line {
        return Change::new(Span::new(end, end), format!("{lines}\n"));
    }
    let rest = text.get(end..).unwrap_or_default();
    let at = end + rest.find(['\n', '\r']).unwrap_or(rest.len());
    Change::new(Span::new(at, at), format!("\n{lines}"))
}

pub(super) fn pair(key: &str, value: &str) -> String {
    format!("{}: {}", scalar(key), scalar(value))
}

/// A scalar in the quotes of the one that it replaces.
#[must_use]
pub(super) fn scalar_like(text: &str, old: &str) -> String {
    match old.chars().next() {
        Some('\'') if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        Some('"' | '\'') => quoted(text),
        _ => scalar(text),
    }
}

/// A scalar, bare where YAML reads it as text, else in double quotes (YAML 1.2 §7.3).
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+=,".contains(c);
    let words = ["true", "false", "null", "yes", "no", "on", "off", "~"];
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let bare = starts && !text.ends_with(':') && text.chars().all(plain);
    if bare && !words.contains(&text.to_ascii_lowercase().as_str()) { text.to_owned() } else { quoted(text) }
}
