//! JSON: files of their own, and texts inside of a Terraform template, where parts may be expressions.

use std::ops::Range;

use rolecall_model::json::{self, Kind as NodeKind, Node};

use crate::tree::{Kind, Part, Text, Tree};

/// Reads a whole text.
///
/// # Errors
/// A sentence without a full stop where it is no sound JSON.
pub fn file(text: &str) -> Result<Tree, String> {
    let parsed = json::parse(text);
    if let Some(flaw) = parsed.flaws.iter().find(|flaw| flaw.is_syntax()) {
        let line = super::line(text, flaw.span.start);
        return Err(format!("it is no sound JSON: line {line}: {}", flaw.message));
    }
    let root = parsed.root.ok_or("it holds nothing")?;
    Ok(super::tree(&root, 0, &plain))
}

fn plain(node: &Node) -> Kind {
    match &node.kind {
        NodeKind::Null => Kind::Null,
        _ => Kind::Text(Text::of(node.scalar().unwrap_or_default())),
    }
}

/// Reads the bytes `body` of a template; `holes` are its expressions, in order.
///
/// # Errors
/// A sentence without a full stop where it is no sound JSON, or an expression stands elsewhere than in a string.
pub fn template(text: &str, body: Range<usize>, holes: &[Range<usize>]) -> Result<Tree, String> {
    let mut masked = text.get(body.clone()).ok_or("its text is not there")?.to_owned();
    for hole in holes.iter().rev() {
        let inside = hole.start.saturating_sub(body.start)..hole.end.saturating_sub(body.start);
        if masked.get(inside.clone()).is_none() {
            return Err("an expression in it is not legible".into());
        }
        masked.replace_range(inside.clone(), &"x".repeat(inside.len()));
    }
    let parsed = json::parse(&masked);
    if let Some(flaw) = parsed.flaws.iter().find(|flaw| flaw.is_syntax()) {
        let at = flaw.span.start as usize + body.start;
        let line = super::line(text, u32::try_from(at).unwrap_or(u32::MAX));
        if holes.iter().any(|hole| hole.contains(&at)) {
            return Err(format!("at line {line} an expression stands in it that is no part of a string"));
        }
        return Err(format!("its text is no sound JSON at line {line}: {}", flaw.message));
    }
    let root = parsed.root.ok_or("its text holds nothing")?;
    let part = |node: &Node| {
        let at = node.span.start as usize + body.start..node.span.end as usize + body.start;
        let inside: Vec<&Range<usize>> =
            holes.iter().filter(|hole| at.start <= hole.start && hole.end <= at.end).collect();
        match (&node.kind, inside.is_empty()) {
            (NodeKind::Null, _) => Kind::Null,
            (_, true) => Kind::Text(Text::of(unescaped(node.scalar().unwrap_or_default()))),
            (NodeKind::String(_), false) => Kind::Text(parts(text, at.start + 1..at.end - 1, &inside)),
            _ => Kind::Elsewhere,
        }
    };
    Ok(super::tree(&root, body.start, &part))
}

/// The parts of a string between its quotes.
fn parts(text: &str, inside: Range<usize>, holes: &[&Range<usize>]) -> Text {
    let mut parts = Vec::new();
    let mut at = inside.start;
    let literal = |from: usize, to: usize, parts: &mut Vec<Part>| {
        let raw = text.get(from..to).unwrap_or_default();
        if !raw.is_empty() {
            let read = json::parse(&format!("\"{raw}\"")).root;
            let read = read.as_ref().and_then(Node::as_str).unwrap_or(raw).to_owned();
            parts.push(Part::Literal(unescaped(&read)));
        }
    };
    for hole in holes {
        literal(at, hole.start, &mut parts);
        parts.push(Part::Elsewhere);
        at = hole.end;
    }
    literal(at, inside.end, &mut parts);
    Text::of_parts(parts)
}

/// A template writes `$${` for `${`.
fn unescaped(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}
