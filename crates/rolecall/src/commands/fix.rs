//! `rolecall fix`: the first fix of the primary finding made live, or on a copy of the evidence, and diagnosed again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_collect::Limits;
use rolecall_doctor::finding::{Finding, Safety, Severity};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::files::{FileChange, files, of_the_attempt};
use rolecall_doctor::report::{Report, diagnose};
use rolecall_model::evidence::Evidence;

use super::diagnose::Fixes;
use super::fix_live::{self, LiveFix};
use super::fix_sources;
use super::live::LiveFlags;
use super::target::Targets;
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// Mend the cause: show the plan, ask, change AWS and Kubernetes, and diagnose again.
///
/// Each change is compared with the live object first, and noted in an undo file before it is made; nothing is overwritten
/// that somebody else changed meanwhile. Where another fault comes to light behind the first one, it is mended too.
/// Without a terminal and without --yes the plan is printed and nothing is changed.
///
/// With --in the files that declare the object are changed in its place: Terraform, CloudFormation, manifests of
/// Kubernetes, workflows of GitHub. Only the bytes that must change, change; what is declared by more than one file, or by
/// a value that stands elsewhere, is left alone, and the reason is given with its line. The changed files are read again
/// and decided upon.
///
/// With a FOLDER of evidence and --out nothing outside of it is changed: the mended evidence goes into another folder, and
/// that is diagnosed. The files that show the failed attempt (errors, logs, events) are not copied, since the next attempt
/// will make its own.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall fix -n payments deploy/api\n  rolecall fix -n payments deploy/api --yes\n  rolecall undo rolecall-undo-payments-deploy-api.json\n  rolecall fix -n payments deploy/api --in infra/\n  rolecall fix ./evidence --in infra/ --yes\n  rolecall fix ./evidence --out ./mended\n  rolecall fix ./evidence --out ./mended --number 2\n\nExit codes:\n  0  the fault is gone\n  1  something else fails then, or nothing was changed\n  2  there is no fix to make, or rolecall failed\n  3  the evidence does not decide"
)]
pub struct Arguments {
    #[command(flatten)]
    targets: Targets,
    /// Where the mended evidence of a folder goes; it must not exist yet, or be empty.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["yes", "undo_file"])]
    out: Option<PathBuf>,
    /// Changes the files below this folder that declare what the fix changes, and nothing live.
    #[arg(long = "in", value_name = "DIR", conflicts_with_all = ["out", "undo_file", "wait"])]
    sources: Option<PathBuf>,
    /// Which fix of the primary finding, as `rolecall diagnose` numbers them.
    #[arg(long, value_name = "N", default_value_t = 1)]
    number: usize,
    #[command(flatten)]
    apply: LiveFix,
    #[command(flatten)]
    live: LiveFlags,
}

/// Faults that are mended at most behind the first one.
pub(super) const ROUNDS: usize = 4;

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    if arguments.live.needs {
        return arguments.live.print_needs(&arguments.targets);
    }
    if let Some(sources) = &arguments.sources {
        let (targets, live) = (&arguments.targets, &arguments.live);
        return fix_sources::run(targets, live, &arguments.apply, sources, arguments.number);
    }
    if !arguments.targets.live(&arguments.live).is_empty() && arguments.out.is_none() {
        return fix_live::run(&arguments.targets, &arguments.live, &arguments.apply, arguments.number);
    }
    let (Some(folder), Some(out)) = (arguments.targets.path(), &arguments.out) else {
        return Err(Failure::Unknown {
            fact: "a folder of evidence is mended on a copy, and `--out` does not say where".into(),
            remedy: "name one folder and `--out`, the folder of the sources with `--in`, or a live target such as deploy/api".into(),
        });
    };
    on_a_copy(folder, out, arguments.number)
}

fn on_a_copy(folder: &Path, out: &Path, number: usize) -> Done {
    let evidence = read(folder)?;
    let report = diagnose(&evidence);
    let (finding, fix) = chosen(&report, number)?;
    let changes = files(&evidence, &fix.edits);
    copy(folder, out, &evidence, &changes)?;
    write(out, &changes)?;
    tell(finding, fix, &changes, &of_the_attempt(&evidence))?;
    let mended = further(out)?;
    let after = diagnose(&mended);
    output::human::report(&after, Fixes::Short)?;
    Ok(Exit::from(after.conclusion))
}

