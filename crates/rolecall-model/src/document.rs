//! Texts that evidence came from, so that a finding can show the line and the byte.

use crate::json::{self, Flaw, Node};
use crate::span::{Position, Span, position};

/// Names a document among the [`Documents`] of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(pub u16);

/// A place: a range of bytes in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// The document.
    pub document: DocumentId,
    /// Bytes of its text.
    pub span: Span,
}

impl At {
    /// A place in `document`.
    #[must_use]
    pub fn new(document: DocumentId, span: Span) -> Self {
        Self { document, span }
    }
}

/// A value and the place where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands. For a string the quotes are part of the range.
    pub at: At,
}

/// A text and its place.
pub type Text = Located<String>;

impl<T> Located<T> {
    /// A value read at `at`.
    pub fn new(value: T, at: At) -> Self {
        Self { value, at }
    }
}

/// One text of the evidence, secrets already struck out.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file's name, or a name for what was derived from it, such as `token.txt (claims)`.
    pub name: String,
    /// The text, with signatures, session credentials and secret keys overwritten.
    pub text: String,
    /// The parsed tree of a JSON or YAML text, as far as it could be read.
    pub root: Option<Node>,
    /// What is wrong with the text.
    pub flaws: Vec<Flaw>,
    /// Whether excerpts may be shown; never for the raw token.
    pub showable: bool,
}

impl Document {
    /// A document of JSON text.
    #[must_use]
    pub fn json(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let parsed = json::parse(&text);
        Self { name: name.into(), text, root: parsed.root, flaws: parsed.flaws, showable: true }
    }

    /// A document of plain text: a log, an error, a list of variables.
    #[must_use]
    pub fn plain(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), root: None, flaws: Vec::new(), showable: true }
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        position(&self.text, offset)
    }

    /// The JSON pointer of what stands at `span`; empty for plain text.
    #[must_use]
    pub fn pointer(&self, span: Span) -> String {
        self.root.as_ref().map(|root| root.pointer_to(span)).unwrap_or_default()
    }

    /// The text at `span`, if it lies inside.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// All documents of one case.
#[derive(Clone, Debug, Default)]
pub struct Documents(Vec<Document>);

impl Documents {
    /// Takes a document in and names it. More than 65,535 are not taken: the last name is given again.
    pub fn add(&mut self, document: Document) -> DocumentId {
        let id = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        self.0.push(document);
        DocumentId(id)
    }

    /// The document of that name in this case.
    #[must_use]
    pub fn get(&self, id: DocumentId) -> Option<&Document> {
        self.0.get(usize::from(id.0))
    }

    /// The document with that file name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(DocumentId, &Document)> {
        self.iter().find(|(_, document)| document.name == name)
    }

    /// All of them, in the order they were read.
    pub fn iter(&self) -> impl Iterator<Item = (DocumentId, &Document)> {
        self.0
            .iter()
            .enumerate()
            .map(|(index, document)| (DocumentId(u16::try_from(index).unwrap_or(u16::MAX)), document))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
