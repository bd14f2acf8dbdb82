//! Policies beside the trust policy, in the many shapes in which tools print them.

use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::Fact;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::json::{Kind, Node};

const NAMES: [&str; 6] = ["name", "PolicyName", "Name", "PolicyArn", "arn", "Arn"];

/// Every policy document in the tree: an object with `Statement`, wherever it stands, with the nearest name above it.
pub(super) fn policies(id: DocumentId, root: &Node) -> Fact<Vec<NamedPolicy>> {
    let mut found = Vec::new();
    collect(id, root, None, &mut found);
    Fact::read(found, id)
}

fn collect(id: DocumentId, node: &Node, name: Option<&Text>, found: &mut Vec<NamedPolicy>) {
    if node.get("Statement").is_some() {
        found.push(NamedPolicy { name: name.cloned(), document: id, node: node.clone() });
        return;
    }
    let own = NAMES.iter().find_map(|key| {
        let value = node.get(key)?;
        Some(Located::new(value.as_str()?.to_owned(), At::new(id, value.span)))
    });
    let name = own.as_ref().or(name);
    match &node.kind {
        Kind::Object(members) => members.iter().for_each(|member| collect(id, &member.value, name, found)),
        Kind::Array(elements) => elements.iter().for_each(|element| collect(id, element, name, found)),
        // A policy as JSON text inside JSON (`"PolicyDocument": "{\"Version\"…"`) keeps its meaning, not its places.
        Kind::String(text) if text.trim_start().starts_with('{') => {
            if let Some(inner) =
                rolecall_model::json::parse(text).root.filter(|inner| inner.get("Statement").is_some())
            {
                found.push(NamedPolicy { name: name.cloned(), document: id, node: at_place(inner, node) });
            }
        }
        _ => {}
    }
}

/// Gives every part of a tree the place of the text that held it.
fn at_place(mut node: Node, place: &Node) -> Node {
    node.span = place.span;
    match &mut node.kind {
        Kind::Object(members) => {
            for member in members {
                member.key_span = place.span;
                member.value = at_place(member.value.clone(), place);
            }
        }
        Kind::Array(elements) => {
            elements.iter_mut().for_each(|element| *element = at_place(element.clone(), place))
        }
        _ => {}
    }
    node
}

/// Policies by level, root first: `levels`, an array of arrays, or one level of all there are.
pub(super) fn levels(id: DocumentId, root: &Node) -> Fact<Vec<Vec<NamedPolicy>>> {
    let nested = root.get("levels").unwrap_or(root);
    let arrays = nested
        .elements()
        .iter()
        .all(|one| matches!(one.kind, Kind::Array(_)) || one.get("policies").is_some());
    if !nested.elements().is_empty() && arrays {
        let level = |one: &Node| policies(id, one).into_present().unwrap_or_default();
        return Fact::read(nested.elements().iter().map(level).collect(), id);
    }
    policies(id, root).map(|all| vec![all])
}
