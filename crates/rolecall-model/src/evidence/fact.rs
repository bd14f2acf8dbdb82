//! What is known of a thing: it is there, it is not there, or nobody looked. These are three.

use crate::document::DocumentId;

/// A fact with its origin. Unknown is not absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// It was read.
    Present {
        /// What was read.
        value: T,
        /// Where from.
        source: Source,
    },
    /// Somebody looked: it is not there (NoSuchEntity, 404, an empty answer).
    Absent {
        /// Who said so.
        source: Source,
    },
    /// Not asked, not permitted or not legible.
    Unread {
        /// Why, and what would read it.
        why: Unread,
    },
}

/// Where a fact came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A document of the case.
    Document(DocumentId),
    /// It follows from another fact, named in words.
    Inferred(&'static str),
}

/// Why a fact is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The reason.
    pub reason: UnreadReason,
    /// The command that would read it, ready to paste but for names in capitals.
    pub command: &'static str,
}

/// Reasons for not knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadReason {
    /// Nothing was given for it.
    NotGiven,
    /// Reading it was refused; the answer in words.
    Denied(String),
    /// What was given could not be read; the flaw in words.
    Broken(String),
}

impl<T> Fact<T> {
    /// A fact read from a document.
    pub fn read(value: T, document: DocumentId) -> Self {
        Fact::Present { value, source: Source::Document(document) }
    }

    /// A fact nobody gave, and the command that would.
    #[must_use]
    pub fn not_given(command: &'static str) -> Self {
        Fact::Unread { why: Unread { reason: UnreadReason::NotGiven, command } }
    }

    /// The value, if it was read.
    pub fn present(&self) -> Option<&T> {
        match self {
            Fact::Present { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The value, taken out.
    pub fn into_present(self) -> Option<T> {
        match self {
            Fact::Present { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether it was looked for and is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Fact::Absent { .. })
    }

    /// Whether it is not known.
    pub fn is_unread(&self) -> bool {
        matches!(self, Fact::Unread { .. })
    }

    /// Why it is not known.
    pub fn unread(&self) -> Option<&Unread> {
        match self {
            Fact::Unread { why } => Some(why),
            _ => None,
        }
    }

    /// The same fact about a part of the value.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Present { value, source } => Fact::Present { value: part(value), source },
            Fact::Absent { source } => Fact::Absent { source },
            Fact::Unread { why } => Fact::Unread { why },
        }
    }

    /// The same fact, its value borrowed.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Fact::Present { value, source } => Fact::Present { value, source: source.clone() },
            Fact::Absent { source } => Fact::Absent { source: source.clone() },
            Fact::Unread { why } => Fact::Unread { why: why.clone() },
        }
    }
}
