//! A verification for people: the answer first, then step by step.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Verification;
use super::steps::{NOT_ASKED, OK, REFUSED, Step};
use crate::output::plain;

const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Writes the verification.
pub(super) fn write(verification: &Verification, out: &mut String) -> fmt::Result {
    headline(verification, out)?;
    for Step { step, outcome, detail, .. } in &verification.steps {
        let (style, word) = match *outcome {
            OK => (GREEN, "ok"),
            REFUSED => (RED, "refused"),
            NOT_ASKED => (DIM, "-"),
            _ => (YELLOW, "not told"),
        };
        writeln!(out, "  {step:9}  {style}{word:8}{style:#}  {}", plain(detail))?;
    }
    if let Some(flaw) = &verification.flaw {
        writeln!(out)?;
        return flaw.write(out);
    }
    writeln!(out, "\n{DIM}judged at {}{DIM:#}", verification.now)
}

fn headline(verification: &Verification, out: &mut String) -> fmt::Result {
    let first = verification.steps.iter().find(|step| step.outcome == REFUSED);
    match (verification.conclusion, first) {
        ("refused", Some(Step { code: Some(code), message: Some(message), .. })) => {
            writeln!(out, "{RED}REFUSED{RED:#}  STS would answer {code}: {}\n", plain(message))
        }
        ("verified", _) => {
            let unasked = verification.steps.iter().any(|step| step.outcome == NOT_ASKED);
            let provided = if unasked { ", where a provider has its issuer and audience" } else { "" };
            writeln!(out, "{GREEN}VERIFIED{GREEN:#}  STS would take this token{provided}\n")
        }
        _ => writeln!(out, "{YELLOW}NOT DECIDED{YELLOW:#}  something that decides could not be had\n"),
    }
}
