//! The texts that a finding points at, side by side, with the bytes that did it marked.

use std::ops::Range;

use maud::{Markup, html};
use rolecall_doctor::finding::{Finding, Place};
use rolecall_doctor::link::Link;
use rolecall_doctor::report::Report;
use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::Evidence;
use rolecall_model::span::Span;

use super::words;
use crate::output::excerpt::documents_of;
use crate::output::plain;

/// A text of at most so many lines is shown whole.
const WHOLE: usize = 24;

/// Lines that are shown at most of what matters besides the marks: the trust policy, the claims that it judges.
const FOCUS: usize = 80;

/// Claims that a trust policy is most often about.
const CLAIMS: [&str; 3] = ["iss", "sub", "aud"];

/// Lines before and after a marked one.
const AROUND: usize = 3;

/// Lines longer than this are cut around what is marked in them.
const LINE: usize = 400;

/// One figure for each document; the token's claims stand beside the trust policy that judged them.
pub fn evidence(report: &Report<'_>, finding: &Finding) -> Markup {
    let panes: Vec<Markup> = documents(report, finding)
        .into_iter()
        .filter_map(|id| Some(pane(report.evidence, id, report.documents.get(id)?, finding)))
        .collect();
    html! {
        @if !panes.is_empty() {
            section aria-labelledby="evidence" {
                h2 #evidence { "Where it stands" }
                div class=(if panes.len() > 1 { "panes several" } else { "panes" }) { @for pane in panes { (pane) } }
            }
        }
    }
}

fn documents(report: &Report<'_>, finding: &Finding) -> Vec<DocumentId> {
    let mut documents = documents_of(finding);
    if Link::of_slug(finding.cause) == Some(Link::Trust) {
        let claims = report.evidence.token.claims.present().map(|claims| claims.document);
        documents.extend(claims.filter(|claims| !documents.contains(claims)));
    }
    documents.retain(|id| report.documents.get(*id).is_some_and(|document| document.showable));
    documents
}

fn pane(evidence: &Evidence, id: DocumentId, document: &Document, finding: &Finding) -> Markup {
    let text = document.text.as_str();
    let lines = lines(text);
    let marks: Vec<Mark<'_>> = finding
        .places
        .iter()
        .filter(|place| place.at.document == id)
        .filter_map(|place| Mark::new(text, place))
        .collect();
    let focus =
        if Link::of_slug(finding.cause) == Some(Link::Trust) { focus(evidence, id) } else { Vec::new() };
    let shown = shown(&lines, &marks, &focus);
    let indent = shown.iter().filter_map(|at| indent(text.get(lines.get(*at)?.clone())?)).min().unwrap_or(0);
    let mut last = None;
    html! {
        figure .pane {
            figcaption { code { (plain(&document.name)) } }
            div .lines {
                @for at in &shown {
                    @if let Some(line) = lines.get(*at) {
                        @if last.is_some_and(|last: usize| last + 1 < *at) { p .gap { "⋯" } }
                        (self::line(text, line.clone(), *at + 1, indent, &marks))
                        @let _ = last.replace(*at);
                    }
                }
            }
        }
    }
}

/// What of the document matters to a trust policy's judgement: the policy, and the claims that it is most often about.
fn focus(evidence: &Evidence, id: DocumentId) -> Vec<Span> {
    let trust = evidence.role.role.present().and_then(|role| role.trust.as_ref());
    let policy = trust.filter(|trust| trust.document == id).map(|trust| trust.node.span);
    let claims = evidence.token.claims.present().filter(|claims| claims.document == id);
    let claim = |name| claims.and_then(|claims| Some(claims.get(name)?.span));
    policy.into_iter().chain(CLAIMS.into_iter().filter_map(claim)).collect()
}

/// A place, shortened to its first line.
struct Mark<'p> {
    range: Range<usize>,
    place: &'p Place,
}

