//! `aws_iam_policy_document`: statements as blocks, worked out into the policy that Terraform makes of them.

use hcl::Value;
use hcl::eval::{Context, Evaluate};
use hcl::structure::{Block, Body};
use rolecall_model::json::edit::quoted;

use super::{attribute, json};

/// The policy of a document.
///
/// # Errors
/// Where a value is not known, or an element is used that is not read here.
pub(super) fn policy(document: &Block, context: &Context<'_>) -> Result<String, String> {
    for other in ["source_policy_documents", "override_policy_documents", "source_json", "override_json"] {
        if attribute(&document.body, other).is_some() {
            return Err(format!("`{other}` is not read"));
        }
    }
    let dynamic = document.body.blocks().find(|block| block.identifier.as_str() == "dynamic");
    if dynamic.is_some() {
        return Err("a `dynamic` block is not read".into());
    }
    let statements = blocks(&document.body, "statement");
    let statements: Result<Vec<String>, String> =
        statements.map(|block| statement(&block.body, context)).collect();
    let version = value(&document.body, "version", context)?;
    let version = version.map_or_else(|| "\"2012-10-17\"".into(), |version| json(&version));
    Ok(format!("{{\"Version\": {version},\n \"Statement\": [{}]}}", statements?.join(",\n  ")))
}

/// Elements by the attributes that give them.
const ELEMENTS: [(&str, &str); 6] = [
    ("sid", "Sid"),
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
];

fn statement(body: &Body, context: &Context<'_>) -> Result<String, String> {
    let mut elements = Vec::new();
    for (key, element) in ELEMENTS {
        match value(body, key, context)? {
            Some(Value::Null) => {}
            Some(found) => elements.push(format!("{}: {}", quoted(element), json(&found))),
            None if key == "effect" => elements.push("\"Effect\": \"Allow\"".into()),
            None => {}
        }
    }
    for (key, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let mut kinds = Vec::new();
        for block in blocks(body, key) {
            let kind = needed(&block.body, "type", context)?;
            kinds.push((json(&kind), needed(&block.body, "identifiers", context)?));
        }
        if !kinds.is_empty() {
            elements.push(format!("{}: {}", quoted(element), grouped(kinds)));
        }
    }
    let mut tests: Vec<(String, Vec<(String, Value)>)> = Vec::new();
    for block in blocks(body, "condition") {
        let test = json(&needed(&block.body, "test", context)?);
        let variable = json(&needed(&block.body, "variable", context)?);
        let entry = (variable, needed(&block.body, "values", context)?);
        match tests.iter_mut().find(|(known, _)| *known == test) {
            Some((_, entries)) => entries.push(entry),
            None => tests.push((test, vec![entry])),
        }
    }
    if !tests.is_empty() {
        let tests: Vec<String> =
            tests.into_iter().map(|(test, entries)| format!("{test}: {}", grouped(entries))).collect();
        elements.push(format!("\"Condition\": {{{}}}", tests.join(", ")));
    }
    Ok(format!("{{{}}}", elements.join(", ")))
}

/// Values of the same key are one list.
fn grouped(entries: Vec<(String, Value)>) -> String {
    let mut keys: Vec<(String, Vec<Value>)> = Vec::new();
    for (key, value) in entries {
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.extend(values),
            None => keys.push((key, values)),
        }
    }
    let one = |(key, values): (String, Vec<Value>)| {
        let written = match values.as_slice() {
            [one] => json(one),
            _ => json(&Value::Array(values)),
        };
        format!("{key}: {written}")
    };
    format!("{{{}}}", keys.into_iter().map(one).collect::<Vec<_>>().join(", "))
}

fn blocks<'b>(body: &'b Body, kind: &'b str) -> impl Iterator<Item = &'b Block> {
    body.blocks().filter(move |block| block.identifier.as_str() == kind)
}

fn value(body: &Body, key: &str, context: &Context<'_>) -> Result<Option<Value>, String> {
    let found = attribute(body, key).map(|expression| expression.evaluate(context));
    found.transpose().map_err(|error| super::last_line(&error.to_string()))
}

fn needed(body: &Body, key: &str, context: &Context<'_>) -> Result<Value, String> {
    value(body, key, context)?.ok_or_else(|| format!("`{key}` is missing"))
}
