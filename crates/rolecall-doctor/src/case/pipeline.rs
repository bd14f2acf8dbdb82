//! Looking into pipeline definitions.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::json::{Kind, Node};

/// Scalar values of the given keys anywhere in the definition, in order.
pub(crate) fn values_of(workflow: &Workflow, keys: &[&str]) -> Vec<Text> {
    let mut found = Vec::new();
    walk(&workflow.node, &mut |key, value| {
        if let (true, Some(text)) = (keys.contains(&key), value.scalar()) {
            found.push(Located::new(text.to_owned(), At::new(workflow.document, value.span)));
        }
    });
    found
}

/// Calls `visit` for every member of every mapping, outermost first.
pub(crate) fn walk<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n str, &'n Node)) {
    match &node.kind {
        Kind::Object(members) => {
            for member in members {
                visit(&member.key, &member.value);
                walk(&member.value, visit);
            }
        }
        Kind::Array(elements) => elements.iter().for_each(|element| walk(element, visit)),
        _ => {}
    }
}
