//! The report for people: the answer first, then the chain, one finding in full, the rest in a line each.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use rolecall_doctor::chain::State;
use rolecall_doctor::compare::first_difference;
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::finding::{Certainty, Finding, Severity};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::Report;
use rolecall_model::document::{Document, DocumentId};

use super::{certainty_name, plain, safety_name, severity_name};
use crate::commands::Failure;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Causes that are named at most where a message leaves many open.
const CAUSES: usize = 30;

/// Causes of one link that are named one by one; more of them are counted.
const SPELLED_OUT: usize = 3;

/// Lines of a document longer than this are cut around the caret.
const LINE_WINDOW: usize = 160;

/// Prints the report to standard output; colours only on a terminal, `NO_COLOR` respected.
pub fn report(report: &Report<'_>) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let width = width();
    headline(&mut out, report)?;
    chain(&mut out, report, width)?;
    let mut shown = report.findings.iter();
    if let Some(first) = shown.next() {
        writeln!(out)?;
        finding(&mut out, report, first, width)?;
    }
    others(&mut out, shown.as_slice())?;
    implied(&mut out, report, width)?;
    not_read(&mut out, report)?;
    out.flush()
}

/// Prints why rolecall itself failed, to standard error.
pub fn failure(failure: &Failure) {
    let mut err = anstream::stderr().lock();
    // It may repeat what the user wrote, and people paste tokens.
    let said = |text: &str| plain(&rolecall_collect::redact(text));
    let mut line = format!("{RED}error{RED:#}: {}", said(&failure.to_string()));
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(failure);
    while let Some(inner) = cause {
        line.push_str(": ");
        line.push_str(&said(&inner.to_string()));
        cause = inner.source();
    }
    if let Some(remedy) = failure.remedy() {
        line.push_str(&format!("\n  {BOLD}try{BOLD:#}: {}", said(remedy)));
    }
    // When even standard error is gone there is nobody left to tell.
    let _ = writeln!(err, "{line}");
}

fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    asked.filter(|columns| *columns >= 40).unwrap_or(100).min(140)
}

fn headline(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let (style, word) = match report.conclusion {
        Conclusion::Admitted => (GREEN, "ADMITTED"),
        Conclusion::Refused => (RED, "REFUSED"),
        Conclusion::Undetermined => (YELLOW, "NOT DECIDED"),
        Conclusion::Disagreement => (YELLOW, "DISAGREEMENT"),
    };
    writeln!(out, "{style}{word}{style:#}  {}\n", plain(&report.summary))
}

fn chain(out: &mut impl Write, report: &Report<'_>, width: usize) -> io::Result<()> {
    let unread = |state| matches!(state, State::Unknown | State::Unreached);
    if report.chain.iter().all(|link| unread(link.state)) {
        return writeln!(out, "  no link of the chain was read");
    }
    for link in &report.chain {
        let (style, mark) = match link.state {
            State::Ok => (GREEN, "ok"),
            State::Broken => (RED, "broken"),
            State::Unknown => (YELLOW, "not read"),
            State::Unreached => (DIM, "-"),
        };
        let summary = match link.state {
            State::Unknown | State::Unreached => Cow::Borrowed(""),
            _ => cut(&plain(&link.summary).replace('\n', " "), width.saturating_sub(28)).into(),
        };
        let name = link.link.name();
        match summary.as_ref() {
            "" => writeln!(out, "  {name:14}  {style}{mark}{style:#}")?,
            _ => writeln!(out, "  {name:14}  {style}{mark:8}{style:#}  {summary}")?,
        }
    }
    Ok(())
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn finding(out: &mut impl Write, report: &Report<'_>, finding: &Finding, width: usize) -> io::Result<()> {
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
        if let Some(excerpt) = excerpt(report, finding, document) {
            group = group.element(excerpt);
        }
    }
    let renderer = if colours() { Renderer::styled() } else { Renderer::plain() };
    writeln!(out, "{}", renderer.term_width(width).render(&[group]))?;
    for place in &finding.places {
        if let (Some(expected), Some(actual)) = (&place.expected, &place.actual) {
            side_by_side(out, &plain(expected), &plain(actual))?;
        }
    }
    if !finding.explanation.is_empty() {
        writeln!(out, "\n{}", wrap(&plain(&finding.explanation), width, ""))?;
    }
    for note in &finding.notes {
        writeln!(out, "  {}", wrap(&format!("- {}", plain(note)), width.saturating_sub(2), "    "))?;
    }
    for (number, fix) in finding.fixes.iter().enumerate() {
        let label = if finding.fixes.len() == 1 { "fix".to_owned() } else { format!("fix {}", number + 1) };
        self::fix(out, report, fix, &label, width)?;
        // The commands of wider fixes would bury the narrow one.
        for command in fix.commands.iter().filter(|_| number == 0 || fix.edits.is_empty()) {
            writeln!(out, "  {BOLD}${BOLD:#} {}", plain(command).replace('\n', "\n  "))?;
        }
    }
    if finding.fixes.iter().skip(1).any(|fix| !fix.edits.is_empty()) {
        writeln!(
            out,
            "\n{DIM}commands of the other fixes, Terraform and CloudFormation: --format json{DIM:#}"
        )?;
    }
    writeln!(out, "\n{DIM}more: rolecall explain {}{DIM:#}", finding.cause)
}

