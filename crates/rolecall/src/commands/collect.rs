//! `rolecall collect`: what a diagnosis reads, written into a folder, without secrets.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_live::mask_accounts;
use rolecall_model::evidence::Evidence;

use super::live::LiveFlags;
use super::target::Targets;
use super::{Done, Failure};
use crate::exit::Exit;

/// Write what a diagnosis reads into a folder, to look at later or to hand on.
///
/// Every file is what the common tool prints. Token signatures, credentials, and values of variables that are not about
/// AWS are struck out; a token becomes its header and claims. `rolecall diagnose FOLDER` gives the same report.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall collect -n payments deploy/api --out ./evidence\n  rolecall collect -n payments deploy/api --out ./ticket --mask-accounts\n\nExit codes:\n  0  everything was read\n  2  rolecall failed\n  3  something could not be read; it is named on standard error and in files *.error"
)]
pub struct Arguments {
    #[command(flatten)]
    targets: Targets,
    /// Where it goes; the folder must not exist yet, or be empty.
    #[arg(long, value_name = "FOLDER", required_unless_present = "needs")]
    out: Option<PathBuf>,
    /// Write placeholders in place of account ids, the same one for the same account everywhere.
    #[arg(long)]
    mask_accounts: bool,
    #[command(flatten)]
    live: LiveFlags,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let Some(folder) = arguments.out.as_ref().filter(|_| !arguments.live.needs) else {
        return arguments.live.print_needs(&arguments.targets);
    };
    make(folder)?;
    let read = arguments.targets.read(&arguments.live)?;
    let mut files = without_secrets(read.files, &read.evidence);
    if arguments.mask_accounts {
        files = mask_accounts(files);
    }
    let mut out = io::stdout().lock();
    for (name, text) in &files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| failed(&path, source))?;
        writeln!(out, "{}", path.display())?;
    }
    let whole = read.collected.is_none_or(|collected| collected.troubles.is_empty());
    Ok(if whole { Exit::Fine } else { Exit::Undetermined })
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::Output { name: path.display().to_string(), source }
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    if entries.next().is_some() {
        return Err(Failure::Unknown {
            fact: format!("`{}` is not empty", folder.display()),
            remedy: "name a folder that does not exist yet".into(),
        });
    }
    Ok(())
}

/// Strikes secrets out. The signature of a token proves nothing to whoever reads the folder: what it says is kept, as
/// header and claims.
fn without_secrets(files: Vec<(String, String)>, evidence: &Evidence) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    for (name, text) in files {
        if !is_token(&name) {
            // Documents that were cut out of a file have names that are no names of files.
            if !name.contains(['/', ' ']) {
                kept.push((name, rolecall_collect::redact(&text)));
            }
            continue;
        }
        let token = &evidence.token;
        for (name, part) in [("token.header.json", &token.header), ("token.claims.json", &token.claims)] {
            let document = part.present().and_then(|part| evidence.documents.get(part.document));
            kept.extend(document.map(|document| (name.to_owned(), document.text.clone())));
        }
    }
    kept.sort();
    kept.dedup_by(|one, other| one.0 == other.0);
    kept
}

fn is_token(name: &str) -> bool {
    name.eq_ignore_ascii_case("token.txt")
}
