//! The lines of the evidence that a finding points at, drawn with carets in the manner of rustc.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rolecall_doctor::finding::{Certainty, Finding, Severity};
use rolecall_doctor::report::Report;
use rolecall_model::document::{Document, DocumentId};

use super::{certainty_name, is_hidden, plain};

/// Lines of a document longer than this are cut around the caret.
const LINE_WINDOW: usize = 160;

/// Columns that line numbers, bars and the marks of a cut take.
const GUTTER: usize = 20;
/// Columns of a range that are shown on the narrowest page.
const LEAST: usize = 40;

/// Title and excerpts of a finding, `width` columns wide, in colours or without.
pub fn render(report: &Report<'_>, finding: &Finding, width: usize, colours: bool) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let id = match finding.certainty {
        Certainty::Certain => finding.cause.to_owned(),
        other => format!("{}, {}", finding.cause, certainty_name(other)),
    };
    let title = plain(&finding.title).replace('\n', " ");
    let mut group = Group::with_title(level.primary_title(title).id(id));
    for document in documents_of(finding) {
        if let Some(excerpt) = excerpt(report, finding, document, width) {
            group = group.element(excerpt);
        }
    }
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(width).render(&[group])
}

/// The documents that a finding points at, in the order of its places.
pub fn documents_of(finding: &Finding) -> Vec<DocumentId> {
    let mut documents = Vec::new();
    for place in &finding.places {
        if !documents.contains(&place.at.document) {
            documents.push(place.at.document);
        }
    }
    documents
}

/// The lines of one document that the finding points at. Lines of kilobytes (CloudTrail, logs) are cut around the
/// caret, since nobody reads them whole.
fn excerpt<'r>(
    report: &'r Report<'_>,
    finding: &'r Finding,
    id: DocumentId,
    width: usize,
) -> Option<Snippet<'r, annotate_snippets::Annotation<'r>>> {
    let document = report.documents.get(id).filter(|document| document.showable)?;
    let places: Vec<_> = finding.places.iter().filter(|place| place.at.document == id).collect();
    let first = places.iter().find(|place| place.primary).or(places.first())?;
    let long = line_around(document, first.at.span.start as usize).len() > LINE_WINDOW;
    if long {
        let (text, start, line) = window(document, first.at.span.range(), width.saturating_sub(GUTTER));
        let end = (first.at.span.range().len() + start).min(text.len());
        let annotation = AnnotationKind::Primary.span(start..end.max(start)).label(plain(&first.label));
        return Some(
            Snippet::source(text).path(plain(&document.name)).line_start(line).annotation(annotation),
        );
    }
    let mut snippet = Snippet::source(safe_source(&document.text)).path(plain(&document.name));
    for place in places {
        let range = place.at.span.range();
        let fits = document.text.get(range.clone()).is_some();
        let kind = if place.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        if fits {
            snippet = snippet.annotation(kind.span(first_line(document, range)).label(plain(&place.label)));
        }
    }
    Some(snippet)
}

/// Escape sequences in evidence must not reach the terminal, and carets must stay where they are: every character that
/// commands a terminal becomes as many blanks as it has bytes.
fn safe_source(text: &str) -> Cow<'_, str> {
    let commands = |c: char| (c.is_control() && c != '\n' && c != '\t' && c != '\r') || is_hidden(c);
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match commands(c) {
            true => safe.extend(std::iter::repeat_n(' ', c.len_utf8())),
            false => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// A caret under many lines helps nobody: a range of several lines shrinks to the first of them.
fn first_line(document: &Document, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let length = document.text.get(range.clone()).and_then(|text| text.find('\n'));
    match length {
        Some(length) => range.start..range.start + length.max(1),
        None => range,
    }
}

fn line_around(document: &Document, at: usize) -> &str {
    let text = document.text.as_str();
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline);
    text.get(start..end).unwrap_or_default()
}

/// A part of a long line around `range`, of which `width` bytes are shown, where the range begins in it, and the line's number.
fn window(document: &Document, range: std::ops::Range<usize>, width: usize) -> (String, usize, usize) {
    let text = document.text.as_str();
    let line = line_around(document, range.start);
    let line_start =
        text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let inside = range.start.saturating_sub(line_start);
    let from = floor(line, inside.saturating_sub(40));
    // Of a range that is wider than the page nothing behind what is shown: the renderer would cut it off and leave its carets.
    let shown = range.len().min(width.max(LEAST));
    let behind = if shown < range.len() { 0 } else { 20 };
    let to = floor(line, (inside + shown + behind).min(line.len()));
    let part = safe_source(line.get(from..to).unwrap_or_default()).into_owned();
    let number = document.position(u32::try_from(range.start).unwrap_or(u32::MAX)).line;
    (part, inside - from, number as usize)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
