//! `rolecall man`: manual pages, one for each command.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{Done, Failure};
use crate::exit::{self, Exit};

/// Write the manual pages into a folder.
///
/// One page for rolecall and one for each of its commands, in section 1, as packages install them. A page of that name
/// is replaced.
#[derive(Args)]
#[command(after_help = "Examples:\n  rolecall man --out ~/.local/share/man/man1\n  man rolecall-diagnose")]
pub struct Arguments {
    /// Where the pages go; it is made if it does not exist.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let folder = &arguments.out;
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    // Pages of `help` would say what `--help` says.
    let mut root = crate::Arguments::command().disable_help_subcommand(true);
    root.build();
    let names = pages(&root, folder)?;
    let mut out = io::stdout().lock();
    for name in names {
        writeln!(out, "{name}")?;
    }
    Ok(Exit::Fine)
}

/// Writes the page of a command and of those under it; gives their names.
fn pages(command: &Command, folder: &Path) -> Result<Vec<String>, Failure> {
    // An empty date would be no word at all, and the words after it would take its place.
    let man = Man::new(command.clone())
        .date(" ")
        .source(format!("rolecall {}", env!("CARGO_PKG_VERSION")))
        .manual("rolecall manual");
    let name = man.get_filename();
    let path = folder.join(&name);
    fs::write(&path, page(command, &man)?).map_err(|error| failed(&path, error))?;
    let mut names = vec![name];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        names.extend(pages(below, folder)?);
    }
    Ok(names)
}

fn page(command: &Command, man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::default();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut blocks: Vec<(&str, String)> = help.split("\n\n").filter_map(block).collect();
    if !blocks.iter().any(|(heading, _)| *heading == EXIT_STATUS) {
        blocks.push((EXIT_STATUS, exit::table()));
    }
    for (heading, text) in &blocks {
        roff.control("SH", [*heading]);
        // Each line as it is: these are commands to type, and columns.
        roff.control("nf", []);
        roff.text([roman(text.as_str())]);
        roff.control("fi", []);
    }
    roff.to_writer(&mut page)?;
    Ok(page)
}

/// The heading under which manual pages tell exit codes (man-pages(7)).
const EXIT_STATUS: &str = "EXIT STATUS";

/// A block of the help's end, `Examples:` and its lines, with the heading that manual pages give it.
fn block(block: &str) -> Option<(&'static str, String)> {
    let (heading, lines) = block.split_once(":\n")?;
    let heading = match heading {
        "Example" | "Examples" => "EXAMPLES",
        "Exit codes" => EXIT_STATUS,
        _ => "NOTES",
    };
    let lines = lines.lines().map(|line| line.strip_prefix("  ").unwrap_or(line));
    Some((heading, lines.collect::<Vec<_>>().join("\n")))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::Output { name: path.display().to_string(), source }
}
