//! Markdown for tickets and job summaries: GitHub's dialect, legible too where nothing renders it.
//!
//! Evidence may come from a stranger, and whoever reads a ticket trusts it: every text is escaped for the place where it
//! stands (CommonMark 0.31 §2.4, §4.5, §6.1; GitHub Flavored Markdown §4.10).

use std::fmt::Write;

use rolecall_doctor::chain::State;
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::finding::{Certainty, Finding};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::Report;

use super::inline::{Piece, one_line, pieces};
use super::{certainty_name, excerpt, plain, safety_name, severity_name};

/// Columns of the excerpts: a ticket scrolls sideways in its code blocks, but nobody likes to.
const WIDTH: usize = 110;

/// The report as markdown with a line end.
pub fn report(report: &Report<'_>) -> String {
    let mut out = String::new();
    let word = match report.conclusion {
        Conclusion::Admitted => "✅ Admitted",
        Conclusion::Refused => "❌ Refused",
        Conclusion::Undetermined => "❔ Not decided",
        Conclusion::Disagreement => "⚠️ Disagreement",
    };
    block(&mut out, &format!("## {word}: {}", inline(&report.summary)));
    chain(&mut out, report);
    let mut findings = report.findings.iter();
    if let Some(first) = findings.next() {
        finding(&mut out, report, first);
    }
    others(&mut out, findings.as_slice());
    implied(&mut out, report);
    not_read(&mut out, report);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn chain(out: &mut String, report: &Report<'_>) {
    let unread = |state| matches!(state, State::Unknown | State::Unreached);
    if report.chain.iter().all(|link| unread(link.state)) {
        return block(out, "No link of the chain was read.");
    }
    let mut table = String::from("| link | state | what was read |\n| --- | --- | --- |\n");
    for link in &report.chain {
        let (state, summary) = match link.state {
            State::Ok => ("✅ ok", cell(&link.summary)),
            State::Broken => ("❌ **broken**", cell(&link.summary)),
            State::Unknown => ("❔ not read", String::new()),
            State::Unreached => ("– not reached", String::new()),
        };
        let _ = writeln!(table, "| {} | {state} | {summary} |", link.link.name());
    }
    block(out, &table);
}

fn finding(out: &mut String, report: &Report<'_>, finding: &Finding) {
    block(out, &format!("### {}: {}", severity_name(finding.severity), inline(&finding.title)));
    let sure = match finding.certainty {
        Certainty::Certain => String::new(),
        other => format!(" ({})", certainty_name(other)),
    };
    block(out, &format!("Cause: `{}`{sure}", finding.cause));
    // Its first line is the title again.
    if let Some((_, excerpt)) = excerpt::render(report, finding, WIDTH, false).split_once('\n') {
        block(out, &fenced("text", excerpt));
    }
    for place in &finding.places {
        if let (Some(expected), Some(actual)) = (&place.expected, &place.actual) {
            block(out, &fenced("text", &format!("wanted  {}\nfound   {}", plain(expected), plain(actual))));
        }
    }
    block(out, &inline(&finding.explanation));
    let notes: Vec<String> = finding.notes.iter().map(|note| format!("- {}", inline(note))).collect();
    block(out, &notes.join("\n"));
    for (number, one) in finding.fixes.iter().enumerate() {
        let label = if finding.fixes.len() == 1 { "Fix".to_owned() } else { format!("Fix {}", number + 1) };
        fix(out, report, one, &label);
    }
}

fn fix(out: &mut String, report: &Report<'_>, fix: &Fix, label: &str) {
    block(out, &format!("#### {label} ({}): {}", safety_name(fix.safety), inline(&fix.title)));
    let mut told: Vec<String> = Vec::new();
    told.extend(fix.proof.as_ref().map(|proof| format!("- Proof: {}", inline(&proof.sentence))));
    told.extend(fix.reach.as_ref().map(|reach| format!("- Reach: {}", inline(&reach.sentence()))));
    told.extend(fix.obstacles.iter().map(|why| format!("- AWS would refuse it: {}", inline(why))));
    block(out, &told.join("\n"));
    let notations = [
        (Notation::Diff, "diff", "Diff"),
        (Notation::Shell, "sh", "Commands"),
        (Notation::Terraform, "hcl", "Terraform"),
        (Notation::CloudFormation, "yaml", "CloudFormation"),
    ];
    for (notation, language, title) in notations {
        let Some(text) = report.render(fix, notation) else { continue };
        match notation {
            Notation::Diff => block(out, &fenced(language, &plain(&text))),
            _ => folded(out, title, &fenced(language, &plain(&text))),
        }
    }
}

fn others(out: &mut String, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    block(out, "### Also found");
    let line = |finding: &Finding| {
        let (severity, sure) = (severity_name(finding.severity), certainty_name(finding.certainty));
        format!("- {severity}, {sure}: `{}`: {}", finding.cause, inline(&finding.title))
    };
    block(out, &findings.iter().map(line).collect::<Vec<_>>().join("\n"));
}

fn implied(out: &mut String, report: &Report<'_>) {
    for implied in &report.implied {
        let Some(document) = report.documents.get(implied.at.document) else { continue };
        let line = document.position(implied.at.span.start).line;
        block(out, &format!("### What {} says in line {line}", inline(&document.name)));
        block(out, &inline(&implied.meaning));
        let open: Vec<String> = implied.open.iter().map(|cause| format!("`{cause}`")).collect();
        if !open.is_empty() {
            folded(out, &format!("{} causes lead to it", open.len()), &open.join(", "));
        }
    }
}

fn not_read(out: &mut String, report: &Report<'_>) {
    if !report.missing.is_empty() {
        block(out, "### Not read, and it would help");
    }
    for missing in &report.missing {
        block(out, &format!("- {} ({})", inline(missing.fact), inline(&missing.why)));
        let command = fenced("sh", &plain(&missing.command));
        block(out, &command.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"));
    }
    let skipped =
        report.skipped.iter().map(|one| format!("- skipped {}: {}", inline(&one.name), inline(&one.why)));
    let unknown = report.unknown_files.iter().map(|name| format!("- not known, not read: {}", inline(name)));
    block(out, &skipped.chain(unknown).collect::<Vec<_>>().join("\n"));
}

/// A block with the blank line that ends it.
fn block(out: &mut String, text: &str) {
    let text = text.trim_end();
    if !text.is_empty() {
        out.push_str(text);
        out.push_str("\n\n");
    }
}

/// A part that opens on a click. Between the tags of `<summary>` stands HTML: `title` must be ours.
fn folded(out: &mut String, title: &str, body: &str) {
    block(out, &format!("<details><summary>{title}</summary>"));
    block(out, body);
    block(out, "</details>");
}

/// A code block whose fence is longer than any run of backticks in it.
fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", code.trim_end_matches('\n'))
}

/// A sentence inside of a cell of a table, where a bar ends the cell even in code.
fn cell(sentence: &str) -> String {
    escaped(sentence, |code| code.replace('|', "\\|"))
}

/// A sentence on one line, quoted values as code.
fn inline(sentence: &str) -> String {
    escaped(sentence, str::to_owned)
}

fn escaped(sentence: &str, code_of: impl Fn(&str) -> String) -> String {
    let line = one_line(sentence);
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Prose(text) => prose(text),
        // No backtick is left in it, so one on each side suffices; blanks alone would not be code.
        Piece::Code(code) if code.trim().is_empty() => String::new(),
        Piece::Code(code) => format!("`{}`", code_of(code)),
    };
    pieces(&line).iter().map(piece).collect()
}

