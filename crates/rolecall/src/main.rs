//! The command `rolecall`: commands, arguments, output formats, exit codes. It knows no rule of AWS.

mod commands;
mod exit;
mod input;
mod kubectl;
mod output;
mod service_client;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A call of the service makes some hundred small allocations on one thread, and its record is freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Finds out why AWS says `Not authorized to perform sts:AssumeRoleWithWebIdentity`, and what mends it.
#[derive(Parser)]
#[command(name = "rolecall", version, after_help = after_help(), max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  rolecall diagnose -n payments deploy/api     name the cause, from AWS and Kubernetes
  rolecall diagnose ./evidence                 name the cause, from what is in a folder
  kubectl logs api 2>&1 | rolecall diagnose -  what a pasted error or log implies
  rolecall fix -n payments deploy/api          mend it there: show the plan, ask, change, prove
  rolecall fix ./evidence --out ./mended       make the fix on a copy, and diagnose that
  rolecall explain trust.wildcard-in-equals    a cause in full, offline
  rolecall token inspect token.txt             a token's claims, without its signature";

/// Examples, and the exit codes a line each, so that no width breaks them.
fn after_help() -> String {
    format!("{EXAMPLES}\n\nExit codes:\n  {}", exit::table().replace('\n', "\n  "))
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one is made per run")]
enum Command {
    Diagnose(Box<commands::diagnose::Arguments>),
    Collect(Box<commands::collect::Arguments>),
    Fix(Box<commands::fix::Arguments>),
    Undo(Box<commands::undo::Arguments>),
    Whoami(commands::whoami::Arguments),
    Explain(commands::explain::Arguments),
    Causes(commands::causes::Arguments),
    Check(commands::check::Arguments),
    Simulate(Box<commands::simulate::Arguments>),
    Token(commands::token::Arguments),
    Serve(commands::serve::Arguments),
    Cluster(commands::cluster::Arguments),
    Export(commands::export::Arguments),
    Trail(commands::trail::Arguments),
    Webhook(Box<commands::webhook::Arguments>),
    Demo(commands::demo::Arguments),
    Completions(commands::completions::Arguments),
    Man(commands::man::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(kubectl::arguments(std::env::args_os()));
    let done = match arguments.command {
        Command::Diagnose(arguments) => commands::diagnose::run(&arguments),
        Command::Collect(arguments) => commands::collect::run(&arguments),
        Command::Fix(arguments) => commands::fix::run(&arguments),
        Command::Undo(arguments) => commands::undo::run(&arguments),
        Command::Whoami(arguments) => commands::whoami::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Causes(arguments) => commands::causes::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Simulate(arguments) => commands::simulate::run(&arguments),
        Command::Token(arguments) => commands::token::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Cluster(arguments) => commands::cluster::run(&arguments),
        Command::Export(arguments) => commands::export::run(&arguments),
        Command::Trail(arguments) => commands::trail::run(&arguments),
        Command::Webhook(arguments) => commands::webhook::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments),
        Command::Man(arguments) => commands::man::run(&arguments),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            output::human::failure(&failure);
            exit::Exit::Failure.into()
        }
    }
}