fn fix(out: &mut impl Write, report: &Report<'_>, fix: &Fix, label: &str, width: usize) -> io::Result<()> {
    let title = wrap(&plain(&fix.title), width.saturating_sub(4), "    ");
    writeln!(out, "\n{GREEN}{label}{GREEN:#} ({}): {title}", safety_name(fix.safety))?;
    if let Some(diff) = report.render(fix, Notation::Diff) {
        for line in diff.lines() {
            let style = match line.as_bytes() {
                [b'+', ..] => GREEN,
                [b'-', ..] => RED,
                _ => DIM,
            };
            writeln!(out, "  {style}{}{style:#}", plain(line))?;
        }
    }
    let told = |label: &str, text: &str| {
        format!("  {label}  {}", wrap(&plain(text), width.saturating_sub(9), "         "))
    };
    if let Some(proof) = &fix.proof {
        writeln!(out, "{}", told("proof", &proof.sentence))?;
    }
    if let Some(reach) = &fix.reach {
        writeln!(out, "{}", told("reach", &reach.sentence()))?;
    }
    for obstacle in &fix.obstacles {
        writeln!(out, "{}", told("AWS would refuse it:", obstacle))?;
    }
    Ok(())
}

fn colours() -> bool {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no_colour && (io::stdout().is_terminal() || std::env::var_os("CLICOLOR_FORCE").is_some())
}

