//! `rolecall trail timeline`: what happened to a role, and which change turned success into refusal.

use std::io::{self, Write};

use clap::Args;
use rolecall_trail::attempts::Attempt;
use rolecall_trail::changes::Change;
use rolecall_trail::timeline::{Entry, Timeline, Turn, timeline};
use serde_json::{Value, json};

use super::{Format, Source, outcome, print_json, report_skipped, skipped_json};
use crate::commands::Done;
use crate::exit::Exit;
use crate::output::plain;

/// Tell what happened to a role: attempts, changes of the role and of the providers by which it was tried, and when success
/// turned into refusal.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall trail timeline payments-api\n  rolecall trail timeline arn:aws:iam::111122223333:role/payments-api --from ./AWSLogs --format json"
)]
pub struct Arguments {
    /// The role, by name or ARN.
    role: String,
    #[command(flatten)]
    source: Source,
    /// For people, or as `rolecall.timeline/v1`.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let wanted = |record: &_| Change::of(record).is_some() || Attempt::of(record).is_some();
    let scan = arguments.source.scan(wanted)?;
    let found = timeline(&scan.records, &arguments.role);
    match arguments.format {
        Format::Json => print_json(&json!({
            "schema": "rolecall.timeline/v1",
            "role": arguments.role,
            "entries": found.entries.iter().map(entry_json).collect::<Vec<_>>(),
            "turns": found.turns.iter().map(turn_json).collect::<Vec<_>>(),
            "skipped": skipped_json(&scan),
        }))?,
        Format::Human => {
            human(&arguments.role, &found)?;
            report_skipped(&scan)?;
        }
    }
    Ok(if found.turns.last().is_some_and(Turn::is_loss) { Exit::Found } else { Exit::Fine })
}

fn human(role: &str, found: &Timeline) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if found.entries.is_empty() {
        return writeln!(out, "no record concerns the role {}", plain(role));
    }
    for entry in &found.entries {
        match entry {
            Entry::Attempts(run) => {
                let last = run.last.record.event_time;
                let count =
                    if run.count == 1 { String::new() } else { format!(" ×{} until {last}", run.count) };
                writeln!(out, "{}  {}{count}  {}", run.first, outcome(&run.last), plain(&run.last.who))?;
            }
            Entry::Change(change) => {
                writeln!(out, "{}  changed  {}, by {}", change.time, plain(&change.what), plain(&change.by))?;
            }
        }
    }
    for turn in &found.turns {
        writeln!(out, "\n{}", plain(&sentence(turn)))?;
    }
    Ok(())
}

/// What turned, in a sentence.
fn sentence(turn: &Turn) -> String {
    let (who, after) = (&turn.after.who, turn.after.record.event_time);
    let verb = if turn.is_loss() { "worked" } else { "was refused" };
    let other = if turn.is_loss() { "refused" } else { "granted" };
    match turn.change() {
        Some(change) => {
            let further = match turn.changes.len() {
                1 => String::new(),
                count => format!("; {} further changes lie between", count - 1),
            };
            format!(
                "{who}: {verb} until {}, when {} by {} ({}, event {}); first {other} at {after}{further}",
                change.time, change.what, change.by, change.name, change.event_id
            )
        }
        None => format!(
            "{who}: {verb} until {} and was {other} from {after} on; no record tells of a change between",
            turn.before.record.event_time
        ),
    }
}

fn entry_json(entry: &Entry) -> Value {
    match entry {
        Entry::Attempts(run) => json!({
            "kind": "attempts",
            "who": run.last.who,
            "outcome": if run.last.is_granted() { "granted" } else { "refused" },
            "errorCode": run.last.code,
            "first": run.first.to_string(),
            "last": run.last.record.event_time.to_string(),
            "count": run.count,
            "lastEventId": run.last.record.event_id,
        }),
        Entry::Change(change) => {
            let mut value = change_json(change);
            if let Some(members) = value.as_object_mut() {
                members.insert("kind".to_owned(), json!("change"));
            }
            value
        }
    }
}

fn change_json(change: &Change) -> Value {
    json!({
        "time": change.time.to_string(),
        "operation": change.name,
        "what": change.what,
        "by": change.by,
        "eventId": change.event_id,
        "trustPolicy": change.trust,
    })
}

fn turn_json(turn: &Turn) -> Value {
    json!({
        "who": turn.after.who,
        "from": if turn.is_loss() { "granted" } else { "refused" },
        "to": if turn.is_loss() { "refused" } else { "granted" },
        "before": turn.before.record.event_time.to_string(),
        "after": turn.after.record.event_time.to_string(),
        "changes": turn.changes.iter().map(change_json).collect::<Vec<_>>(),
        "sentence": sentence(turn),
    })
}
