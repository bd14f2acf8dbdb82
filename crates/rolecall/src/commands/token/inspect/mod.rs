//! `rolecall token inspect`: header and claims, and what STS makes of them.

mod account;
mod condition_keys;
mod human;
mod notes;
mod value;

use std::path::PathBuf;

use clap::Args;
use rolecall_engine::token::jwt;
use rolecall_model::json::{self, Node};

use self::account::Inspection;
pub(super) use self::account::request;
use super::{Format, flaw::Flaw};
use crate::commands::Done;
use crate::exit::Exit;
use crate::input;

/// Show a token's header and claims, and what STS makes of them.
///
/// Nothing is verified and nothing is fetched: `rolecall token verify` does that. Claims alone, as a JSON object, do as
/// well as the token.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A file with the token, or `-` for standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Judge its times at this instant, RFC 3339 or epoch seconds; without it they are told from one another.
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// How to print it.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall token inspect token.txt
  kubectl create token app --audience sts.amazonaws.com | rolecall token inspect -
  rolecall token inspect token.txt --now 2026-01-31T12:00:00Z --format json

Exit codes: 0 STS would read it, 1 STS would refuse it whichever role it is for, 2 usage or a
failure of rolecall itself.";

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let now = arguments.now.as_deref().map(super::instant).transpose()?;
    let text = input::text(&arguments.file)?;
    let inspection = match claims_alone(&text) {
        Some(claims) => Inspection::of(None, &claims, now),
        None => match jwt::parse(&text) {
            Ok(jwt) => Inspection::of(Some(&jwt.header), &jwt.claims, now),
            Err(flaw) => Inspection::of_no_token(Flaw::of(&arguments.file, &text, &flaw)),
        },
    };
    super::print(&inspection, arguments.format, human::write)?;
    Ok(if inspection.is_refused() { Exit::Found } else { Exit::Fine })
}

/// Claims that stand alone, as decoders print them.
fn claims_alone(text: &str) -> Option<Node> {
    let parsed = json::parse(text);
    let root = parsed.root.filter(|_| parsed.flaws.is_empty())?;
    ["iss", "sub", "aud"].iter().any(|claim| root.get(claim).is_some()).then_some(root)
}