fn documents_of(finding: &Finding) -> Vec<DocumentId> {
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
) -> Option<Snippet<'r, annotate_snippets::Annotation<'r>>> {
    let document = report.documents.get(id).filter(|document| document.showable)?;
    let places: Vec<_> = finding.places.iter().filter(|place| place.at.document == id).collect();
    let first = places.iter().find(|place| place.primary).or(places.first())?;
    let long = line_around(document, first.at.span.start as usize).len() > LINE_WINDOW;
    if long {
        let (text, start, line) = window(document, first.at.span.range());
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

/// Escape sequences in evidence must not reach the terminal, and carets must stay where they are: every control
/// character becomes one blank byte.
fn safe_source(text: &str) -> Cow<'_, str> {
    let control = |c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r';
    if text.contains(control) {
        Cow::Owned(text.chars().map(|c| if control(c) && c.len_utf8() == 1 { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
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

/// A part of a long line around `range`, where the range begins in it, and the line's number.
fn window(document: &Document, range: std::ops::Range<usize>) -> (String, usize, usize) {
    let text = document.text.as_str();
    let line = line_around(document, range.start);
    let line_start =
        text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let inside = range.start.saturating_sub(line_start);
    let from = floor(line, inside.saturating_sub(40));
    let to = floor(line, (inside + range.len().min(100) + 20).min(line.len()));
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

fn side_by_side(out: &mut impl Write, expected: &str, actual: &str) -> io::Result<()> {
    writeln!(out, "\n  wanted  {expected}\n  found   {actual}")?;
    let Some(difference) = first_difference(expected, actual) else { return Ok(()) };
    let before = actual.get(..difference.start).unwrap_or_default().chars().count();
    let length = actual.get(difference.start..difference.end).unwrap_or_default().chars().count().max(1);
    let why = if difference.case_only { ", letter case alone" } else { "" };
    let segment = difference.segment;
    writeln!(
        out,
        "          {}{RED}{}{RED:#} first difference, segment {segment}{why}",
        " ".repeat(before),
        "~".repeat(length)
    )
}

fn others(out: &mut impl Write, findings: &[Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nalso:")?;
    for finding in findings {
        let severity = severity_name(finding.severity);
        let sure =
            if finding.certainty == Certainty::Certain { "" } else { certainty_name(finding.certainty) };
        writeln!(
            out,
            "  {severity}[{}] {}{}",
            finding.cause,
            plain(&finding.title),
            if sure.is_empty() { String::new() } else { format!(" ({sure})") }
        )?;
    }
    Ok(())
}

fn implied(out: &mut impl Write, report: &Report<'_>, width: usize) -> io::Result<()> {
    for implied in &report.implied {
        let Some(document) = report.documents.get(implied.at.document) else { continue };
        let line = document.position(implied.at.span.start).line;
        writeln!(out, "\n{BOLD}what {}:{line} says{BOLD:#}", plain(&document.name))?;
        writeln!(out, "  {}", wrap(&plain(&implied.meaning), width.saturating_sub(2), "  "))?;
        let answered = report.findings.iter().any(|finding| finding.severity == Severity::Error);
        if !implied.open.is_empty() && !(answered && implied.open.len() > CAUSES) {
            writeln!(
                out,
                "  left open: {}",
                wrap(&few(&implied.open), width.saturating_sub(13), "             ")
            )?;
        }
    }
    Ok(())
}

/// A message that almost anything leads to is no help when spelled out.
fn few(causes: &[&str]) -> String {
    if causes.len() > CAUSES {
        return format!("nearly everything, {} causes: more evidence is needed", causes.len());
    }
    let mut links: Vec<(&str, Vec<&str>)> = Vec::new();
    for cause in causes {
        let link = cause.split('.').next().unwrap_or(cause);
        match links.iter_mut().find(|(known, _)| *known == link) {
            Some((_, of_link)) => of_link.push(cause),
            None => links.push((link, vec![cause])),
        }
    }
    // The link with the most causes says the most in the fewest words.
    links.sort_by_key(|(_, of_link)| std::cmp::Reverse(of_link.len()));
    let told = |(link, of_link): (&str, Vec<&str>)| {
        if of_link.len() > SPELLED_OUT {
            format!("{link}.* ({} causes)", of_link.len())
        } else {
            of_link.join(", ")
        }
    };
    links.into_iter().map(told).collect::<Vec<_>>().join(", ")
}

fn not_read(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    if !report.missing.is_empty() {
        writeln!(out, "\nnot read, and it would help:")?;
        for missing in &report.missing {
            writeln!(out, "  {} ({})\n    {}", missing.fact, plain(&missing.why), plain(&missing.command))?;
        }
    }
    for skipped in report.skipped {
        writeln!(out, "\n{YELLOW}skipped{YELLOW:#} {}: {}", plain(&skipped.name), plain(&skipped.why))?;
    }
    if !report.unknown_files.is_empty() {
        let names: Vec<_> = report.unknown_files.iter().map(|name| plain(name)).collect();
        writeln!(out, "\n{DIM}not known to rolecall, not read: {}{DIM:#}", names.join(", "))?;
    }
    Ok(())
}

/// Breaks a paragraph at blanks; words longer than the width stay whole, so that they can be copied.
fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}
