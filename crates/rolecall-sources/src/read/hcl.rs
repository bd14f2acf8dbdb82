//! HCL: expressions of a Terraform configuration.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::{Element, Template};
use rolecall_model::span::Span;

use crate::tree::{Entry, Kind, Part, Text, Tree};

/// Bytes of an item.
pub fn place(item: &impl hcl_edit::Span) -> Span {
    item.span().map(|range| Span::new(range.start, range.end)).unwrap_or_default()
}

/// An expression as a value.
pub fn expression(text: &str, expression: &Expression) -> Tree {
    let span = place(expression);
    let written = || text.get(span.range()).unwrap_or_default().to_owned();
    let kind = match expression {
        Expression::Parenthesis(inner) => return self::expression(text, inner.inner()),
        Expression::Null(_) => Kind::Null,
        Expression::Bool(_) | Expression::Number(_) => Kind::Text(Text::of(written())),
        Expression::String(string) => Kind::Text(Text::of(string.value().clone())),
        Expression::StringTemplate(template) => Kind::Text(parts(template)),
        Expression::Array(array) => {
            Kind::List(array.iter().map(|item| self::expression(text, item)).collect())
        }
        Expression::Object(object) => {
            let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| Entry {
                key: self::key(text, key),
                key_span: place(key),
                value: self::expression(text, value.expr()),
            };
            Kind::Map(object.iter().map(entry).collect())
        }
        _ => Kind::Elsewhere,
    };
    Tree { span, kind }
}

fn key(text: &str, key: &ObjectKey) -> Text {
    match key {
        ObjectKey::Ident(name) => Text::of(name.as_str()),
        ObjectKey::Expression(expression) => match self::expression(text, expression).kind {
            Kind::Text(text) => text,
            _ => Text::of_parts(vec![Part::Elsewhere]),
        },
    }
}

fn parts(template: &Template) -> Text {
    let part = |element: &Element| match element {
        Element::Literal(literal) => Part::Literal(literal.value().clone()),
        _ => Part::Elsewhere,
    };
    Text::of_parts(template.iter().map(part).collect())
}

/// The bytes of a template's text, and of the expressions in it.
pub fn holes(template: &Template) -> (Range<usize>, Vec<Range<usize>>) {
    let spans: Vec<(bool, Range<usize>)> = template
        .iter()
        .filter_map(|element| Some((element.as_literal().is_none(), element.span()?)))
        .collect();
    let start = spans.first().map_or(0, |(_, span)| span.start);
    let end = spans.last().map_or(0, |(_, span)| span.end);
    (start..end, spans.into_iter().filter(|(open, _)| *open).map(|(_, span)| span).collect())
}

/// The expression of an attribute.
pub fn attribute<'b>(body: &'b Body, key: &str) -> Option<&'b Expression> {
    body.get_attribute(key).map(|attribute| &attribute.value)
}

/// A label of a block; nothing where it has fewer.
pub fn label(block: &Block, at: usize) -> &str {
    block.labels.get(at).map(hcl_edit::structure::BlockLabel::as_str).unwrap_or_default()
}