impl<'p> Mark<'p> {
    fn new(text: &str, place: &'p Place) -> Option<Mark<'p>> {
        let range = place.at.span.range();
        let length = text.get(range.clone())?.lines().next().map_or(0, str::len);
        Some(Mark { range: range.start..range.start + length, place })
    }

    fn begins_in(&self, line: &Range<usize>) -> bool {
        line.start <= self.range.start && self.range.start <= line.end
    }
}

/// Ranges of the lines, without their ends.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        range
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Indices of the lines to show: all of a short text, else what matters and what surrounds the marks.
fn shown(lines: &[Range<usize>], marks: &[Mark<'_>], focus: &[Span]) -> Vec<usize> {
    let touches = |line: &Range<usize>| {
        focus.iter().any(|span| line.end > span.start as usize && line.start < span.end as usize)
    };
    let holds = |line: &Range<usize>| marks.iter().any(|mark| mark.begins_in(line));
    let which = |wanted: &dyn Fn(&Range<usize>) -> bool| {
        lines.iter().enumerate().filter(|(_, line)| wanted(line)).map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let (focused, marked) = (which(&touches), which(&holds));
    let around = if focused.is_empty() || focused.len() > FOCUS { AROUND } else { 0 };
    let near = |at: &usize| marked.iter().any(|marked| marked.abs_diff(*at) <= around);
    let all = 0..lines.len();
    if focused.is_empty() && (lines.len() <= WHOLE || marked.is_empty()) {
        return all.take(FOCUS).collect();
    }
    all.filter(|at| near(at) || (around == 0 && focused.contains(at))).collect()
}

/// Bytes of blanks before the first letter; none for an empty line.
fn indent(line: &str) -> Option<usize> {
    let text = line.trim_start();
    (!text.is_empty()).then(|| line.len() - text.len())
}

fn line(text: &str, line: Range<usize>, number: usize, indent: usize, marks: &[Mark<'_>]) -> Markup {
    let here: Vec<&Mark<'_>> = marks.iter().filter(|mark| mark.begins_in(&line)).collect();
    let window = window(text, &line, &here);
    let blanks = text.get(line.clone()).and_then(self::indent).unwrap_or(0);
    let (from, to) = (line.start + indent.min(blanks), line.start + blanks);
    let inner = window.start.max(to)..window.end;
    html! {
        div class=(if here.is_empty() { "line" } else { "line marked" }) {
            span .number aria-hidden="true" { (number) }
            code {
                span .indent { (text.get(from..to).unwrap_or_default()) }
                span .words {
                    @if window.start > line.start { "…" }
                    @for part in parts(&inner, &here) {
                        @let shown = plain(text.get(part.clone()).unwrap_or_default());
                        @match class(&part, &here) { Some(class) => mark class=(class) { (shown) }, None => (shown) }
                    }
                    @if window.end < line.end { "…" }
                }
            }
        }
        @for mark in here {
            p class={ "label " (kind(mark)) } { (words(&mark.place.label)) }
        }
    }
}

/// The part of a line that is shown: all of it, or what surrounds its first mark.
fn window(text: &str, line: &Range<usize>, marks: &[&Mark<'_>]) -> Range<usize> {
    if line.len() <= LINE {
        return line.clone();
    }
    let mark = marks.iter().find(|mark| mark.place.primary).or(marks.first());
    let start = mark.map_or(line.start, |mark| mark.range.start.saturating_sub(60).max(line.start));
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    floor(start)..floor((start + LINE).min(line.end))
}

/// A range cut wherever a mark begins or ends.
fn parts(range: &Range<usize>, marks: &[&Mark<'_>]) -> Vec<Range<usize>> {
    let ends = marks.iter().flat_map(|mark| [mark.range.start, mark.range.end]);
    let mut cuts: Vec<usize> =
        ends.filter(|cut| range.contains(cut)).chain([range.start, range.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.iter().zip(cuts.iter().skip(1)).map(|(from, to)| *from..*to).collect()
}

fn class(part: &Range<usize>, marks: &[&Mark<'_>]) -> Option<&'static str> {
    let covers = |mark: &&&Mark<'_>| mark.range.start <= part.start && part.end <= mark.range.end;
    let covering = marks.iter().filter(covers);
    covering.max_by_key(|mark| mark.place.primary).map(|mark| kind(mark))
}

fn kind(mark: &Mark<'_>) -> &'static str {
    if mark.place.primary { "primary" } else { "beside" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_whatever_ends_them() {
        assert_eq!(lines("a\r\n\nbc"), [0..1, 3..3, 4..6]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn a_line_is_cut_where_marks_begin_and_end() {
        let place = |start, end, primary| Place {
            at: rolecall_model::document::At::new(DocumentId(0), Span::new(start, end)),
            label: String::new(),
            primary,
            expected: None,
            actual: None,
        };
        let (wide, narrow) = (place(2, 8, false), place(4, 6, true));
        let text = "0123456789";
        let marks = [Mark::new(text, &wide).unwrap(), Mark::new(text, &narrow).unwrap()];
        let marks: Vec<&Mark<'_>> = marks.iter().collect();
        let drawn: Vec<_> =
            parts(&(0..10), &marks).into_iter().map(|part| (part.clone(), class(&part, &marks))).collect();
        let wanted = [
            (0..2, None),
            (2..4, Some("beside")),
            (4..6, Some("primary")),
            (6..8, Some("beside")),
            (8..10, None),
        ];
        assert_eq!(drawn, wanted);
    }
}
