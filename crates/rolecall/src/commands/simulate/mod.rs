//! `rolecall simulate`: what AWS would decide, trust policies included.

pub mod batch;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

use clap::Args;

use super::{Done, Failure};
use crate::exit::Exit;

/// Decide a request against policies, trust policies included, and show why.
#[derive(Args)]
#[command(after_help = "Examples:\n  rolecall simulate --batch cases.jsonl")]
pub struct Arguments {
    /// Decide one case per line of a JSON Lines file, or `-`; print one decision per line.
    #[arg(long, value_name = "FILE|-")]
    batch: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let stdout = io::stdout().lock();
    let sound = if arguments.batch.as_os_str() == "-" {
        batch::run(io::stdin().lock(), stdout)?
    } else {
        let name = arguments.batch.display().to_string();
        let file =
            File::open(&arguments.batch).map_err(|error| Failure::Read { name, source: Box::new(error) })?;
        batch::run(BufReader::new(file), stdout)?
    };
    Ok(if sound { Exit::Fine } else { Exit::Failure })
}
