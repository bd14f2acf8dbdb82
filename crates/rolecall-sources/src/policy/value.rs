//! Values of policies, made anew.

use rolecall_model::json::edit::quoted;
use rolecall_model::json::{Kind, Node, parse, write};
use rolecall_model::span::Span;

/// A text as a value.
pub fn string(text: &str) -> Node {
    Node { span: Span::default(), kind: Kind::String(text.to_owned()) }
}

/// One text, or a list.
pub fn values(texts: &[String]) -> Node {
    match texts {
        [one] => string(one),
        _ => {
            let kind = Kind::Array(texts.iter().map(|text| string(text)).collect());
            Node { span: Span::default(), kind }
        }
    }
}

/// A map of one entry.
pub fn object(key: &str, value: &Node) -> Node {
    let mut written = String::new();
    write::compact(value, &mut written);
    parse(&format!("{{{}:{written}}}", quoted(key))).root.unwrap_or_else(|| value.clone())
}
