//! Members of what the AWS CLI and the SDKs print: texts, dates, tags, policy documents.

use rolecall_model::instant::Instant;
use rolecall_state::entity::Tag;
use rolecall_wire::percent::decode_path;
use serde_json::Value;
use std::collections::BTreeMap;

/// A text; empty if it is not there.
pub fn text(value: &Value, name: &str) -> String {
    text_if(value, name).unwrap_or_default()
}

/// A text, if it is there.
pub fn text_if(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// The items of a list; none if it is not there.
pub fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The texts of a list.
pub fn texts(value: &Value, name: &str) -> Vec<String> {
    list(value, name).filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A date: ISO 8601, or seconds since 1970 with or without a fraction.
pub fn instant(value: &Value, name: &str) -> Option<Instant> {
    match value.get(name)? {
        Value::String(text) => Instant::parse(text),
        Value::Number(seconds) => {
            seconds.as_i64().or_else(|| seconds.as_f64().map(|at| at as i64)).map(Instant)
        }
        _ => None,
    }
}

/// Tags: a list of keys and values.
pub fn tags(value: &Value, name: &str) -> Vec<Tag> {
    list(value, name).map(|tag| Tag { key: text(tag, "Key"), value: text(tag, "Value") }).collect()
}

/// Tags as EKS has them: one object.
pub fn tag_map(value: &Value) -> Vec<Tag> {
    let tags = value.get("tags").and_then(Value::as_object).into_iter().flatten();
    tags.map(|(key, value)| Tag { key: key.clone(), value: value.as_str().unwrap_or_default().to_owned() })
        .collect()
}

/// A policy document: an object as the AWS CLI prints it, or text, percent-encoded as the API gives it.
pub fn document(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if text.trim_start().starts_with('{') => Some(text.clone()),
        Value::String(text) => decode_path(text).map(std::borrow::Cow::into_owned),
        Value::Object(document) => serde_json::to_string(document).ok(),
        _ => None,
    }
}

/// Inline policies: a list of names and documents.
pub fn inline(value: &Value, name: &str) -> BTreeMap<String, String> {
    let policy = |one: &Value| Some((text(one, "PolicyName"), document(one, "PolicyDocument")?));
    list(value, name).filter_map(policy).collect()
}

/// ARNs of attached policies.
pub fn attached(value: &Value) -> Vec<String> {
    list(value, "AttachedManagedPolicies").filter_map(|one| text_if(one, "PolicyArn")).collect()
}

/// The ARN of a permissions boundary.
pub fn boundary(value: &Value) -> Option<String> {
    text_if(value.get("PermissionsBoundary")?, "PermissionsBoundaryArn")
}
