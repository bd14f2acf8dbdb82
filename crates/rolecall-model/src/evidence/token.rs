//! The token: its raw bytes (secret), its header and its claims.

use super::fact::Fact;
use crate::document::{At, DocumentId, Located, Text};
use crate::json::{Kind, Node};
use crate::secret::Secret;

/// What is known of the token.
#[derive(Clone, Debug)]
pub struct TokenEvidence {
    /// The compact token itself (`token.txt`).
    pub raw: Fact<RawToken>,
    /// Its claims: `token.claims.json`, or decoded from the raw token.
    pub claims: Fact<JsonObject>,
    /// Its header: `token.header.json`, or decoded from the raw token.
    pub header: Fact<JsonObject>,
}

/// The token as it was sent.
#[derive(Clone, Debug)]
pub struct RawToken {
    /// The text, exactly, line ends included.
    pub text: Secret<String>,
    /// The document it stands in, whose text is struck out.
    pub document: DocumentId,
}

/// A JSON object with the document it stands in.
#[derive(Clone, Debug)]
pub struct JsonObject {
    /// The document.
    pub document: DocumentId,
    /// The object.
    pub node: Node,
}

impl JsonObject {
    /// The place of a node in this object.
    #[must_use]
    pub fn at(&self, node: &Node) -> At {
        At::new(self.document, node.span)
    }

    /// A member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.node.get(name)
    }

    /// A string member.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Text> {
        let node = self.node.get(name)?;
        Some(Located::new(node.as_str()?.to_owned(), self.at(node)))
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<Located<i64>> {
        let node = self.node.get(name)?;
        Some(Located::new(node.as_integer()?, self.at(node)))
    }

    /// Strings of a member that is a string or an array of strings.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<Text> {
        let nodes = self.node.get(name).map(Node::one_or_many).unwrap_or_default();
        let text = |node: &Node| Some(Located::new(node.as_str()?.to_owned(), self.at(node)));
        nodes.iter().filter_map(text).collect()
    }

    /// Whether a member is there and not `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some_and(|node| node.kind != Kind::Null)
    }
}
