//! Values written as JSON without blanks.

use super::edit::quoted;
use super::{Kind, Node};

/// Writes a value: members in their order, numbers as they were written.
pub fn compact(node: &Node, out: &mut String) {
    match &node.kind {
        Kind::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                comma(index, out);
                out.push_str(&quoted(&member.key));
                out.push(':');
                compact(&member.value, out);
            }
            out.push('}');
        }
        Kind::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                comma(index, out);
                compact(element, out);
            }
            out.push(']');
        }
        Kind::String(text) => out.push_str(&quoted(text)),
        _ => out.push_str(node.scalar().unwrap_or("null")),
    }
}

fn comma(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn what_is_written_reads_as_it_was() {
        let text = "{ \"a\": [1.50, -0, null, true], \"ü\\n\": {\"\": \"\\u0007\"}, \"e\": [], \"f\": {} }";
        let mut out = String::new();
        compact(&parse(text).root.unwrap(), &mut out);
        assert_eq!(out, "{\"a\":[1.50,-0,null,true],\"ü\\n\":{\"\":\"\\u0007\"},\"e\":[],\"f\":{}}");
    }
}
