//! `rolecall token verify`: form, claims, key, signature and times of a token, as STS verifies them.

mod human;
mod keys;
mod steps;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{ArgGroup, Args};
use rolecall_engine::token::jwt;
use rolecall_model::instant::Instant;
use serde::Serialize;

use self::steps::Step;
use super::{Format, flaw::Flaw};
use crate::commands::Done;
use crate::exit::Exit;
use crate::input;

/// Verify a token as STS would: form, claims, key, signature, times.
///
/// The issuer's keys are a file, or fetched with --fetch as STS fetches them: the discovery document of the token's
/// issuer, then its `jwks_uri`, within 5 seconds, from public addresses alone. Without --fetch no connection is opened.
/// The certificate is judged by this system's trust store, else by --thumbprint.
///
/// Of the provider in the role's account nothing is known: give --issuer and --audience to hold the token against them.
#[derive(Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("keys").required(true).args(["jwks", "fetch"]))]
pub struct Arguments {
    /// A file with the token, or `-` for standard input.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The issuer's key set, a JSON file.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Fetch the key set of the token's issuer.
    #[arg(long)]
    fetch: bool,
    /// A thumbprint that the provider has registered; repeat it for several.
    #[arg(long, value_name = "HEX", requires = "fetch")]
    thumbprint: Vec<String>,
    /// Let --fetch go to private and loopback addresses, any port, and plain HTTP on loopback.
    #[arg(long, requires = "fetch")]
    allow_local_issuers: bool,
    /// The issuer URL that the provider was registered with.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// A client id of the provider; repeat it for several.
    #[arg(long, value_name = "CLIENT-ID")]
    audience: Vec<String>,
    /// Judge times at this instant, RFC 3339 or epoch seconds, instead of by this system's clock.
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// How to print it.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  rolecall token verify token.txt --fetch --audience sts.amazonaws.com
  rolecall token verify token.txt --jwks jwks.json --now 2026-01-31T12:00:00Z
  kubectl get --raw /openid/v1/jwks > jwks.json

Exit codes: 0 STS would take it, 1 STS would refuse it, 2 usage or a failure of rolecall itself,
3 undetermined, as where the keys cannot be fetched from here.";

/// What came of it: `rolecall.token-verification/v1`.
#[derive(Serialize)]
struct Verification {
    schema: &'static str,
    /// `verified`, `refused` or `undetermined`.
    conclusion: &'static str,
    /// The instant of judgement.
    now: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaw: Option<Flaw>,
    steps: Vec<Step>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let now = match &arguments.now {
        Some(now) => super::instant(now)?,
        None => system_clock(),
    };
    let source = keys::Source::of(arguments)?;
    let text = input::text(&arguments.file)?;
    let (steps, flaw) = match jwt::parse(&text) {
        Ok(jwt) => (steps::of(&text, &jwt, arguments, &source, now), None),
        Err(flaw) => (vec![steps::no_token(&flaw)], Some(Flaw::of(&arguments.file, &text, &flaw))),
    };
    let (conclusion, exit) = conclude(&steps);
    let verification = Verification {
        schema: "rolecall.token-verification/v1",
        conclusion,
        now: now.to_string(),
        flaw,
        steps,
    };
    super::print(&verification, arguments.format, human::write)?;
    Ok(exit)
}

/// A refusal counts whatever else is open; a step that nobody asked for does not.
fn conclude(steps: &[Step]) -> (&'static str, Exit) {
    let any = |outcome| steps.iter().any(|step| step.outcome == outcome);
    if any(steps::REFUSED) {
        ("refused", Exit::Found)
    } else if any(steps::UNDETERMINED) {
        ("undetermined", Exit::Undetermined)
    } else {
        ("verified", Exit::Fine)
    }
}

fn system_clock() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
