//! `rolecall check`: assertions about who can assume which role, kept with the code and decided offline.

mod caller;
mod decide;
mod file;
mod print;
mod roles;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use rolecall_model::instant::Instant;

use super::{Done, Failure};
use crate::exit::Exit;
use crate::input;
use decide::{Outcome, Verdict};
use file::CheckFile;
use roles::Roles;

/// Hold roles to what is written about them: who must be able to assume them, and who must not.
///
/// The file names roles, where their trust policies are declared (policy files, `aws iam get-role` output, CloudFormation,
/// Terraform), and who may or may not assume them. Everything is decided from files: AWS is not asked. The format is in
/// docs/check.md.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall check roles.check.yaml\n  rolecall check roles.check.yaml --format json | jq '.assertions[] | select(.result != \"passed\")'\n\nExit codes: 0 everything holds, 1 something does not, 3 something cannot be decided from the files"
)]
pub struct Arguments {
    /// The file of assertions; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to print what came of it.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The instant of judgement, RFC 3339; now without it.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Option<Instant>,
}

/// Formats.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// `rolecall.check/v1`.
    Json,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let text = input::text(&arguments.file)?;
    let name = arguments.file.display().to_string();
    let check = CheckFile::read(&text).map_err(|flaw| flaw.failure(&name))?;
    let folder = arguments.file.parent().unwrap_or(std::path::Path::new(""));
    let roles = Roles::read(&check, folder)?;
    let now = arguments.at.unwrap_or_else(now);
    let verdicts: Vec<Verdict> = decide::all(&check, &roles, now);
    match arguments.format {
        Format::Human => print::human(&verdicts, &roles)?,
        Format::Json => print::json(&verdicts, &roles)?,
    }
    Ok(exit(&verdicts))
}

fn exit(verdicts: &[Verdict]) -> Exit {
    let any = |outcome: Outcome| verdicts.iter().any(|verdict| verdict.outcome() == outcome);
    match (any(Outcome::Failed), any(Outcome::Undetermined)) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Undetermined,
        (false, false) => Exit::Fine,
    }
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Instant(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "an instant is written as 2026-06-01T12:00:00Z".into())
}

/// What is wrong with a file of assertions, and where.
#[derive(Debug)]
pub struct Flaw {
    line: u32,
    what: String,
}

impl Flaw {
    fn failure(self, name: &str) -> Failure {
        Failure::Unknown {
            fact: format!("`{name}`, line {}: {}", self.line, self.what),
            remedy: "the format is in docs/check.md".into(),
        }
    }
}
