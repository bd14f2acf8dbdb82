//! Edits of JSON text that touch only the bytes that must change: order, spacing and everything else stay.

use super::{Kind, Member, Node};
use crate::span::Span;

/// Bytes of a text and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Bytes that go; empty for an insertion.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Change {
    /// Bytes replaced.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Change {
        Change { span, text: text.into() }
    }

    fn insertion(at: u32, text: impl Into<String>) -> Change {
        Change { span: Span { start: at, end: at }, text: text.into() }
    }
}

/// The text after the changes; none where they overlap or lie outside the text.
#[must_use]
pub fn apply(text: &str, changes: &[Change]) -> Option<String> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| (change.span.start, change.span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for change in sorted {
        let range = change.span.range();
        out.push_str(text.get(at..range.start)?);
        text.get(range.clone())?;
        out.push_str(&change.text);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The changes that lead back: applied to `apply(text, changes)` they give `text`. None where `apply` gives none.
#[must_use]
pub fn inverse(text: &str, changes: &[Change]) -> Option<Vec<Change>> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| (change.span.start, change.span.end));
    let mut back = Vec::with_capacity(sorted.len());
    let mut shift: i64 = 0;
    for change in sorted {
        let start = usize::try_from(i64::from(change.span.start) + shift).ok()?;
        let before = text.get(change.span.range())?;
        back.push(Change::new(Span::new(start, start + change.text.len()), before));
        shift += i64::try_from(change.text.len()).ok()? - i64::try_from(before.len()).ok()?;
    }
    Some(back)
}

/// A text as JSON writes it, quotes included.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One more element: of a list at its end, in the list's own layout; a single value becomes a list of two.
#[must_use]
pub fn append(text: &str, node: &Node, element: &str) -> Vec<Change> {
    let Kind::Array(elements) = &node.kind else {
        return vec![
            Change::insertion(node.span.start, "["),
            Change::insertion(node.span.end, format!(", {element}]")),
        ];
    };
    let Some(last) = elements.last() else {
        return vec![Change::new(node.span, format!("[{element}]"))];
    };
    let before = match elements.iter().rev().nth(1) {
        Some(other) => blank_between(text, other.span.end, last.span.start),
        None => blank_between(text, node.span.start + 1, last.span.start),
    };
    let before = if before.is_empty() { " " } else { before };
    vec![Change::insertion(last.span.end, format!(",{before}{element}"))]
}

/// One more member at the end of an object, in the object's own layout; `value` is JSON.
#[must_use]
pub fn insert_member(text: &str, object: &Node, key: &str, value: &str) -> Vec<Change> {
    let key = quoted(key);
    let Some(last) = object.members().last() else {
        return vec![Change::new(object.span, format!("{{{key}: {value}}}"))];
    };
    let before = match object.members().iter().rev().nth(1) {
        Some(other) => blank_between(text, other.value.span.end, last.key_span.start),
        None => blank_between(text, object.span.start + 1, last.key_span.start),
    };
    let before = if before.is_empty() { " " } else { before };
    vec![Change::insertion(last.value.span.end, format!(",{before}{key}: {value}"))]
}

/// An object without one of its members, and without the comma that parted it from its neighbour.
#[must_use]
pub fn remove_member(object: &Node, member: &Member) -> Vec<Change> {
    remove_members(object, &[member.key_span])
}

/// An object without the members that have their keys at these places, and without the commas that parted them.
#[must_use]
pub fn remove_members(object: &Node, keys: &[Span]) -> Vec<Change> {
    let whole = |member: &Member| Span { start: member.key_span.start, end: member.value.span.end };
    let parts: Vec<Span> = object.members().iter().map(whole).collect();
    let gone: Vec<bool> = object.members().iter().map(|member| keys.contains(&member.key_span)).collect();
    without(object, &parts, &gone)
}

/// A list without the elements at these places, and without the commas that parted them.
#[must_use]
pub fn remove_elements(list: &Node, elements: &[Span]) -> Vec<Change> {
    let parts: Vec<Span> = list.elements().iter().map(|element| element.span).collect();
    let gone: Vec<bool> = parts.iter().map(|part| elements.contains(part)).collect();
    without(list, &parts, &gone)
}

/// Each run of parts that go is one change: up to the next part that stays, else from the one before.
fn without(whole: &Node, parts: &[Span], gone: &[bool]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut kept: Option<Span> = None;
    let mut first: Option<Span> = None;
    for (part, goes) in parts.iter().zip(gone) {
        if *goes {
            first = first.or(Some(*part));
            continue;
        }
        if let Some(first) = first.take() {
            changes.push(Change::new(Span { start: first.start, end: part.start }, ""));
        }
        kept = Some(*part);
    }
    if let (Some(_), Some(last)) = (first, parts.last()) {
        let inside = Span { start: whole.span.start + 1, end: whole.span.end.saturating_sub(1) };
        let span = kept.map_or(inside, |kept| Span { start: kept.end, end: last.end });
        changes.push(Change::new(span, ""));
    }
    changes
}

