//! `rolecall token mint`: a token of a running service's own issuer, to play with.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::commands::{Done, Failure};
use crate::exit::Exit;
use crate::service_client::Endpoint;

/// Mint a token of the service's own issuer; it is printed whole, to be used.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall token mint --sub system:serviceaccount:payments:api > token.txt\n  rolecall token mint --sub repo:octo/app:ref:refs/heads/main --claim repository=octo/app --algorithm es256\n  rolecall token mint --sub alice --seconds -600        one that has expired"
)]
pub struct Arguments {
    /// The subject.
    #[arg(long, value_name = "SUBJECT")]
    sub: String,
    /// The audience; several may be given.
    #[arg(long = "aud", value_name = "AUDIENCE", default_value = "sts.amazonaws.com")]
    audiences: Vec<String>,
    /// Which issuer: NAME makes it `…/issuer/NAME`.
    #[arg(long, value_name = "NAME", default_value = "")]
    issuer: String,
    /// Seconds until it expires; below 0 it has.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, allow_negative_numbers = true)]
    seconds: i64,
    /// A further claim; VALUE is JSON if it reads as JSON, else a text.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<String>,
    /// How it is signed.
    #[arg(long, value_enum, default_value_t = Algorithm::Rs256)]
    algorithm: Algorithm,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// How long the issuer may take to make its first keys, and how often it is asked meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(100);

/// How a token is signed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Algorithm {
    /// RSA with SHA-256.
    Rs256,
    /// P-256 with SHA-256.
    Es256,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let input = json!({
        "Issuer": arguments.issuer,
        "Subject": arguments.sub,
        "Audience": arguments.audiences,
        "LifetimeSeconds": arguments.seconds,
        "Claims": claims(&arguments.claims)?,
        "Algorithm": match arguments.algorithm {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
        },
    });
    let answer = minted(&arguments.endpoint, &input)?;
    let token = answer.get("Token").and_then(Value::as_str).unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(out, "{token}")?;
    out.flush()?;
    Ok(Exit::Fine)
}

/// Asks until the issuer has its keys: a service that has just started is still making them.
fn minted(endpoint: &Endpoint, input: &Value) -> Result<Value, Failure> {
    let began = Instant::now();
    loop {
        match endpoint.call("MintToken", input) {
            Err(failure)
                if failure.to_string().contains("still being made") && began.elapsed() < PATIENCE =>
            {
                std::thread::sleep(LOOK);
            }
            answer => return answer,
        }
    }
}

fn claims(given: &[String]) -> Result<Map<String, Value>, Failure> {
    let read = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| Failure::Unknown {
            fact: format!("`{text}` is no claim"),
            remedy: "write it as NAME=VALUE".to_owned(),
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        Ok((name.to_owned(), value))
    };
    given.iter().map(read).collect()
}
