//! `rolecall explain`: a cause in full, or what a message of AWS implies. Offline.

use std::io::{self, Write};

use clap::Args;
use rolecall_doctor::catalogue::{self, CATALOGUE};
use rolecall_doctor::near::distance;
use rolecall_doctor::{explains, meaning};

use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// Characters of an unknown message that are repeated.
const SHOWN: usize = 120;

/// Explain a cause, or what a message of AWS implies.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall explain trust.subject-mismatch\n  rolecall explain \"Incorrect token audience\""
)]
pub struct Arguments {
    /// A cause such as `trust.subject-mismatch`, or an error message in quotes.
    #[arg(value_name = "CAUSE|MESSAGE", required = true, num_args = 1..)]
    what: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let what = arguments.what.join(" ");
    let mut out = io::stdout().lock();
    if let Some(check) = catalogue::find(what.trim()) {
        writeln!(out, "{} · {}\n\n{}", check.slug, output::severity_name(check.severity), check.page())?;
        return Ok(Exit::Fine);
    }
    let evidence = rolecall_collect::read_text("message", what.as_bytes());
    let seen = &evidence.attempt.observations;
    if seen.is_empty() {
        return Err(unknown(&what));
    }
    for observation in seen {
        let causes = CATALOGUE.iter().filter(|check| explains::can_explain(&observation.symptom, check.slug));
        writeln!(out, "{}\n", meaning::meaning(&observation.symptom))?;
        writeln!(out, "Causes that lead to it, the one that strikes first on top:")?;
        for check in causes {
            writeln!(out, "  {:34} {}", check.slug, check.title)?;
        }
    }
    writeln!(out, "\nTo find out which one it is, collect evidence and run: rolecall diagnose FOLDER")?;
    Ok(Exit::Fine)
}

fn unknown(what: &str) -> Failure {
    let remedy = match near(what).as_slice() {
        [] => "`rolecall causes` lists the causes; a message must be in AWS's own words".to_owned(),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    let shown: String = what.chars().take(SHOWN).collect();
    let cut = if shown.len() < what.len() { "…" } else { "" };
    Failure::Unknown {
        fact: format!("`{shown}{cut}` is neither a cause nor a message that rolecall knows"),
        remedy,
    }
}

/// Causes that may have been meant, the nearest first.
fn near(what: &str) -> Vec<&'static str> {
    let fault = |slug: &'static str| slug.split_once('.').map_or(slug, |(_, fault)| fault);
    let slugs = CATALOGUE.iter().map(|check| check.slug);
    let distances = slugs.map(|slug| {
        let apart = distance(what, slug).min(distance(what, fault(slug)));
        let begun = slug.starts_with(what) || fault(slug).starts_with(what);
        (if begun { 0 } else { apart }, slug)
    });
    let mut near: Vec<_> = distances.filter(|(apart, slug)| *apart <= slug.len() / 3).collect();
    near.sort_unstable();
    near.into_iter().map(|(_, slug)| slug).take(3).collect()
}
