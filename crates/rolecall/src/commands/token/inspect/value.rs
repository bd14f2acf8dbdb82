//! A claim as a JSON value, numbers as they were written.

use rolecall_model::json::{Kind, Node};
use serde_json::{Map, Value};

/// The node as a value. A number that no JSON number type holds becomes its text.
pub fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Kind::String(text) => Value::String(text.clone()),
        Kind::Array(elements) => elements.iter().map(value).collect(),
        Kind::Object(members) => {
            let pairs = members.iter().map(|member| (member.key.clone(), value(&member.value)));
            Value::Object(pairs.collect::<Map<String, Value>>())
        }
    }
}
