//! A simulation for people: the decision first, then layer by layer what led to it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::account::{Account, ConditionAccount, Layer, StatementAccount};
use crate::output::plain;

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Values of one condition that are shown.
const VALUES: usize = 6;

/// Prints to standard output; colours only on a terminal, `NO_COLOR` respected.
pub fn print(account: &Account<'_>) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let (style, word) = match account.decision {
        "allowed" => (GREEN, "ALLOWED"),
        "explicitDeny" => (RED, "DENIED explicitly"),
        "implicitDeny" => (RED, "DENIED implicitly"),
        _ => (YELLOW, "NOT DECIDED"),
    };
    writeln!(out, "{style}{word}{style:#}  {}\n", account.reason)?;
    writeln!(out, "  principal  {}", plain(account.principal))?;
    writeln!(out, "  action     {}", plain(account.action))?;
    writeln!(out, "  resource   {}", plain(account.resource))?;
    for one in &account.layers {
        layer(&mut out, one)?;
    }
    out.flush()
}

fn layer(out: &mut impl Write, layer: &Layer<'_>) -> io::Result<()> {
    let (style, said) = match layer.outcome {
        "allow" => (GREEN, "allows"),
        "deny" => (RED, "denies"),
        "noMatch" if layer.must_allow => (RED, "does not allow"),
        "noMatch" => (DIM, "does not allow, and need not"),
        _ => (YELLOW, "cannot be told"),
    };
    let level = if layer.level > 0 { format!(", level {}", layer.level) } else { String::new() };
    writeln!(out, "\n{}{level}: {style}{said}{style:#}", layer.layer)?;
    for one in &layer.statements {
        statement(out, one)?;
    }
    if layer.statements.is_empty() {
        writeln!(out, "  it has no statement")?;
    }
    Ok(())
}

fn statement(out: &mut impl Write, statement: &StatementAccount<'_>) -> io::Result<()> {
    let sid = statement.sid.map(|sid| format!(" `{}`", plain(sid))).unwrap_or_default();
    let applies = match statement.applies {
        "yes" => "applies",
        "no" => "does not apply",
        _ => "cannot be told",
    };
    let StatementAccount { line, column, effect, .. } = statement;
    writeln!(out, "  {}:{line}:{column}  {effect}{sid} {applies}", plain(statement.document))?;
    for (what, fits) in
        [("principal", statement.principal), ("action", statement.action), ("resource", statement.resource)]
    {
        if fits != "yes" {
            writeln!(out, "    {} {what}", mark(fits))?;
        }
    }
    // Where the statement is about something else, its conditions tell nothing.
    let concerns =
        [statement.principal, statement.action, statement.resource].iter().all(|fits| *fits != "no");
    for one in statement.conditions.iter().filter(|_| concerns) {
        condition(out, one)?;
    }
    Ok(())
}

fn condition(out: &mut impl Write, condition: &ConditionAccount<'_>) -> io::Result<()> {
    let ConditionAccount { operator, key, line, .. } = condition;
    writeln!(
        out,
        "    {} {} {}  {DIM}line {line}{DIM:#}",
        mark(condition.holds),
        plain(operator),
        plain(key)
    )?;
    if condition.holds != "yes" {
        writeln!(out, "             wanted  {}", values(condition.wanted.iter().copied()))?;
        let found = match condition.presence {
            "absent" => "nothing: the request does not have the key".into(),
            "unknown" => format!("unknown: give --context {}=VALUE", plain(key)),
            _ => values(condition.actual.iter().map(String::as_str)),
        };
        writeln!(out, "             found   {found}")?;
    }
    match condition.note.filter(|_| condition.presence != "absent") {
        Some(note) => writeln!(out, "             note    {note}"),
        None => Ok(()),
    }
}

fn mark(fits: &str) -> String {
    let style = match fits {
        "yes" => GREEN,
        "no" => RED,
        _ => YELLOW,
    };
    format!("{style}{fits:7}{style:#}")
}

fn values<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let all: Vec<&str> = values.collect();
    let mut shown: Vec<String> = all.iter().take(VALUES).map(|value| format!("`{}`", plain(value))).collect();
    if all.len() > VALUES {
        shown.push(format!("{} more", all.len() - VALUES));
    }
    shown.join(", ")
}
