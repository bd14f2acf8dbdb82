//! `rolecall causes`: the registry of causes.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use rolecall_doctor::catalogue::CATALOGUE;

use super::Done;
use crate::exit::Exit;
use crate::output;

/// List every cause that rolecall knows.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall causes\n  rolecall causes --format json | jq -r '.causes[].cause'"
)]
pub struct Arguments {
    /// How to print the list.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A line each.
    Human,
    /// `rolecall.causes/v1`, with the page of each.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => {
            let width = CATALOGUE.iter().map(|check| check.slug.len()).max().unwrap_or(0);
            for check in CATALOGUE {
                let severity = output::severity_name(check.severity);
                writeln!(out, "{:width$}  {severity:7}  {}", check.slug, check.title)?;
            }
        }
        Format::Json => out.write_all(output::json::causes(CATALOGUE).as_bytes())?,
    }
    Ok(Exit::Fine)
}
