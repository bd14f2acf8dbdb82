//! Statements of an `aws_iam_policy_document`.

use hcl_edit::structure::{Block, Body};
use rolecall_model::span::Span;

use super::statement::{Condition, Form, Principal, Statement, Word};
use crate::read::hcl::{attribute, expression, place};
use crate::tree::{Kind, Text, Tree};

/// The statements that are written out.
///
/// # Errors
/// What is not legible, with its place.
pub fn statements(text: &str, document: &Block) -> Result<Vec<Statement>, (Span, String)> {
    if let Some(dynamic) = document.body.get_blocks("dynamic").next() {
        return Err((place(dynamic), "its statements come from a `dynamic` block".into()));
    }
    document.body.get_blocks("statement").map(|block| statement(text, block)).collect()
}

fn statement(text: &str, block: &Block) -> Result<Statement, (Span, String)> {
    let body = &block.body;
    if let Some(dynamic) = body.get_blocks("dynamic").next() {
        return Err((place(dynamic), "a part of the statement comes from a `dynamic` block".into()));
    }
    let value = |key: &str| attribute(body, key).map(|found| expression(text, found));
    let element = |(key, element): (&str, &str)| Some((element.to_owned(), value(key)?));
    let mut others: Vec<(String, Tree)> =
        [("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")]
            .into_iter()
            .filter_map(element)
            .collect();
    others.extend(body.get_blocks("not_principals").map(|block| {
        let values = attribute(&block.body, "identifiers").map(|found| expression(text, found));
        ("NotPrincipal".to_owned(), values.unwrap_or_else(|| Tree::elsewhere(place(block))))
    }));
    let principals = body.get_blocks("principals").map(|block| {
        Ok(Principal { kind: word(text, block, "type")?.text, values: needed(text, block, "identifiers")? })
    });
    let conditions = body.get_blocks("condition").map(|block| {
        Ok(Condition {
            operator: word(text, block, "test")?,
            key: word(text, block, "variable")?,
            values: needed(text, block, "values")?,
        })
    });
    let last = body.iter().filter_map(hcl_edit::Span::span).map(|span| span.end).max().unwrap_or(0);
    Ok(Statement {
        span: place(block),
        sid: value("sid"),
        effect: value("effect"),
        actions: value("actions").into_iter().collect(),
        principals: principals.collect::<Result<_, _>>()?,
        conditions: conditions.collect::<Result<_, _>>()?,
        others,
        form: Form::Block {
            conditions: body.get_blocks("condition").map(place).collect(),
            last: u32::try_from(last).unwrap_or(0),
        },
    })
}

fn needed(text: &str, block: &Block, key: &str) -> Result<Tree, (Span, String)> {
    let found = attribute(&block.body, key).map(|found| expression(text, found));
    found.ok_or_else(|| (place(block), format!("`{key}` is missing")))
}

fn word(text: &str, block: &Block, key: &str) -> Result<Word, (Span, String)> {
    let found = needed(text, block, key)?;
    let text = match found.kind {
        Kind::Text(text) => text,
        _ => Text::of_parts(vec![crate::tree::Part::Elsewhere]),
    };
    Ok(Word { text, span: found.span })
}

/// Whether the document rests on others.
pub fn rests_on_others(body: &Body) -> bool {
    ["source_policy_documents", "override_policy_documents", "source_json", "override_json"]
        .iter()
        .any(|key| attribute(body, key).is_some())
}
