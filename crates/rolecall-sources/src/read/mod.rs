//! Sources read into trees with places.

pub mod hcl;
pub mod json;
pub mod yaml;

use rolecall_model::json::{Kind as NodeKind, Node};
use rolecall_model::span::Span;

use crate::tree::{Entry, Kind, Text, Tree};

/// Line of a byte, from 1.
pub fn line(text: &str, at: u32) -> u32 {
    rolecall_model::span::position(text, at).line
}

/// What is written at a place, on one line and not too long.
pub fn written(text: &str, span: Span) -> String {
    const LONGEST: usize = 80;
    let slice = text.get(span.range()).unwrap_or_default();
    let one_line = slice.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", one_line.get(..end).unwrap_or_default()),
        None => one_line,
    }
}

/// A tree of nodes whose scalars are given by `text`.
fn tree(node: &Node, offset: usize, text: &dyn Fn(&Node) -> Kind) -> Tree {
    let moved = |span: Span| Span::new(span.start as usize + offset, span.end as usize + offset);
    let kind = match &node.kind {
        NodeKind::Object(members) => {
            let entry = |member: &rolecall_model::json::Member| {
                let key = Node { span: member.key_span, kind: NodeKind::String(member.key.clone()) };
                let key = match text(&key) {
                    Kind::Text(text) => text,
                    _ => Text::of(member.key.clone()),
                };
                Entry { key, key_span: moved(member.key_span), value: tree(&member.value, offset, text) }
            };
            Kind::Map(members.iter().map(entry).collect())
        }
        NodeKind::Array(elements) => {
            Kind::List(elements.iter().map(|element| tree(element, offset, text)).collect())
        }
        NodeKind::Null => text(node),
        _ => text(node),
    };
    Tree { span: moved(node.span), kind }
}
