//! Formats: each outside format is a type of its own, made from the report.

mod excerpt;
pub mod html;
pub mod human;
mod inline;
pub mod json;
pub mod markdown;
pub mod sarif;

use rolecall_doctor::finding::{Certainty, Safety, Severity};

/// Name of a severity in all formats.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Name of a certainty in all formats.
pub fn certainty_name(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
        Certainty::Possible => "possible",
    }
}

/// Name of a safety in all formats.
pub fn safety_name(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Review => "review",
        Safety::ShowOnly => "show-only",
    }
}

/// The text with control characters and direction marks made visible: evidence may come from a stranger, and a
/// terminal obeys escape sequences.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() || is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Characters without a shape that change how their neighbours are read.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
