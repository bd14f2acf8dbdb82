//! `rolecall undo`: what a fix changed, put back.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use rolecall_apply::World;
use rolecall_apply::journal::{Journal, Progress};
use rolecall_apply::run::undo;

use super::fix_live::{failure, tell};
use super::live::{LiveFlags, runtime};
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// Put back what `rolecall fix` changed.
///
/// Each object is compared first: one that is no longer as the fix left it is left alone, and the command fails. A provider
/// that was created is taken away; pods that were made anew stay.
#[derive(Args)]
#[command(
    mut_arg("needs", |flag| flag.hide(true)),
    mut_arg("trail", |flag| flag.hide(true)),
    mut_arg("allow_local_issuers", |flag| flag.hide(true)),
    after_help = "Examples:\n  rolecall undo rolecall-undo-payments-deploy-api.json\n\nExit codes:\n  0  everything is as it was\n  1  nothing was changed\n  2  something was changed since, or rolecall failed"
)]
pub struct Arguments {
    /// The undo file that the fix named.
    #[arg(value_name = "FILE", required_unless_present = "needs")]
    file: Option<PathBuf>,
    /// Put it back without asking.
    #[arg(long, short = 'y')]
    yes: bool,
    #[command(flatten)]
    live: LiveFlags,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let Some(file) = &arguments.file else {
        return Err(Failure::Unknown {
            fact: "no undo file is named".into(),
            remedy: "name it: rolecall undo FILE".into(),
        });
    };
    let mut journal = Journal::read(file).map_err(|error| failure(&error))?;
    let steps =
        journal.steps.iter().filter(|step| matches!(step.progress, Progress::Begun | Progress::Done)).count();
    if steps == 0 {
        output::human::note("there is nothing to undo");
        return Ok(Exit::Fine);
    }
    if !arguments.yes && !asked(steps)? {
        return Ok(Exit::Found);
    }
    let world = World::new(arguments.live.scope(Vec::new()));
    let done = runtime()?.block_on(undo(&mut journal, &world, tell));
    done.map_err(|error| failure(&error))?;
    Ok(Exit::Fine)
}

fn asked(steps: usize) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        output::human::note(&format!(
            "{steps} changes would be put back: there is no terminal to ask at; `--yes` does it"
        ));
        return Ok(false);
    }
    print!("put back {steps} changes? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