/// Mends what comes to light behind the first fault, and gives the evidence as it is then.
fn further(folder: &Path) -> Result<Evidence, Failure> {
    for _ in 0..ROUNDS {
        let evidence = read(folder)?;
        let report = diagnose(&evidence);
        let Ok((finding, fix)) = chosen(&report, 1) else { break };
        let changes = files(&evidence, &fix.edits);
        if changes.is_empty() {
            break;
        }
        write(folder, &changes)?;
        tell(finding, fix, &changes, &[])?;
    }
    read(folder)
}

fn tell(finding: &Finding, fix: &Fix, changes: &[FileChange], gone: &[String]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}: {}\n", finding.cause, output::plain(&fix.title))?;
    for change in changes {
        let what = match (&change.before, &change.after) {
            (None, _) => "made",
            (_, None) => "left out: it will be another one",
            _ => "changed",
        };
        writeln!(out, "  {:24} {what}", output::plain(&change.name))?;
    }
    for name in gone {
        writeln!(out, "  {:24} left out: it shows the failed attempt", output::plain(name))?;
    }
    for obstacle in &fix.obstacles {
        writeln!(out, "  AWS would refuse it: {}", output::plain(obstacle))?;
    }
    writeln!(out)?;
    out.flush()
}

fn read(folder: &Path) -> Result<Evidence, Failure> {
    rolecall_collect::read_folder(folder, &Limits::default())
        .map_err(|error| Failure::Read { name: folder.display().to_string(), source: Box::new(error) })
}

/// The fix that is asked for; one that is only shown has nothing to make.
pub(super) fn chosen<'r>(report: &'r Report<'_>, number: usize) -> Result<(&'r Finding, &'r Fix), Failure> {
    let failure = |fact: String, remedy: &str| Failure::Unknown { fact, remedy: remedy.into() };
    let Some(finding) = report.findings.first().filter(|finding| finding.severity == Severity::Error) else {
        return Err(failure(
            "there is nothing to mend: no cause was found".into(),
            "see `rolecall diagnose`",
        ));
    };
    let fix = number.checked_sub(1).and_then(|at| finding.fixes.get(at));
    let Some(fix) = fix else {
        let count = finding.fixes.len();
        return Err(failure(
            format!("{} has {count} fixes, and no fix {number}", finding.cause),
            "see `rolecall diagnose`",
        ));
    };
    if fix.edits.is_empty() || fix.safety == Safety::ShowOnly {
        return Err(failure(
            format!("the fix of {} is advice: {}", finding.cause, fix.title),
            "follow it by hand, then collect the evidence again",
        ));
    }
    Ok((finding, fix))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::Output { name: path.display().to_string(), source }
}

/// Copies what stays as it is into a new folder.
fn copy(from: &Path, to: &Path, evidence: &Evidence, changes: &[FileChange]) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(|error| failed(to, error))?;
    let mut entries = fs::read_dir(to).map_err(|error| failed(to, error))?;
    if entries.next().is_some() {
        return Err(Failure::Unknown {
            fact: format!("`{}` is not empty", to.display()),
            remedy: "name a folder that does not exist yet".into(),
        });
    }
    let attempt = of_the_attempt(evidence);
    let changed = |name: &str| changes.iter().any(|change| change.name == name);
    // Only what was read as evidence is copied: a folder may hold links and devices that were refused.
    for (_, document) in evidence.documents.iter() {
        let name = &document.name;
        let source = from.join(name);
        let plain = Path::new(name).file_name().is_some_and(|file| file == name.as_str());
        if plain && !attempt.contains(name) && !changed(name) && is_file(&source) {
            let target = to.join(name);
            fs::copy(&source, &target).map_err(|error| failed(&target, error))?;
        }
    }
    Ok(())
}

fn write(folder: &Path, changes: &[FileChange]) -> Result<(), Failure> {
    for change in changes {
        let target = folder.join(&change.name);
        let done = match &change.after {
            Some(after) => fs::write(&target, after),
            None => fs::remove_file(&target).or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            }),
        };
        done.map_err(|error| failed(&target, error))?;
    }
    Ok(())
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}
