//! `rolecall token`: what is in a token, and whether STS would take it. No signature is ever printed.

mod flaw;
mod inspect;
mod mint;
mod span;
mod verify;

use std::fmt;
use std::io::{self, Write};

use clap::{Args, Subcommand, ValueEnum};
use rolecall_model::instant::Instant;
use serde::Serialize;

use super::{Done, Failure};

/// Look into a token, or verify one as STS would; its signature is never printed.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inspect(inspect::Arguments),
    Verify(verify::Arguments),
    Mint(mint::Arguments),
}

/// Formats of both commands.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For machines; the member `schema` says which.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    match &arguments.command {
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Mint(arguments) => mint::run(arguments),
    }
}

/// Prints an account in the format asked for. Claims may themselves hold tokens and secrets: what leaves here is struck
/// out as everywhere.
fn print<A: Serialize>(
    account: &A,
    format: Format,
    human: impl FnOnce(&A, &mut String) -> fmt::Result,
) -> io::Result<()> {
    let mut text = String::new();
    match format {
        Format::Human => human(account, &mut text).map_err(io::Error::other)?,
        Format::Json => {
            text = serde_json::to_string_pretty(account).map_err(io::Error::from)?;
            text.push('\n');
        }
    }
    let mut out = anstream::stdout().lock();
    out.write_all(rolecall_collect::redact(&text).as_bytes())?;
    out.flush()
}

/// The instant that a flag names.
fn instant(text: &str) -> Result<Instant, Failure> {
    Instant::parse(text).ok_or_else(|| Failure::Unknown {
        fact: format!("`{text}` is no instant"),
        remedy: "write it as 2026-01-31T12:00:00Z".into(),
    })
}
