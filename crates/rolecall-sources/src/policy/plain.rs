//! A policy that is written out, as the evidence has it and as a fix wants it.

use rolecall_model::json::{Node, parse};

/// A statement, its order of keys and the form of its lists left aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    pub sid: Option<String>,
    pub effect: String,
    pub actions: Vec<String>,
    /// By type: `Federated`, `AWS`, `*`.
    pub principals: Vec<(String, Vec<String>)>,
    pub conditions: Vec<PlainCondition>,
    /// Any other element, such as `Resource`.
    pub others: Vec<(String, Vec<String>)>,
    /// As it is written.
    pub node: Node,
}

/// One key under one operator.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainCondition {
    pub operator: String,
    pub key: String,
    pub values: Vec<String>,
}

/// The statements of a policy; none where the text is no policy.
pub fn statements(text: &str) -> Option<Vec<Plain>> {
    let root = parse(text).root?;
    Some(root.get("Statement")?.one_or_many().iter().map(statement).collect())
}

fn statement(node: &Node) -> Plain {
    let mut plain = Plain {
        sid: None,
        effect: String::new(),
        actions: Vec::new(),
        principals: Vec::new(),
        conditions: Vec::new(),
        others: Vec::new(),
        node: node.clone(),
    };
    for member in node.members() {
        let value = &member.value;
        match member.key.as_str() {
            "Sid" => plain.sid = value.scalar().map(str::to_owned),
            "Effect" => plain.effect = value.scalar().unwrap_or_default().to_owned(),
            "Action" => plain.actions = words(value),
            "Principal" if value.scalar().is_some() => plain.principals.push(("*".into(), words(value))),
            "Principal" => plain
                .principals
                .extend(value.members().iter().map(|kind| (kind.key.clone(), words(&kind.value)))),
            "Condition" => plain.conditions = conditions(value),
            other => plain.others.push((other.to_owned(), words(value))),
        }
    }
    plain
}

fn conditions(node: &Node) -> Vec<PlainCondition> {
    let of = |operator: &rolecall_model::json::Member| {
        let name = operator.key.clone();
        let one = move |key: &rolecall_model::json::Member| PlainCondition {
            operator: name.clone(),
            key: key.key.clone(),
            values: words(&key.value),
        };
        operator.value.members().iter().map(one).collect::<Vec<_>>()
    };
    node.members().iter().flat_map(of).collect()
}

/// Scalars of a value; of a map `key=value`.
fn words(node: &Node) -> Vec<String> {
    let of_map = node.members().iter().flat_map(|member| {
        let key = member.key.clone();
        words(&member.value).into_iter().map(move |word| format!("{key}={word}"))
    });
    let scalars = node.one_or_many().iter().filter_map(Node::scalar).map(str::to_owned);
    scalars.chain(of_map).collect()
}