/// Prose with nothing in it that markdown, HTML or GitHub's mentions would make something of.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '|' | '$' => out.extend(['\\', c]),
            // `https://` and `www.` would become links.
            ':' if text.get(at..).is_some_and(|rest| rest.starts_with("://")) => out.push_str(":\\"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("\\."),
            '@' if !before.is_alphanumeric() => out.push_str("@&#8203;"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_sentence_becomes_markup() {
        let table = [
            ("`a` wants *b*", r"`a` wants \*b\*"),
            ("`</details><script>`", "`</details><script>`"),
            ("</details><script>", "&lt;/details&gt;&lt;script&gt;"),
            ("`a`b` [x](javascript:1)", r"`a`b\` \[x\](javascript:1)"),
            ("one\nline | more", r"one line \| more"),
            (
                "@octocat at https://x.example www.x.example",
                r"@&#8203;octocat at https:\//x.example www\.x.example",
            ),
            ("a@b.example", "a@b.example"),
            ("\u{1b}[2J \u{202e}", r"\\u{1b}\[2J \\u{202e}"),
        ];
        for (sentence, wanted) in table {
            assert_eq!(inline(sentence), wanted, "{sentence}");
        }
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(cell("`a|b` | c"), r"`a\|b` \| c");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(fenced("sh", "a"), "```sh\na\n```");
        assert_eq!(fenced("sh", "```\n````\n"), "`````sh\n```\n````\n`````");
    }
}
