//! One HTML page that holds everything and loads nothing: the answer, the chain as a picture, the marked bytes, the fixes.
//!
//! Evidence may come from a stranger: every text is escaped by the template, and the page's own policy lets no script,
//! style or request but its own through (Content Security Policy Level 3, by hash).

mod chain;
mod code;
mod evidence;
mod finding;
mod fix;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::finding::Finding;
use rolecall_doctor::report::Report;

use self::code::Ids;
use super::inline::{Piece, one_line, pieces};
use super::{certainty_name, plain, severity_name};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The report as a page.
pub fn report(report: &Report<'_>) -> String {
    let mut ids = Ids::default();
    let word = conclusion(report.conclusion).1;
    let cause = report.findings.first().map_or(String::new(), |finding| format!(": {}", finding.cause));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { "rolecall: " (word.to_lowercase()) (cause) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (answer(report))
                main {
                    (chain::chain(report))
                    @if let Some(first) = report.findings.first() { (finding::finding(report, first, &mut ids)) }
                    (others(report.findings.get(1..).unwrap_or_default()))
                    (implied(report))
                    (missing(report, &mut ids))
                    (skipped(report))
                }
                footer {
                    p { "rolecall " (env!("CARGO_PKG_VERSION")) ". Made from the evidence alone; this page loads nothing and sends nothing." }
                }
                p #said .unseen role="status" aria-live="polite" {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// What the browser may do with this page: run this script, apply this style, nothing else.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn conclusion(conclusion: Conclusion) -> (&'static str, &'static str) {
    match conclusion {
        Conclusion::Admitted => ("ok", "Admitted"),
        Conclusion::Refused => ("broken", "Refused"),
        Conclusion::Undetermined => ("unknown", "Not decided"),
        Conclusion::Disagreement => ("unknown", "Disagreement"),
    }
}

fn answer(report: &Report<'_>) -> Markup {
    let (class, word) = conclusion(report.conclusion);
    html! {
        header class=(class) {
            p .brand { "rolecall" }
            h1 { span .verdict { (chain::mark(class)) (word) } " " span .summary { (words(&report.summary)) } }
        }
    }
}

fn others(findings: &[Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            section aria-labelledby="others" {
                h2 #others { "Also found" }
                @for finding in findings {
                    details .other {
                        summary { (badge(finding)) " " (words(&finding.title)) }
                        p .cause { code { (finding.cause) } }
                        @if !finding.explanation.is_empty() { p { (words(&finding.explanation)) } }
                        @if !finding.notes.is_empty() { ul { @for note in &finding.notes { li { (words(note)) } } } }
                        @if !finding.fixes.is_empty() {
                            p { "What mends it: " @for (at, fix) in finding.fixes.iter().enumerate() {
                                @if at > 0 { "; " } (words(&fix.title))
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn implied(report: &Report<'_>) -> Markup {
    html! {
        @for (at, implied) in report.implied.iter().enumerate() {
            @if let Some(document) = report.documents.get(implied.at.document) {
                section aria-labelledby={ "implied-" (at) } {
                    h2 id={ "implied-" (at) } {
                        "What " code { (plain(&document.name)) } " says in line " (document.position(implied.at.span.start).line)
                    }
                    p { (words(&implied.meaning)) }
                    @if !implied.open.is_empty() {
                        details {
                            summary { (implied.open.len()) " causes lead to it" }
                            ul .causes { @for cause in &implied.open { li { code { (cause) } } } }
                        }
                    }
                }
            }
        }
    }
}

fn missing(report: &Report<'_>, ids: &mut Ids) -> Markup {
    html! {
        @if !report.missing.is_empty() {
            section aria-labelledby="missing" {
                h2 #missing { "Not read, and it would help" }
                @for missing in &report.missing {
                    div .missing {
                        p { strong { (missing.fact) } " " span .why { "(" (words(&missing.why)) ")" } }
                        (code::block(ids, "command", &missing.command))
                    }
                }
            }
        }
    }
}

fn skipped(report: &Report<'_>) -> Markup {
    html! {
        @if !report.skipped.is_empty() || !report.unknown_files.is_empty() {
            section aria-labelledby="skipped" {
                h2 #skipped { "Files that were not read" }
                ul {
                    @for skipped in report.skipped { li { code { (plain(&skipped.name)) } ": " (words(&skipped.why)) } }
                    @for name in report.unknown_files { li { code { (plain(name)) } ": a name that rolecall does not know" } }
                }
            }
        }
    }
}

/// Severity and certainty of a finding, in words.
fn badge(finding: &Finding) -> Markup {
    let severity = severity_name(finding.severity);
    html! { span class={ "badge " (severity) } { (severity) ", " (certainty_name(finding.certainty)) } }
}

/// A sentence with its quoted values as code.
fn words(sentence: &str) -> Markup {
    let line = one_line(sentence);
    html! {
        @for piece in pieces(&line) {
            @match piece {
                Piece::Prose(text) => (text),
                Piece::Code(text) => code { (text) },
            }
        }
    }
}
