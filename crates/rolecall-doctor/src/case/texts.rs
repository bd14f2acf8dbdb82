//! The raw words of error texts and logs, for the few facts that no symptom carries.

use rolecall_model::document::{At, Document, DocumentId, Located, Text};
use rolecall_model::span::Span;

use super::Case;

impl<'a> Case<'a> {
    /// Error texts and logs.
    pub fn texts(&self) -> Vec<(DocumentId, &'a Document)> {
        let documents = &self.evidence().documents;
        let read = self.attempt().texts.iter().filter_map(|id| Some((*id, documents.get(*id)?)));
        read.filter(|(_, document)| document.showable).collect()
    }

    /// The first place where a text says these words, letter case apart.
    #[must_use]
    pub fn says(&self, words: &str) -> Option<At> {
        let words = words.to_ascii_lowercase();
        self.texts().into_iter().find_map(|(id, document)| {
            let start = document.text.to_ascii_lowercase().find(&words)?;
            Some(At::new(id, Span::new(start, start + words.len())))
        })
    }

    /// The place of some words in the line that a place begins in.
    #[must_use]
    pub fn near(&self, at: At, words: &str) -> Option<At> {
        let text = &self.evidence().documents.get(at.document)?.text;
        let before = text.get(..at.span.start as usize)?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = text.get(line..)?;
        let rest = rest.split('\n').next().unwrap_or(rest);
        let start = line + rest.find(words)?;
        Some(At::new(at.document, Span::new(start, start + words.len())))
    }

    /// Lines of error texts and logs, each with its place.
    #[must_use]
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        for (id, document) in self.texts() {
            let mut start = 0;
            for line in document.text.split('\n') {
                let at = At::new(id, Span::new(start, start + line.len()));
                lines.push(Located::new(line.to_owned(), at));
                start += line.len() + 1;
            }
        }
        lines
    }
}
