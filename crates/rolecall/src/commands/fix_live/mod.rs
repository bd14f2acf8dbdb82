//! `rolecall fix` on live targets: plan, consent, compare, act, wait, look again.

mod look_again;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rolecall_apply::journal::Journal;
use rolecall_apply::run::{Outcome, make};
use rolecall_apply::{ApplyError, World};
use rolecall_doctor::finding::{Finding, Safety, Severity};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::report::{Report, diagnose};
use tokio::runtime::Runtime;

use super::diagnose::Fixes;
use super::fix::{ROUNDS, chosen};
use super::live::{LiveFlags, runtime};
use super::target::{ReadTargets, Targets};
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;
use look_again::{PodAfterwards, look_again, stands};

/// How a live fix is made.
#[derive(Args, Clone, Debug)]
pub struct LiveFix {
    /// Make the changes without asking.
    #[arg(long, short = 'y')]
    yes: bool,
    /// Where the undo file goes; one of an interrupted run is gone on with.
    #[arg(long, value_name = "FILE")]
    undo_file: Option<PathBuf>,
    /// Seconds to wait for the changes to take effect.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=3600))]
    wait: u64,
    /// With --yes: also make a change that admits others beside this caller.
    #[arg(long, requires = "yes")]
    admit_others: bool,
}

/// Runs the command.
pub fn run(targets: &Targets, flags: &LiveFlags, options: &LiveFix, number: usize) -> Done {
    let runtime = runtime()?;
    let mut targets = targets.clone();
    let mut read = targets.read(flags)?;
    let mut journal = None;
    for round in 0..ROUNDS {
        let report = diagnose(&read.evidence);
        if round == 0 {
            output::human::report(&report, Fixes::Short)?;
        }
        let number = if round == 0 { number } else { 1 };
        let fix = match to_make(&report, number, round) {
            Ok(None) => break,
            Ok(Some((finding, fix))) => {
                plan(&report, finding, fix)?;
                refuse_files(fix)?;
                Some(fix)
            }
            // What an interrupted run changed may not show yet: then there is nothing more to make.
            Err(failure) => {
                let left = journal.insert(open(&targets, flags, options, &read)?);
                if !left.is_unfinished() {
                    return Err(failure);
                }
                output::human::note("the interrupted run is gone on with: what it changed may not show yet");
                None
            }
        };
        if !consents(fix.as_slice(), options)? {
            return Ok(Exit::from(report.conclusion));
        }
        if journal.is_none() {
            journal = Some(open(&targets, flags, options, &read)?);
        }
        let (Some(open), Some(finding)) = (journal.as_mut(), report.findings.first()) else { break };
        open.plan(fix.map_or(&[], |fix| &fix.edits));
        act(&runtime, open, flags, &targets, options)?;
        let left = || open.steps.iter().map(|step| step.change.edit()).collect();
        let (cause, edits) = (finding.cause, fix.map_or_else(left, |fix| fix.edits.clone()));
        read = afterwards(&mut targets, flags, read, &edits, cause, options.wait)?;
        if stands(&read.evidence, cause) {
            break;
        }
    }
    let after = diagnose(&read.evidence);
    if let Some(journal) = journal {
        println!();
        output::human::report(&after, Fixes::Short)?;
        println!("\nto undo: rolecall undo {}", output::plain(&journal.path().display().to_string()));
    }
    Ok(Exit::from(after.conclusion))
}

/// A fix of a file that the user keeps is not made from here.
fn refuse_files(fix: &Fix) -> Result<(), Failure> {
    let Some(file) = fix.edits.iter().find_map(Edit::file) else { return Ok(()) };
    Err(Failure::Unknown {
        fact: format!("this fix changes a file that you keep, `{file}`, and nothing live"),
        remedy: "`--in DIR` changes it where it is kept".into(),
    })
}

/// What is read once the edits are made: of another pod, where they make one.
fn afterwards(
    targets: &mut Targets,
    flags: &LiveFlags,
    before: ReadTargets,
    edits: &[Edit],
    cause: &str,
    wait: u64,
) -> Result<ReadTargets, Failure> {
    let pod = pod_afterwards(edits);
    if pod == PodAfterwards::Another {
        let seen = before.collected.and_then(|collected| collected.seen.service_account);
        *targets = targets.beyond_the_pod(seen.as_deref());
    }
    look_again(targets, flags, cause, pod, wait)
}

/// What becomes of the pod by these edits.
fn pod_afterwards(edits: &[Edit]) -> PodAfterwards {
    // A cron job makes no pod until its time comes.
    if edits.iter().any(|edit| edit.template_of() == Some("CronJob")) {
        return PodAfterwards::Later;
    }
    let anew = |edit: &Edit| matches!(edit, Edit::RestartWorkload { .. }) || edit.template_of().is_some();
    if edits.iter().any(anew) { PodAfterwards::Another } else { PodAfterwards::TheSame }
}

