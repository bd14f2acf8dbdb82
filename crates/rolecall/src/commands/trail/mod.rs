//! `rolecall trail`: what an audit record tells, ours or CloudTrail's.

mod attempts;
mod lookup;
mod tail;
mod timeline;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use rolecall_model::instant::Instant;
use rolecall_trail::attempts::Attempt;
use rolecall_trail::record::Record;
use rolecall_trail::scan::{Scan, scan};
use serde_json::{Value, json};

use super::{Done, Failure};
use crate::output::plain;

/// Read an audit record: ours (the folder `trail` in the data folder, or what `--trail-out` delivered), or files and folders
/// of CloudTrail, plain or gzip.
///
/// What cannot be read is named on standard error and passed over; the rest is answered. No socket is opened.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Lookup(Box<lookup::Arguments>),
    Attempts(attempts::Arguments),
    Timeline(timeline::Arguments),
    Tail(tail::Arguments),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    match &arguments.command {
        Command::Lookup(arguments) => lookup::run(arguments),
        Command::Attempts(arguments) => attempts::run(arguments),
        Command::Timeline(arguments) => timeline::run(arguments),
        Command::Tail(arguments) => tail::run(arguments),
    }
}

/// The folder of a service that keeps its data where `rolecall serve` puts it.
const DEFAULT: &str = "rolecall-data/trail";

/// Where the records are.
#[derive(Args)]
struct Source {
    /// Files and folders; else rolecall-data/trail.
    #[arg(long = "from", value_name = "PATH", num_args = 1..)]
    paths: Vec<PathBuf>,
}

/// Formats.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For machines.
    Json,
}

impl Source {
    fn paths(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(DEFAULT)] } else { self.paths.clone() }
    }

    fn scan(&self, wanted: impl Fn(&Record) -> bool) -> Result<Scan, Failure> {
        read(&self.paths(), wanted)
    }
}

/// The records of files and folders that are wanted.
///
/// # Errors
/// Where one of the paths is not there. What cannot be read of it is passed over.
pub(super) fn read(paths: &[PathBuf], wanted: impl Fn(&Record) -> bool) -> Result<Scan, Failure> {
    for path in paths {
        if let Err(source) = std::fs::metadata(path) {
            return Err(Failure::Read { name: path.display().to_string(), source: Box::new(source) });
        }
    }
    Ok(scan(paths, wanted))
}

/// Says what was passed over.
pub(super) fn report_skipped(scan: &Scan) -> io::Result<()> {
    if scan.skipped_count == 0 {
        return Ok(());
    }
    let mut err = io::stderr().lock();
    for skipped in &scan.skipped {
        writeln!(err, "skipped: {}: {}", plain(&skipped.place), plain(&skipped.why))?;
    }
    writeln!(
        err,
        "skipped {} in all; {} records of {} files were read",
        scan.skipped_count, scan.seen, scan.files
    )
}

fn skipped_json(scan: &Scan) -> Value {
    let named = scan.skipped.iter().map(|skipped| json!({"place": skipped.place, "why": skipped.why}));
    json!({"count": scan.skipped_count, "named": named.collect::<Vec<_>>()})
}

/// An instant of the command line.
fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .ok_or_else(|| "write it as 2026-03-01T12:00:00Z, or in seconds since 1970".to_owned())
}

/// How an attempt ended.
fn outcome(attempt: &Attempt) -> String {
    attempt.code.as_deref().map_or_else(|| "granted".to_owned(), |code| format!("refused ({})", plain(code)))
}

fn print_json(value: &Value) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{value:#}")
}
