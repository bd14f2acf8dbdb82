//! `rolecall completions`: completions for a shell.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Done;
use crate::exit::Exit;

/// Print completions for your shell.
#[derive(Args)]
#[command(
    after_help = "Example:\n  rolecall completions bash > ~/.local/share/bash-completion/completions/rolecall"
)]
pub struct Arguments {
    /// The shell.
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let mut command = crate::Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "rolecall", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Fine)
}
