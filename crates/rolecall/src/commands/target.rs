//! What a command is about: folders, files, standard input, and live targets, alone or together.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_collect::{Limits, decode, folder_files, known_name};
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::report::diagnose;
use rolecall_live::target::Target;
use rolecall_live::{Collected, merge};
use rolecall_model::evidence::{Evidence, Skipped};

use super::live::{LiveFlags, look, runtime};
use super::{Failure, STDIN_LIMIT};
use crate::output;

/// What a command is about.
#[derive(Args, Clone, Debug)]
pub struct Targets {
    /// Folders of evidence, single files, `-` for standard input, or live targets.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// A file that is taken in place of what is read live, such as a trust policy that is not stored yet; may be
    /// repeated.
    #[arg(long = "with", value_name = "FILE")]
    with: Vec<PathBuf>,
}

/// What was read.
pub struct ReadTargets {
    /// The evidence.
    pub evidence: Evidence,
    /// The files that it was made from.
    pub files: Vec<(String, String)>,
    /// What was read live; none where nothing live was named.
    pub collected: Option<Collected>,
}

impl Targets {
    /// The single path, where that is all there is.
    pub fn path(&self) -> Option<&Path> {
        match self.targets.as_slice() {
            [one] if self.with.is_empty() => Some(Path::new(one)),
            _ => None,
        }
    }

    /// The same targets, but that a pod gives way to the account it runs under: once it is made anew, it has another name.
    pub fn beyond_the_pod(&self, account: Option<&str>) -> Self {
        let other = |text: &String| match (Target::parse(text), account) {
            (Some(Target::Pod(_)), Some(account)) => format!("sa/{account}"),
            _ => text.clone(),
        };
        Targets { targets: self.targets.iter().map(other).collect(), with: self.with.clone() }
    }

    /// A name for a file that is about these targets.
    pub fn file_name(&self, namespace: Option<&str>) -> String {
        let words = namespace.into_iter().chain(self.targets.iter().map(String::as_str));
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        words.collect::<Vec<_>>().join("-").chars().map(plain).collect()
    }

    /// Targets that are read live. A path that exists is a path, unless a flag says that something live is meant.
    pub fn live(&self, flags: &LiveFlags) -> Vec<Target> {
        let live = |text: &String| {
            let target = Target::parse(text)?;
            (flags.any() || !Path::new(text).exists()).then_some(target)
        };
        self.targets.iter().filter_map(live).collect()
    }

    /// Folders and files.
    fn paths(&self, flags: &LiveFlags) -> Vec<&str> {
        let is_there = |text: &str| !flags.any() && Path::new(text).exists();
        let path = |text: &&String| Target::parse(text).is_none() || is_there(text);
        self.targets.iter().filter(path).map(String::as_str).collect()
    }

    /// Reads everything.
    ///
    /// # Errors
    /// Where a path cannot be read. What cannot be read live is no error: it is unread, and said on standard error.
    pub fn read(&self, flags: &LiveFlags) -> Result<ReadTargets, Failure> {
        if self.targets.is_empty() {
            return Err(Failure::Unknown { fact: "no target is named".into(), remedy: NAME.into() });
        }
        let live = self.live(flags);
        let paths = self.paths(flags);
        if let ([path], true, true) = (paths.as_slice(), live.is_empty(), self.with.is_empty()) {
            return alone(Path::new(path));
        }
        let mut given = Vec::new();
        let mut skipped = Vec::new();
        for path in paths.into_iter().map(Path::new).chain(self.with.iter().map(PathBuf::as_path)) {
            files(path, &mut given, &mut skipped)?;
        }
        let collected = if live.is_empty() { None } else { Some(look(&runtime()?, &flags.scope(live))) };
        let of_live = collected.as_ref().map(|collected| collected.files.clone()).unwrap_or_default();
        let (files, mut evidence) = in_force(merge(of_live, given));
        evidence.skipped.extend(skipped);
        Ok(ReadTargets { evidence, files, collected })
    }
}

/// The evidence of the files. Where CloudTrail shows a refusal of what is admitted by everything that was read, the refusal
/// is older than a change, and what is in force now is judged without it.
fn in_force(files: Vec<(String, String)>) -> (Vec<(String, String)>, Evidence) {
    const TRAIL: &str = "cloudtrail.json";
    let evidence = rolecall_live::evidence(&files);
    let conclusion = diagnose(&evidence).conclusion;
    let seen = files.iter().any(|(name, _)| name == TRAIL);
    let live = files.iter().any(|(name, _)| name == "now.txt");
    if conclusion != Conclusion::Disagreement || !seen || !live {
        return (files, evidence);
    }
    let refused = evidence.attempt.events.iter().rev().find_map(|event| event.time);
    let at = refused.map(|time| format!(" at {time}")).unwrap_or_default();
    output::human::note(&format!(
        "CloudTrail shows a refusal{at}; what is in force now admits this caller, so it was changed since"
    ));
    let files: Vec<_> = files.into_iter().filter(|(name, _)| name != TRAIL).collect();
    let evidence = rolecall_live::evidence(&files);
    (files, evidence)
}

/// Where the files of the evidence stand; none for anything that is no single path.
pub fn folder(targets: &Targets) -> Option<&Path> {
    let [target] = targets.targets.as_slice() else { return None };
    match Path::new(target) {
        pasted if pasted == Path::new("-") => None,
        file if file.is_file() => Some(file.parent().unwrap_or(Path::new(""))),
        folder if folder.is_dir() => Some(folder),
        _ => None,
    }
}

fn failed(target: &Path, source: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    let name = target.display().to_string();
    match target.try_exists() {
        Ok(false) if target != Path::new("-") => Failure::Unknown {
            fact: format!("cannot read `{name}`: there is no such file or folder"),
            remedy: NAME.into(),
        },
        _ => Failure::Read { name, source },
    }
}

const NAME: &str = "name a folder of evidence, `-` for standard input, or a live target such as deploy/api";

/// One path and nothing beside it: a single file keeps the name that the user knows.
fn alone(target: &Path) -> Result<ReadTargets, Failure> {
    if target == Path::new("-") {
        let evidence = rolecall_collect::read_text("standard input", &standard_input()?);
        return Ok(ReadTargets { evidence, files: Vec::new(), collected: None });
    }
    let limits = Limits::default();
    let evidence =
        rolecall_collect::read_folder(target, &limits).map_err(|error| failed(target, Box::new(error)))?;
    let files = evidence.documents.iter().map(|(_, document)| (document.name.clone(), document.text.clone()));
    let files = files.collect();
    Ok(ReadTargets { evidence, files, collected: None })
}

fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(STDIN_LIMIT).read_to_end(&mut bytes);
    read.map_err(|error| failed(Path::new("-"), Box::new(error)))?;
    Ok(bytes)
}

/// The files of a path, under the names by which they are read. A text that no name or shape tells is an error text.
fn files(path: &Path, given: &mut Vec<(String, String)>, skipped: &mut Vec<Skipped>) -> Result<(), Failure> {
    let (read, refused) = if path == Path::new("-") {
        (vec![("standard input".to_owned(), standard_input()?)], Vec::new())
    } else {
        folder_files(path, &Limits::default()).map_err(|error| failed(path, Box::new(error)))?
    };
    let single = !path.is_dir();
    skipped.extend(refused);
    for (name, bytes) in read {
        match decode(&bytes) {
            Ok(text) => {
                let known = known_name(&name, &text);
                let name = if single { known.unwrap_or_else(|| "error.txt".into()) } else { name };
                given.push((name, text));
            }
            Err(why) => skipped.push(Skipped { name, why }),
        }
    }
    Ok(())
}