/// The fix to make; none where nothing is wrong, or where what is left behind a first fix has none.
pub(super) fn to_make<'r>(
    report: &'r Report<'_>,
    number: usize,
    round: usize,
) -> Result<Option<(&'r Finding, &'r Fix)>, Failure> {
    if report.findings.first().is_none_or(|finding| finding.severity != Severity::Error) {
        return Ok(None);
    }
    match chosen(report, number) {
        Ok(found) => Ok(Some(found)),
        Err(failure) if round == 0 => Err(failure),
        Err(_) => Ok(None),
    }
}

/// Shows what would be done.
fn plan(report: &Report<'_>, finding: &Finding, fix: &Fix) -> io::Result<()> {
    use rolecall_doctor::fix::render::Notation;
    let mut out = anstream::stdout().lock();
    writeln!(out, "\nplan for {}: {}", finding.cause, output::plain(&fix.title))?;
    if let Some(diff) = report.render(fix, Notation::Diff) {
        writeln!(out, "{}", output::plain(diff.trim_end()))?;
    }
    for command in &fix.commands {
        writeln!(out, "  {}", output::plain(command))?;
    }
    if fix.safety == Safety::Review {
        writeln!(out, "  to be read before it is made: see the report above for whom it admits")?;
    }
    for obstacle in &fix.obstacles {
        writeln!(out, "  AWS would refuse it: {}", output::plain(obstacle))?;
    }
    out.flush()
}

/// Whether the user wants all of them made. Only the plan is shown where nobody can be asked.
pub(super) fn consents(fixes: &[&Fix], options: &LiveFix) -> Result<bool, Failure> {
    if fixes.iter().any(|fix| !fix.obstacles.is_empty()) {
        return Ok(false);
    }
    let reaches = fixes.iter().filter_map(|fix| fix.reach.as_ref());
    let others = reaches.into_iter().any(|reach| reach.is_more_than_the_caller());
    if options.yes && others && !options.admit_others {
        return Err(Failure::Unknown {
            fact: "this change admits others beside this caller, and nothing was changed".into(),
            remedy: "read whom it admits; then `--yes --admit-others`, or another fix with `--number`".into(),
        });
    }
    if options.yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        output::human::note("nothing was changed: there is no terminal to ask at; `--yes` makes the changes");
        return Ok(false);
    }
    print!("\nmake these changes? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The undo file: the one of an interrupted run of the same targets, else a new one.
fn open(
    targets: &Targets,
    flags: &LiveFlags,
    options: &LiveFix,
    read: &ReadTargets,
) -> Result<Journal, Failure> {
    if let Some(path) = &options.undo_file {
        return Journal::open(path).map_err(|error| failure(&error));
    }
    let seen = read.collected.as_ref().and_then(|collected| collected.seen.namespace.clone());
    let namespace = flags.namespace.clone().or(seen);
    let name = format!("rolecall-undo-{}", targets.file_name(namespace.as_deref()));
    for number in 1.. {
        let path = if number == 1 { format!("{name}.json") } else { format!("{name}-{number}.json") };
        let journal = Journal::open(Path::new(&path)).map_err(|error| failure(&error))?;
        if journal.steps.is_empty() || journal.is_unfinished() {
            return Ok(journal);
        }
    }
    Err(Failure::Unknown {
        fact: "there are too many undo files here".into(),
        remedy: "name one with `--undo-file`".into(),
    })
}

fn act(
    runtime: &Runtime,
    journal: &mut Journal,
    flags: &LiveFlags,
    targets: &Targets,
    options: &LiveFix,
) -> Result<(), Failure> {
    let world = World::new(flags.scope(targets.live(flags)));
    println!("\nundo file: {}", output::plain(&journal.path().display().to_string()));
    let deadline = Duration::from_secs(options.wait);
    let done = runtime.block_on(make(journal, &world, deadline, tell));
    done.map_err(|error| failure(&error))
}

/// Says what became of a step.
pub fn tell(what: &str, outcome: &Outcome) {
    let said = match outcome {
        Outcome::Done => "changed",
        Outcome::Stood => "stands so already",
        Outcome::Undone => "as it was before",
        Outcome::Stays => "stays: it cannot be undone",
        Outcome::NotDone => "had not been changed",
    };
    println!("  {}: {said}", output::plain(what));
}

/// Why a change was not made, for the user.
pub fn failure(error: &ApplyError) -> Failure {
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    Failure::Unknown {
        fact: format!("{error}{source}"),
        remedy: error.remedy().unwrap_or_else(|| "look at it with `rolecall diagnose`".into()),
    }
}
