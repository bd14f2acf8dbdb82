//! `rolecall simulate`: what AWS would decide, trust policies included.

mod account;
pub mod batch;
mod flags;
mod human;
mod policy_file;
mod request;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use rolecall_engine::authorize::{self, Decision, Examination};

use account::Account;
pub use flags::Arguments;
use flags::Format;
use policy_file::PolicyFiles;
use request::Prepared;

use super::{Done, Failure};
use crate::exit::Exit;

/// A request, the policies that bear on it, and what came of them.
struct Simulation<'a> {
    request: &'a Prepared,
    files: &'a PolicyFiles,
    examination: &'a Examination,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    match &arguments.batch {
        Some(file) => batch(file),
        None => one(arguments),
    }
}

fn one(arguments: &Arguments) -> Done {
    let files = PolicyFiles::read(arguments)?;
    let prepared = Prepared::from_flags(arguments, &files)?;
    let examination = authorize::examine(&files.layers(), &prepared.call());
    let simulation = Simulation { request: &prepared, files: &files, examination: &examination };
    let account = Account::of(&simulation);
    match arguments.format {
        Format::Human => human::print(&account)?,
        Format::Json => {
            let text = serde_json::to_string_pretty(&account).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        }
    }
    Ok(match examination.decision {
        Decision::Allowed => Exit::Fine,
        Decision::ImplicitDeny | Decision::ExplicitDeny => Exit::Found,
        Decision::Undetermined => Exit::Undetermined,
    })
}

fn batch(file: &Path) -> Done {
    let stdout = io::stdout().lock();
    let sound = if file == Path::new("-") {
        batch::run(io::stdin().lock(), stdout)?
    } else {
        let name = file.display().to_string();
        let file = File::open(file).map_err(|error| Failure::Read { name, source: Box::new(error) })?;
        batch::run(BufReader::new(file), stdout)?
    };
    Ok(if sound { Exit::Fine } else { Exit::Failure })
}
