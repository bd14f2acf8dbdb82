//! Roles in Terraform configurations: `aws_iam_role` with a policy in `jsonencode`, a here-document or a
//! `aws_iam_policy_document`.

use hcl::expr::{Expression, ObjectKey, TemplateExpr};
use hcl::structure::{Block, Body};
use rolecall_model::evidence::Evidence;
use rolecall_model::json::edit::quoted;

use super::template;

/// Takes the roles of a configuration in. False where it holds none that trusts a provider.
pub(super) fn take(evidence: &mut Evidence, name: &str, text: &str) -> bool {
    let Ok(body) = hcl::parse(text) else { return false };
    let mut taken = false;
    for role in blocks(&body, "resource", "aws_iam_role") {
        let Some(policy) = attribute(&role.body, "assume_role_policy") else { continue };
        let role_name = attribute(&role.body, "name").and_then(string).unwrap_or_default();
        let longest =
            attribute(&role.body, "max_session_duration").and_then(|value| json(value)?.parse().ok());
        taken = true;
        match policy_text(&body, policy) {
            Some(trust) => template::take(evidence, name, &role_name, longest, &trust),
            None => template::unrendered(evidence, name),
        }
    }
    if !taken {
        // A policy document alone, which a role elsewhere refers to.
        for document in blocks(&body, "data", "aws_iam_policy_document") {
            if let Some(trust) = policy_document(document).filter(|text| text.contains("\"Federated\"")) {
                template::take(evidence, name, "", None, &trust);
                taken = true;
            }
        }
    }
    taken
}

/// Whether a text is such a configuration, told by its name or its shape.
pub(super) fn is_one(lower: &str, text: &str) -> bool {
    lower.ends_with(".tf") || text.contains("resource \"aws_iam_role\"")
}

fn blocks<'b>(body: &'b Body, kind: &'b str, label: &'b str) -> impl Iterator<Item = &'b Block> {
    let fits = move |block: &&Block| {
        block.identifier.as_str() == kind && block.labels.first().is_some_and(|first| first.as_str() == label)
    };
    body.blocks().filter(fits)
}

fn attribute<'b>(body: &'b Body, key: &str) -> Option<&'b Expression> {
    body.attributes().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.expr)
}

fn string(expression: &Expression) -> Option<String> {
    match expression {
        Expression::String(text) if !text.contains("${") => Some(text.clone()),
        Expression::TemplateExpr(template) => match template.as_ref() {
            TemplateExpr::QuotedString(text) if !text.contains("${") => Some(text.clone()),
            TemplateExpr::Heredoc(heredoc) if !heredoc.template.contains("${") => {
                Some(heredoc.template.clone())
            }
            _ => None,
        },
        Expression::Parenthesis(inner) => string(inner),
        _ => None,
    }
}

/// The policy as JSON text; none where a value stands elsewhere.
fn policy_text(body: &Body, expression: &Expression) -> Option<String> {
    match expression {
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => json(call.args.first()?),
        // data.aws_iam_policy_document.NAME.json
        Expression::Traversal(_) => {
            let written = hcl::format::to_string(expression).ok()?;
            let name = written.strip_prefix("data.aws_iam_policy_document.")?.strip_suffix(".json")?;
            let named = |block: &&Block| block.labels.get(1).is_some_and(|label| label.as_str() == name);
            policy_document(blocks(body, "data", "aws_iam_policy_document").find(named)?)
        }
        other => string(other),
    }
}

/// An expression of literals as JSON text.
fn json(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Null => Some("null".into()),
        Expression::Bool(value) => Some(value.to_string()),
        Expression::Number(number) => Some(number.to_string()),
        Expression::Array(elements) => {
            let elements: Option<Vec<String>> = elements.iter().map(json).collect();
            Some(format!("[{}]", elements?.join(", ")))
        }
        Expression::Object(members) => {
            let member = |(key, value): (&ObjectKey, &Expression)| {
                let key = match key {
                    ObjectKey::Identifier(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(expression) => string(expression)?,
                    _ => return None,
                };
                Some(format!("{}: {}", quoted(&key), json(value)?))
            };
            let members: Option<Vec<String>> = members.iter().map(member).collect();
            Some(format!("{{{}}}", members?.join(",\n ")))
        }
        other => string(other).map(|text| quoted(&text)),
    }
}

/// `statement { effect, actions, principals { type, identifiers }, condition { test, variable, values } }`
fn policy_document(document: &Block) -> Option<String> {
    let of = |body: &'_ Body, kind: &str| -> Vec<Block> {
        body.blocks().filter(|block| block.identifier.as_str() == kind).cloned().collect()
    };
    let mut statements = Vec::new();
    for statement in of(&document.body, "statement") {
        let body = &statement.body;
        let effect = attribute(body, "effect").map_or(Some("Allow".to_owned()), string)?;
        let actions = json(attribute(body, "actions")?)?;
        let mut principals = Vec::new();
        for principal in of(body, "principals") {
            let kind = string(attribute(&principal.body, "type")?)?;
            principals.push(format!(
                "{}: {}",
                quoted(&kind),
                json(attribute(&principal.body, "identifiers")?)?
            ));
        }
        let mut conditions = Vec::new();
        for condition in of(body, "condition") {
            let value = |key: &str| attribute(&condition.body, key);
            let (test, variable) = (string(value("test")?)?, string(value("variable")?)?);
            let entry = format!("{}: {}", quoted(&variable), json(value("values")?)?);
            match conditions.iter_mut().find(|(known, _): &&mut (String, Vec<String>)| *known == test) {
                Some((_, entries)) => entries.push(entry),
                None => conditions.push((test, vec![entry])),
            }
        }
        let conditions: Vec<String> = conditions
            .iter()
            .map(|(test, entries)| format!("{}: {{{}}}", quoted(test), entries.join(",\n ")))
            .collect();
        statements.push(format!(
            "{{\"Effect\": {}, \"Principal\": {{{}}}, \"Action\": {actions}, \"Condition\": {{{}}}}}",
            quoted(&effect),
            principals.join(", "),
            conditions.join(",\n ")
        ));
    }
    Some(format!("{{\"Version\": \"2012-10-17\",\n \"Statement\": [{}]}}", statements.join(",\n ")))
}
