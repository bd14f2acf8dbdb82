//! A JSON reader that keeps places, duplicate keys and numbers as written, and survives broken text.
//!
//! Policies, claims and every JSON file of an evidence folder are read by it, so that a finding can put a
//! caret under the byte that did it. Why not a crate: `docs/decisions/0002-own-json-reader.md`.

pub mod edit;
mod read;
pub mod write;

use crate::span::Span;

pub use read::parse;

/// Nesting deeper than this is refused: no AWS document comes near it.
pub const MAX_DEPTH: usize = 64;

/// More flaws than this in one text are not listed.
pub const MAX_FLAWS: usize = 100;

/// A value and where it stands in the text. YAML documents are read into the same shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the whole value, quotes and brackets included.
    pub span: Span,
    /// What the value is.
    pub kind: Kind,
}

/// The kinds of JSON values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, exactly as it was written.
    Number(String),
    /// A string with its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object; members in the author's order, duplicates kept.
    Object(Vec<Member>),
}

/// One key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key with its escapes resolved.
    pub key: String,
    /// Bytes of the key, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Bytes it concerns.
    pub span: Span,
    /// A sentence, lower case, without a full stop.
    pub message: String,
    /// What sort of flaw.
    pub kind: FlawKind,
}

/// Sorts of flaws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// The text is not of its language, or of a form that is not read.
    Syntax,
    /// A key stands twice in one object: the text is legible, and readers differ in what they take of it.
    DuplicateKey,
}

impl Flaw {
    /// Whether the text is not legible there, so that something may be lost.
    #[must_use]
    pub fn is_syntax(&self) -> bool {
        self.kind == FlawKind::Syntax
    }
}

/// A value as far as it could be read, and what was wrong with the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value; `None` when nothing could be made of the text.
    pub root: Option<Node>,
    /// Empty for sound JSON. Duplicate keys are flaws too.
    pub flaws: Vec<Flaw>,
}

impl Node {
    /// The member's value; the last one where the key stands twice, as JSON readers commonly do.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().rev().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The value behind a chain of keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Members of an object; empty for anything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// Elements of an array; empty for anything else.
    #[must_use]
    pub fn elements(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// Elements of an array, or the value itself: IAM and OIDC allow both where one value is meant.
    #[must_use]
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, a number as written, or `true` / `false`.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) | Kind::Number(text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// A whole number, written as a number without fraction or exponent.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match &self.kind {
            Kind::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// What kind of value this is, in words for a message.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    /// The JSON pointer (RFC 6901) of the innermost value or key that covers `span`.
    #[must_use]
    pub fn pointer_to(&self, span: Span) -> String {
        let mut pointer = String::new();
        let mut node = self;
        loop {
            let next = match &node.kind {
                Kind::Object(members) => members
                    .iter()
                    .find(|member| member.value.span.covers(span) || member.key_span.covers(span))
                    .map(|member| (escape_pointer(&member.key), &member.value)),
                Kind::Array(elements) => elements
                    .iter()
                    .enumerate()
                    .find(|(_, element)| element.span.covers(span))
                    .map(|(index, element)| (index.to_string(), element)),
                _ => None,
            };
            let Some((step, inner)) = next else { return pointer };
            pointer.push('/');
            pointer.push_str(&step);
            node = inner;
        }
    }
}

fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