/// A value on several lines, `unit` deeper at each level; the first line is not indented, the rest begin with `indent`.
#[must_use]
pub fn pretty(node: &Node, indent: &str, unit: &str) -> String {
    let inner = format!("{indent}{unit}");
    let lines = |open: char, close: char, parts: Vec<String>| match parts.is_empty() {
        true => format!("{open}{close}"),
        false => format!("{open}\n{inner}{}\n{indent}{close}", parts.join(&format!(",\n{inner}"))),
    };
    match &node.kind {
        Kind::Object(members) => {
            let part =
                |member: &Member| format!("{}: {}", quoted(&member.key), pretty(&member.value, &inner, unit));
            lines('{', '}', members.iter().map(part).collect())
        }
        Kind::Array(elements) => {
            lines('[', ']', elements.iter().map(|element| pretty(element, &inner, unit)).collect())
        }
        Kind::String(text) => quoted(text),
        _ => node.scalar().unwrap_or("null").to_owned(),
    }
}

/// The blanks between two places, the comma left out; nothing where something else stands there too.
fn blank_between(text: &str, start: u32, end: u32) -> &str {
    let between = text.get(start as usize..end as usize).unwrap_or_default();
    let blank = between.trim_start().strip_prefix(',').unwrap_or(between);
    if blank.trim().is_empty() { blank } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn root(text: &str) -> Node {
        parse(text).root.unwrap()
    }

    #[test]
    fn lists_keep_their_layout() {
        let table = [
            (r#"["a"]"#, r#"["a", "n"]"#),
            (r#"["a","b"]"#, r#"["a","b", "n"]"#),
            ("[\n  \"a\",\n  \"b\"\n]", "[\n  \"a\",\n  \"b\",\n  \"n\"\n]"),
            ("[\n  \"a\"\n]", "[\n  \"a\",\n  \"n\"\n]"),
            ("[ ]", r#"["n"]"#),
            (r#""a""#, r#"["a", "n"]"#),
        ];
        for (before, after) in table {
            assert_eq!(apply(before, &append(before, &root(before), "\"n\"")).unwrap(), after);
        }
    }

    #[test]
    fn objects_keep_their_layout() {
        let table = [
            ("{}", r#"{"n": 1}"#),
            (r#"{"a": 1}"#, r#"{"a": 1, "n": 1}"#),
            ("{\n  \"a\": 1\n}", "{\n  \"a\": 1,\n  \"n\": 1\n}"),
            ("{\n\t\"a\": 1,\n\t\"b\": 2\n}", "{\n\t\"a\": 1,\n\t\"b\": 2,\n\t\"n\": 1\n}"),
        ];
        for (before, after) in table {
            assert_eq!(apply(before, &insert_member(before, &root(before), "n", "1")).unwrap(), after);
        }
    }

    #[test]
    fn members_go_with_their_comma() {
        let text = "{\"a\": 1, \"b\": 2, \"c\": 3}";
        let node = root(text);
        for (index, after) in
            [r#"{"b": 2, "c": 3}"#, r#"{"a": 1, "c": 3}"#, r#"{"a": 1, "b": 2}"#].iter().enumerate()
        {
            let changes = remove_member(&node, &node.members()[index]);
            assert_eq!(apply(text, &changes).unwrap(), *after);
        }
        let one = root("{ \"a\": 1 }");
        assert_eq!(apply("{ \"a\": 1 }", &remove_member(&one, &one.members()[0])).unwrap(), "{}");
    }

    #[test]
    fn several_go_at_once() {
        let text = r#"["a", "b", "c", "d"]"#;
        let node = root(text);
        let table: [(&[usize], &str); 5] = [
            (&[0, 1], r#"["c", "d"]"#),
            (&[2, 3], r#"["a", "b"]"#),
            (&[0, 3], r#"["b", "c"]"#),
            (&[1, 3], r#"["a", "c"]"#),
            (&[0, 1, 2, 3], "[]"),
        ];
        for (which, after) in table {
            let spans: Vec<Span> = which.iter().map(|at| node.elements()[*at].span).collect();
            assert_eq!(apply(text, &remove_elements(&node, &spans)).unwrap(), after);
        }
    }

    #[test]
    fn inverses_lead_back() {
        let text = r#"{"a": ["x"], "b": 2}"#;
        let node = root(text);
        let mut changes = append(text, node.get("a").unwrap(), "\"y\"");
        changes.extend(insert_member(text, &node, "c", "\"z\""));
        changes.push(Change::new(node.get("b").unwrap().span, "3"));
        let after = apply(text, &changes).unwrap();
        assert_eq!(apply(&after, &inverse(text, &changes).unwrap()).unwrap(), text);
        assert!(apply(text, &[Change::new(Span::new(0, 5), ""), Change::new(Span::new(2, 3), "")]).is_none());
    }
}
