//! What came of the assertions, for people and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use rolecall_doctor::report::diagnose;
use serde_json::{Value, json};

use super::decide::{Decided, Outcome, Verdict};
use super::roles::Roles;
use crate::commands::diagnose::Fixes;
use crate::output;
use crate::output::plain;

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// A line for each assertion, and the diagnosis of each that fails.
pub fn human(verdicts: &[Verdict], roles: &Roles) -> io::Result<()> {
    for (file, why) in &roles.unread {
        output::human::trouble(file, why, None);
    }
    for verdict in verdicts {
        let (style, word) = match verdict.outcome() {
            Outcome::Passed => (GREEN, "holds"),
            Outcome::Failed => (RED, "fails"),
            Outcome::Undetermined => (YELLOW, "open "),
        };
        {
            let mut out = anstream::stdout().lock();
            let count = verdict.callers.len();
            let asked = if count > 1 { format!(" ({count} callers)") } else { String::new() };
            let (name, role) = (plain(&verdict.name), plain(&verdict.role));
            let file = verdict.file.as_ref().map(|file| format!(" of {}", plain(file))).unwrap_or_default();
            writeln!(out, "{style}{word}{style:#}  {name}: role {role}{file}{asked}")?;
            if let Some(trouble) = &verdict.trouble {
                writeln!(out, "       {}", plain(trouble))?;
            }
        }
        for decided in verdict.callers.iter().filter(|decided| decided.outcome() != Outcome::Passed) {
            caller(decided)?;
        }
    }
    let count = |outcome| verdicts.iter().filter(|verdict| verdict.outcome() == outcome).count();
    let (failed, open) = (count(Outcome::Failed), count(Outcome::Undetermined));
    let mut out = anstream::stdout().lock();
    writeln!(out, "{} hold, {failed} fail, {open} open", verdicts.len() - failed - open)?;
    out.flush()
}

fn caller(decided: &Decided) -> io::Result<()> {
    let (who, subject) = (plain(&decided.caller.who), plain(&decided.caller.subject));
    let named = if who == format!("`{subject}`") { who } else { format!("{who}, `{subject}`,") };
    let said = match (decided.outcome(), decided.must) {
        (Outcome::Failed, true) => "cannot assume it, and must",
        (Outcome::Failed, false) => "can assume it, and must not",
        _ => "may or may not be able to assume it",
    };
    writeln!(anstream::stdout().lock(), "       {named} {said}")?;
    // Whom everything admits there is nothing to diagnose of.
    if decided.must || decided.outcome() == Outcome::Undetermined {
        output::human::report(&diagnose(&decided.evidence), Fixes::Short)?;
        writeln!(anstream::stdout().lock())?;
    }
    Ok(())
}

/// `rolecall.check/v1` (docs/check.md).
pub fn json(verdicts: &[Verdict], roles: &Roles) -> io::Result<()> {
    let any = |outcome| verdicts.iter().any(|verdict| verdict.outcome() == outcome);
    let result = match (any(Outcome::Failed), any(Outcome::Undetermined)) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Undetermined,
        (false, false) => Outcome::Passed,
    };
    let assertions: Vec<Value> = verdicts.iter().map(assertion).collect();
    let unread: Vec<Value> =
        roles.unread.iter().map(|(file, why)| json!({"file": file, "why": why})).collect();
    let whole = json!({
        "schema": "rolecall.check/v1",
        "result": result.name(),
        "assertions": assertions,
        "unread": unread,
    });
    writeln!(io::stdout().lock(), "{whole:#}")
}

fn assertion(verdict: &Verdict) -> Value {
    let callers: Vec<Value> = verdict.callers.iter().map(of_caller).collect();
    json!({
        "name": verdict.name,
        "role": verdict.role,
        "file": verdict.file,
        "result": verdict.outcome().name(),
        "trouble": verdict.trouble,
        "callers": callers,
    })
}

fn of_caller(decided: &Decided) -> Value {
    let report = (decided.outcome() != Outcome::Passed).then(|| {
        let text = output::json::report(&diagnose(&decided.evidence));
        serde_json::from_str::<Value>(&text).unwrap_or(Value::Null)
    });
    json!({
        "issuer": decided.caller.issuer,
        "subject": decided.caller.subject,
        "audience": decided.caller.audience,
        "expected": if decided.must { "admitted" } else { "refused" },
        "conclusion": decided.conclusion.name(),
        "result": decided.outcome().name(),
        "report": report,
    })
}
