//! What a command is about: folders, files, standard input, and live targets, alone or together.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_collect::{Limits, decode, folder_files, known_name};
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::report::diagnose;
use rolecall_live::scope::Scope;
use rolecall_live::target::Target;
use rolecall_live::{Collected, merge};
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::{Evidence, Skipped};
use serde_json::{Value, json};

use super::job::{self, JobFlags};
use super::live::{LiveFlags, look, runtime};
use super::{Failure, STDIN_LIMIT};
use crate::output;
use crate::service_client::Endpoint;

/// What a command is about.
#[derive(Args, Clone, Debug)]
pub struct Targets {
    /// Folders of evidence, single files, `-` for standard input, or live targets.
    #[arg(value_name = "TARGET", required_unless_present_any = ["needs", "event", "here"])]
    targets: Vec<String>,
    /// A refused exchange that a running `rolecall serve` keeps, by the id of its event or of its request; or, of a CI job,
    /// the name of the event that it runs for, such as pull_request.
    #[arg(long, value_name = "ID|NAME")]
    event: Option<String>,
    /// This CI job: its variables, its workflow where it is checked out, its token where a variable holds it. Nothing is
    /// asked of anybody.
    #[arg(long)]
    pub here: bool,
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
        let targets = self.targets.iter().map(other).collect();
        Targets { targets, event: self.event.clone(), here: self.here, with: self.with.clone() }
    }

    /// A name for a file that is about these targets.
    pub fn file_name(&self, namespace: Option<&str>) -> String {
        let words = namespace.into_iter().chain(self.targets.iter().map(String::as_str));
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        words.collect::<Vec<_>>().join("-").chars().map(plain).collect()
    }

    /// The event of a CI job: names of events have neither digits nor hyphens, and ids have both.
    pub fn ci_event(&self) -> Option<&str> {
        let name = |event: &&str| event.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        self.event.as_deref().filter(name)
    }

    /// The event that a service keeps.
    fn event_id(&self) -> Option<&str> {
        self.event.as_deref().filter(|_| self.ci_event().is_none())
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
        self.read_with(flags, &JobFlags::default())
    }

    /// Reads everything, and takes what is said of a CI job.
    ///
    /// # Errors
    /// As [`Targets::read`].
    pub fn read_with(&self, flags: &LiveFlags, job: &JobFlags) -> Result<ReadTargets, Failure> {
        let mut live = self.live(flags);
        let paths = self.paths(flags);
        let told = self.here || job.any();
        let no_more = live.is_empty() && self.with.is_empty() && self.event_id().is_none() && !told;
        if let ([path], true) = (paths.as_slice(), no_more) {
            return alone(Path::new(path));
        }
        let mut given = match self.event_id() {
            Some(id) => of_event(id, flags.endpoint_url.clone())?,
            None => Vec::new(),
        };
        let mut skipped = Vec::new();
        for path in paths.into_iter().map(Path::new).chain(self.with.iter().map(PathBuf::as_path)) {
            files(path, &mut given, &mut skipped)?;
        }
        if told {
            let of_job = if self.here { job::here(job.ask_token.as_deref())? } else { Vec::new() };
            given = merge(of_job, given);
            let known = rolecall_live::evidence(&given);
            let platform = known.workflows.first().map(|workflow| workflow.platform);
            // What is said stands beside what the job's own environment says, and before it.
            for (name, text) in job.files(platform) {
                match given.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, there)) if name == "env.txt" => there.push_str(&format!("\n{text}")),
                    Some((_, there)) => *there = text,
                    None => given.push((name, text)),
                }
            }
            live.extend(job.role(&known, self.here));
        }
        let collected = if live.is_empty() {
            None
        } else {
            let scope = Scope { second_role: second_role(&given), ..flags.scope(live) };
            Some(look(&runtime()?, &scope))
        };
        let of_live = collected.as_ref().map(|collected| collected.files.clone()).unwrap_or_default();
        let (files, mut evidence) = in_force(merge(of_live, given));
        evidence.skipped.extend(skipped);
        Ok(ReadTargets { evidence, files, collected })
    }
}

/// The role that a session was refused, as an error text among the files tells.
fn second_role(given: &[(String, String)]) -> Option<String> {
    let known = rolecall_live::evidence(given);
    let mut denials = known.attempt.observations.iter().filter_map(|seen| match &seen.symptom {
        Symptom::Denied(denial) => Some(denial),
        _ => None,
    });
    let of_roles = denials.find(|denial| denial.action.to_ascii_lowercase().starts_with("sts:"))?;
    of_roles.resource.clone()
}

/// The evidence that a running service has of a refusal, as files.
fn of_event(id: &str, endpoint_url: Option<String>) -> Result<Vec<(String, String)>, Failure> {
    let answer = Endpoint::at(endpoint_url).call("DiagnoseEvent", &json!({"EventId": id}))?;
    let files = answer.get("Files").and_then(Value::as_object).into_iter().flatten();
    Ok(files.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect())
}

/// The evidence of the files. CloudTrail may show a refusal of what is admitted by everything that was read. Where nothing
/// that decides is unread, the refusal is older than a change, and what is in force now is judged without it; else it may
/// be of today, and is only remarked on.
fn in_force(files: Vec<(String, String)>) -> (Vec<(String, String)>, Evidence) {
    const TRAIL: &str = "cloudtrail.json";
    let evidence = rolecall_live::evidence(&files);
    let conclusion = diagnose(&evidence).conclusion;
    let seen = files.iter().any(|(name, _)| name == TRAIL);
    let live = files.iter().any(|(name, _)| name == "now.txt");
    if !matches!(conclusion, Conclusion::Disagreement | Conclusion::Undetermined) || !seen || !live {
        return (files, evidence);
    }
    let refused = evidence.attempt.events.iter().rev().find_map(|event| event.time);
    let at = refused.map(|time| format!(" at {time}")).unwrap_or_default();
    let others: Vec<_> = files.iter().filter(|(name, _)| name != TRAIL).cloned().collect();
    let without = rolecall_live::evidence(&others);
    if diagnose(&without).conclusion != Conclusion::Admitted {
        return (files, evidence);
    }
    if conclusion == Conclusion::Undetermined {
        output::human::note(&format!(
            "CloudTrail shows a refusal{at}, and what was read admits this caller: if it was changed since, `--trail 0` judges without"
        ));
        return (files, evidence);
    }
    output::human::note(&format!(
        "CloudTrail shows a refusal{at}; what is in force now admits this caller, so it was changed since"
    ));
    (others, without)
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
                // A pipeline's definition is known by its shape, whatever its name.
                let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
                let other = if is_yaml { name.clone() } else { "error.txt".into() };
                let name = if single { known.unwrap_or(other) } else { name };
                given.push((name, text));
            }
            Err(why) => skipped.push(Skipped { name, why }),
        }
    }
    Ok(())
}
