//! `rolecall whoami --trail`: who called with which SDK, and whether that SDK knows web identity.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use rolecall_doctor::sdk::shown;
use rolecall_trail::record::Record;

use crate::commands::trail::{read, report_skipped};
use crate::commands::{Done, Failure};
use crate::exit::Exit;
use crate::output::plain;

/// Callers that are shown; a trail of a large account has thousands.
const SHOWN: usize = 1000;

/// Who called, and the words of the user agent.
type Caller = (String, String);

pub(super) fn run(paths: &[PathBuf]) -> Done {
    let scan = read(paths, |record| !record.user_agent.is_empty())?;
    let mut callers: BTreeMap<Caller, usize> = BTreeMap::new();
    for record in &scan.records {
        *callers.entry(caller(record)).or_default() += 1;
    }
    let too_old = print(&callers)?;
    report_skipped(&scan)?;
    Ok(if too_old { Exit::Found } else { Exit::Fine })
}

fn caller(record: &Record) -> Caller {
    let identity = &record.user_identity;
    let who = identity.arn.as_deref().or(identity.user_name.as_deref()).unwrap_or(&identity.kind);
    let agent = &record.user_agent;
    let product = shown(agent).and_then(|product| agent.get(product.at));
    // What is no SDK of the table is told by its first word.
    let words = product.or_else(|| agent.split_whitespace().next()).unwrap_or("-");
    (who.to_owned(), words.to_owned())
}

/// Prints the callers, those whose SDK is too old first; says whether there is one.
fn print(callers: &BTreeMap<Caller, usize>) -> Result<bool, Failure> {
    let mut lines: Vec<(bool, String)> = callers.iter().map(|(caller, count)| line(caller, *count)).collect();
    lines.sort_by_key(|(too_old, _)| !too_old);
    let mut out = io::stdout().lock();
    for (_, line) in lines.iter().take(SHOWN) {
        writeln!(out, "{line}")?;
    }
    if lines.len() > SHOWN {
        writeln!(out, "and {} more", lines.len() - SHOWN)?;
    }
    if lines.is_empty() {
        writeln!(out, "no record names a program")?;
    }
    out.flush()?;
    Ok(lines.first().is_some_and(|(too_old, _)| *too_old))
}

fn line((who, words): &Caller, count: usize) -> (bool, String) {
    let (too_old, verdict) = match shown(words) {
        Some(product) if product.knows_web_identity => (false, "knows web identity".to_owned()),
        Some(product) => {
            (true, format!("too old for web identity, which {} is the first to know", product.since))
        }
        None => (false, "its SDK does not show".to_owned()),
    };
    let calls = if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
    (too_old, format!("{}  {}  {verdict}  ({calls})", plain(who), plain(words)))
}
