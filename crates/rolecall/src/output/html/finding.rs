//! One finding in full: what is wrong, the two values side by side, the evidence, the fixes.

use maud::{Markup, html};
use rolecall_doctor::compare::first_difference;
use rolecall_doctor::finding::Finding;
use rolecall_doctor::report::Report;

use super::code::Ids;
use super::{badge, evidence, fix, plain, words};

/// The finding with everything that belongs to it.
pub fn finding(report: &Report<'_>, finding: &Finding, ids: &mut Ids) -> Markup {
    let count = finding.fixes.len();
    html! {
        section .finding aria-labelledby="cause" {
            p .cause { (badge(finding)) " " code { (finding.cause) } }
            h2 #cause { (words(&finding.title)) }
            @if !finding.explanation.is_empty() { p .because { (words(&finding.explanation)) } }
            @for place in &finding.places {
                @if let (Some(expected), Some(actual)) = (&place.expected, &place.actual) {
                    (side_by_side(expected, actual))
                }
            }
            @if !finding.notes.is_empty() { ul .notes { @for note in &finding.notes { li { (words(note)) } } } }
        }
        (evidence::evidence(report, finding))
        @if count > 0 {
            section aria-labelledby="fixes" {
                h2 #fixes { @if count == 1 { "What mends it" } @else { "What mends it, the narrowest first" } }
                @for (at, one) in finding.fixes.iter().enumerate() { (fix::fix(report, one, at, count, ids)) }
            }
        }
    }
}

fn side_by_side(expected: &str, actual: &str) -> Markup {
    let difference = first_difference(expected, actual);
    html! {
        dl .compare {
            dt { "wanted" } dd { (marked(expected, first_difference(actual, expected).map(|one| one.start..one.end))) }
            dt { "found" } dd { (marked(actual, difference.map(|one| one.start..one.end))) }
        }
        @if let Some(difference) = difference {
            p .compare-note {
                "First difference: segment " (difference.segment)
                @if difference.case_only { ", letter case alone" } "."
            }
        }
    }
}

/// A value with the part that differs marked.
fn marked(text: &str, part: Option<std::ops::Range<usize>>) -> Markup {
    let parts =
        part.and_then(|part| Some((text.get(..part.start)?, text.get(part.clone())?, text.get(part.end..)?)));
    html! {
        @match parts {
            Some((before, part, after)) if !part.is_empty() => {
                code { (plain(before)) mark .primary { (plain(part)) } (plain(after)) }
            },
            _ => code { (plain(text)) },
        }
    }
}
