//! Chores of the repository: generated documents, tidiness, the corpus score.

mod docs;
#[allow(dead_code, reason = "the table is read here, the rest is the command's")]
#[path = "../../crates/rolecall/src/exit.rs"]
mod exit;
mod score;
mod tidy;
mod tree;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask docs           write the pages of docs/ that are made from the code
cargo xtask docs --check   fail where one of them is stale
cargo xtask tidy           hold the repository to its own rules
cargo xtask score [DIR]    diagnose every case of the corpus, or of another one";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = tree::root();
    let done = match arguments.as_slice() {
        ["docs"] => docs::write(&root),
        ["docs", "--check"] => docs::stale(&root).and_then(|pages| verdict("stale pages", &pages)),
        ["tidy"] => tidy::problems(&root).and_then(|problems| verdict("untidy places", &problems)),
        ["score"] => score::score(&rolecall_testkit::corpus::root()),
        ["score", folder] => score::score(folder.as_ref()),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// What a chore did, or why it failed.
type Done = Result<String, String>;

fn verdict(what: &str, problems: &[String]) -> Done {
    match problems {
        [] => Ok(format!("no {what}")),
        _ => Err(format!("{what}:\n  {}", problems.join("\n  "))),
    }
}
