//! Policies beside the trust policy, in the many shapes in which tools print them.

use rolecall_model::arn::Arn;
use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::Fact;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::json::{Kind, Node};

const NAMES: [&str; 6] = ["name", "PolicyName", "Name", "PolicyArn", "arn", "Arn"];

/// What a policy goes by.
#[derive(Clone, Default)]
struct Called {
    name: Option<Text>,
    arn: Option<Text>,
}

/// Every policy document in the tree: an object with `Statement`, wherever it stands, with the nearest name above it.
pub(super) fn policies(id: DocumentId, root: &Node) -> Fact<Vec<NamedPolicy>> {
    let mut found = Vec::new();
    collect(id, root, &Called::default(), &mut found);
    Fact::read(found, id)
}

fn collect(id: DocumentId, node: &Node, above: &Called, found: &mut Vec<NamedPolicy>) {
    let policy = |called: &Called, node: Node| NamedPolicy {
        name: called.name.clone(),
        arn: called.arn.clone(),
        document: id,
        node,
    };
    if node.get("Statement").is_some() {
        found.push(policy(above, node.clone()));
        return;
    }
    let text = |key: &&str| {
        let value = node.get(key)?;
        Some(Located::new(value.as_str()?.to_owned(), At::new(id, value.span)))
    };
    let names: Vec<Text> = NAMES.iter().filter_map(text).collect();
    let arn = names.iter().find(|name| is_policy_arn(&name.value)).cloned();
    let own = names.into_iter().next().map(|name| Called { name: Some(name), arn });
    let called = own.as_ref().unwrap_or(above);
    match &node.kind {
        Kind::Object(members) => members.iter().for_each(|member| collect(id, &member.value, called, found)),
        Kind::Array(elements) => elements.iter().for_each(|element| collect(id, element, called, found)),
        // A policy as JSON text inside JSON (`"PolicyDocument": "{\"Version\"…"`) keeps its meaning, not its places.
        Kind::String(text) if text.trim_start().starts_with('{') => {
            if let Some(inner) =
                rolecall_model::json::parse(text).root.filter(|inner| inner.get("Statement").is_some())
            {
                found.push(policy(called, at_place(inner, node)));
            }
        }
        _ => {}
    }
}

fn is_policy_arn(text: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("policy/"))
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
