//! The report for people: the answer first, then the chain, one finding in full, the rest in a line each.

mod fixes;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use rolecall_doctor::chain::State;
use rolecall_doctor::compare::first_difference;
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::finding::{Certainty, Finding, Severity};
use rolecall_doctor::report::Report;

use super::{certainty_name, excerpt, plain, severity_name};
use crate::commands::Failure;
use crate::commands::diagnose::Fixes;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Causes that are named at most where a message leaves many open.
const CAUSES: usize = 30;

/// Causes of one link that are named one by one; more of them are counted.
const SPELLED_OUT: usize = 3;

/// Prints the report to standard output; colours only on a terminal, `NO_COLOR` respected.
pub fn report(report: &Report<'_>, fixes: Fixes) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let width = width();
    headline(&mut out, report)?;
    chain(&mut out, report, width)?;
    let mut findings = report.findings.iter();
    if let Some(first) = findings.next() {
        writeln!(out)?;
        finding(&mut out, report, first, fixes, width)?;
    }
    others(&mut out, findings.as_slice())?;
    implied(&mut out, report, width)?;
    not_read(&mut out, report)?;
    out.flush()
}

/// Prints what could not be read, to standard error.
pub fn trouble(what: &str, line: &str, remedy: Option<&str>) {
    let mut err = anstream::stderr().lock();
    let said = |text: &str| plain(&rolecall_collect::redact(text));
    let _ = writeln!(err, "{YELLOW}not read{YELLOW:#}: {}: {}", said(what), said(line));
    if let Some(remedy) = remedy {
        let _ = writeln!(err, "  {BOLD}try{BOLD:#}: {}", said(remedy));
    }
}

/// Prints a remark, to standard error.
pub fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{BOLD}note{BOLD:#}: {}", plain(&rolecall_collect::redact(text)));
}

/// Prints why rolecall itself failed, to standard error.
pub fn failure(failure: &Failure) {
    let mut err = anstream::stderr().lock();
    // It may repeat what the user wrote, and people paste tokens.
    let said = |text: &str| plain(&rolecall_collect::redact(text));
    let mut line = format!("{RED}error{RED:#}: {}", said(&failure.to_string()));
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(failure);
    while let Some(inner) = cause {
        // A transparent error says the same as its source, and some say their whole chain themselves.
        let text = said(&inner.to_string());
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
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

fn finding(
    out: &mut impl Write,
    report: &Report<'_>,
    finding: &Finding,
    shown: Fixes,
    width: usize,
) -> io::Result<()> {
    writeln!(out, "{}", excerpt::render(report, finding, width, colours()))?;
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
    fixes::fixes(out, report, finding, shown, width)?;
    writeln!(out, "\n{DIM}more: rolecall explain {}{DIM:#}", finding.cause)
}

fn colours() -> bool {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no_colour && (io::stdout().is_terminal() || std::env::var_os("CLICOLOR_FORCE").is_some())
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
        let vague = answered && implied.open.len() > CAUSES;
        if !implied.open.is_empty() && !vague {
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
