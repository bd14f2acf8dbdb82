//! Places of the evidence as SARIF's: files as URIs, ranges of bytes as regions.

use std::borrow::Cow;
use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_doctor::finding::Place;
use rolecall_model::document::{Document, Documents};
use rolecall_model::span::{Span, position};

use super::log::{
    Artifact, ArtifactLocation, Content, Location, LogicalLocation, Message, PhysicalLocation, Region,
};
use crate::output::plain;

/// Bytes of a marked text that are repeated; a region of a log may be the log.
const SNIPPET: usize = 1024;

/// Stay as they are in a path (RFC 3986 §2.3): a colon would make a scheme of what stands before it.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The documents of a report and the artifacts that have come up.
pub struct Places<'a> {
    documents: &'a Documents,
    folder: Option<&'a Path>,
    used: Vec<&'a Document>,
}

impl<'a> Places<'a> {
    /// No artifact yet.
    pub fn new(documents: &'a Documents, folder: Option<&'a Path>) -> Places<'a> {
        Places { documents, folder, used: Vec::new() }
    }

    /// A place of a finding; none where its document is not known.
    pub fn location(&mut self, place: &Place) -> Option<Location> {
        let document = self.documents.get(place.at.document)?;
        let pointer = document.pointer(place.at.span);
        let mut label = plain(&place.label);
        if let (Some(expected), Some(actual)) = (&place.expected, &place.actual) {
            label.push_str(&format!("; wanted `{}`, found `{}`", plain(expected), plain(actual)));
        }
        Some(Location {
            id: None,
            physical_location: Some(PhysicalLocation {
                artifact_location: self.artifact(document),
                region: region(&document.text, place.at.span, document.showable),
            }),
            logical_locations: Some(LogicalLocation { fully_qualified_name: plain(&pointer) })
                .filter(|_| !pointer.is_empty())
                .into_iter()
                .collect(),
            message: Some(Message { text: label }),
        })
    }

    /// A file that a fix changes or makes.
    pub fn file(&mut self, name: &str) -> ArtifactLocation {
        match self.documents.named(name) {
            Some((_, document)) => self.artifact(document),
            None => ArtifactLocation { uri: self.uri(name), index: None },
        }
    }

    /// All artifacts that came up, in the order of their indices.
    pub fn artifacts(self) -> Vec<Artifact<'a>> {
        let artifact = |document: &&'a Document| Artifact {
            location: ArtifactLocation { uri: self.uri(&document.name), index: None },
            contents: Some(Content { text: Cow::Borrowed(document.text.as_str()) })
                .filter(|_| document.showable && (self.folder.is_none() || is_derived(&document.name))),
        };
        self.used.iter().map(artifact).collect()
    }

    fn artifact(&mut self, document: &'a Document) -> ArtifactLocation {
        let known = self.used.iter().position(|used| std::ptr::eq(*used, document));
        let index = known.unwrap_or_else(|| {
            self.used.push(document);
            self.used.len() - 1
        });
        ArtifactLocation { uri: self.uri(&document.name), index: Some(index) }
    }

    fn uri(&self, name: &str) -> String {
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        let mut absolute = false;
        for component in self.folder.into_iter().flat_map(Path::components) {
            match component {
                Component::Normal(part) => parts.push(part.to_string_lossy()),
                Component::ParentDir => parts.push(Cow::Borrowed("..")),
                Component::RootDir => absolute = true,
                Component::CurDir | Component::Prefix(_) => {}
            }
        }
        parts.push(Cow::Borrowed(name));
        let encoded: Vec<String> =
            parts.iter().map(|part| utf8_percent_encode(part, PATH).to_string()).collect();
        format!("{}{}", if absolute { "file:///" } else { "" }, encoded.join("/"))
    }
}

/// Whether the document was cut or decoded out of a file, such as `token.txt (claims)`.
fn is_derived(name: &str) -> bool {
    name.ends_with(')') && name.contains(" (")
}

/// A range of bytes as a region, with the text that stands there where it may be shown.
pub fn region(text: &str, span: Span, shown: bool) -> Region {
    let (start, end) = (position(text, span.start), position(text, span.end));
    let snippet = text.get(span.range()).filter(|snippet| shown && snippet.len() <= SNIPPET);
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_offset: span.start,
        byte_length: span.end.saturating_sub(span.start),
        snippet: snippet.map(|snippet| Content { text: Cow::Owned(plain(snippet)) }),
    }
}
