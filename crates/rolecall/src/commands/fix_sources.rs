//! `rolecall fix --in DIR`: the fix made in the files that declare the object, and decided upon once more.

use std::io::{self, Write};
use std::path::Path;

use rolecall_doctor::finding::{Finding, Safety, shell_word};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::preview::preview;
use rolecall_doctor::fix::render::{Notation as Rendering, unified};
use rolecall_doctor::report::{Report, diagnose};
use rolecall_model::evidence::Evidence;
use rolecall_sources::changes::{FileChange, between};
use rolecall_sources::folder::{self, Limits, Sources};
use rolecall_sources::plan::{Outcome, Refusal, make};
use rolecall_sources::recheck;
use rolecall_sources::search::{Declaration, Notation, Place};
use rolecall_sources::write::write;

use super::fix::ROUNDS;
use super::fix_live::{LiveFix, consents, to_make};
use super::live::LiveFlags;
use super::target::Targets;
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// A fix and what became of each of its edits.
struct Made {
    fix: Fix,
    outcomes: Vec<Outcome>,
}

/// Runs the command.
pub fn run(targets: &Targets, flags: &LiveFlags, options: &LiveFix, root: &Path, number: usize) -> Done {
    let before = read(root)?;
    let mut evidence = targets.read(flags)?.evidence;
    let now = diagnose(&evidence).conclusion;
    let mut sources = before.clone();
    let mut all: Vec<Made> = Vec::new();
    for round in 0..ROUNDS {
        let report = diagnose(&evidence);
        let number = if round == 0 { number } else { 1 };
        let Some((finding, fix)) = to_make(&report, number, round)? else { break };
        let made = match edited(&mut sources, &evidence, fix) {
            Ok(made) => made,
            Err(refusal) => {
                refused(root, &report, finding, fix, &refusal)?;
                if round == 0 {
                    return Err(failure(root, &refusal));
                }
                break;
            }
        };
        tell(root, finding, &made)?;
        proved(&sources, &evidence, finding.cause, &made)?;
        let after = preview(&evidence, &made.fix.edits);
        all.push(made);
        evidence = after;
    }
    let changes = between(&before, &sources);
    if changes.is_empty() {
        return nothing(root, &all, now.into());
    }
    show(&changes)?;
    let fixes: Vec<&Fix> = all.iter().map(|made| &made.fix).collect();
    if !consents(&fixes, options)? {
        return Ok(now.into());
    }
    write(root, &changes).map_err(|error| Failure::Unknown {
        fact: chain(&error),
        remedy: "look at what changes these files, and run it again".into(),
    })?;
    let mut out = anstream::stdout().lock();
    writeln!(out)?;
    for change in &changes {
        writeln!(out, "written: {}", shown(root, &change.name))?;
    }
    effect(&mut out, root, &all)?;
    out.flush()?;
    Ok(Exit::from(diagnose(&evidence).conclusion))
}

fn read(root: &Path) -> Result<Sources, Failure> {
    let name = || root.display().to_string();
    if !root.is_dir() {
        return Err(Failure::Unknown {
            fact: format!("`{}` is no folder", name()),
            remedy: "name the folder of the sources with `--in`".into(),
        });
    }
    folder::read(root, &Limits::default())
        .map_err(|error| Failure::Read { name: name(), source: Box::new(error) })
}

/// Makes every edit of a fix, or none.
fn edited(sources: &mut Sources, evidence: &Evidence, fix: &Fix) -> Result<Made, Refusal> {
    let before = sources.clone();
    let mut outcomes = Vec::new();
    for edit in &fix.edits {
        match make(sources, evidence, edit) {
            Ok(outcome) => outcomes.push(outcome),
            Err(refusal) => {
                *sources = before;
                return Err(refusal);
            }
        }
    }
    Ok(Made { fix: fix.clone(), outcomes })
}

fn tell(root: &Path, finding: &Finding, made: &Made) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}: {}\n", finding.cause, output::plain(&made.fix.title))?;
    for outcome in &made.outcomes {
        match outcome {
            Outcome::Changed { declaration, notes } => {
                writeln!(out, "  {}  {}", at(root, &declaration.place), output::plain(&declaration.what))?;
                for note in notes {
                    writeln!(out, "    {}", output::plain(note))?;
                }
            }
            Outcome::Stands { declaration } => {
                let what = output::plain(&declaration.what);
                writeln!(out, "  {}  {what}: says so already", at(root, &declaration.place))?;
            }
            Outcome::Live(what) => writeln!(out, "  not in files: {}", output::plain(what))?,
        }
    }
    if made.fix.safety == Safety::Review {
        let reach = made.fix.reach.as_ref().map(|reach| format!(": {}", reach.sentence()));
        writeln!(out, "  to be read before it is made{}", output::plain(&reach.unwrap_or_default()))?;
    }
    for obstacle in &made.fix.obstacles {
        writeln!(out, "  AWS would refuse it: {}", output::plain(obstacle))?;
    }
    out.flush()
}

/// Says what is decided on the changed sources.
fn proved(sources: &Sources, evidence: &Evidence, cause: &str, made: &Made) -> io::Result<()> {
    let pairs: Vec<(&Edit, Option<&Declaration>)> =
        made.fix.edits.iter().zip(made.outcomes.iter().map(Outcome::declaration)).collect();
    let mut out = anstream::stdout().lock();
    match recheck::decide(sources, evidence, cause, &pairs) {
        Ok(proof) => {
            writeln!(out, "\n  the changed sources read again: {}\n", output::plain(&proof.sentence))?
        }
        Err(why) => {
            let proof = made.fix.proof.as_ref().map(|proof| proof.sentence.as_str()).unwrap_or_default();
            writeln!(
                out,
                "\n  the changed sources say what the fix wants, and were not decided upon: {}",
                output::plain(&why)
            )?;
            writeln!(out, "  on the evidence: {}\n", output::plain(proof))?;
        }
    }
    out.flush()
}

fn show(changes: &[FileChange]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for change in changes {
        let diff = unified(&change.name, &change.before, &change.after);
        writeln!(out, "{}", output::plain(diff.trim_end()))?;
    }
    out.flush()
}

/// All that is wanted stands in the sources.
fn nothing(root: &Path, all: &[Made], exit: Exit) -> Done {
    let mut out = anstream::stdout().lock();
    writeln!(out, "nothing to change: the sources say so already, and what is in force does not")?;
    effect(&mut out, root, all)?;
    out.flush()?;
    Ok(exit)
}

/// How the sources take effect.
fn effect(out: &mut impl Write, root: &Path, all: &[Made]) -> io::Result<()> {
    let mut lines: Vec<String> = Vec::new();
    for made in all {
        for (edit, outcome) in made.fix.edits.iter().zip(&made.outcomes) {
            match outcome.declaration() {
                Some(declaration) => lines.push(command(root, declaration)),
                None => lines.extend(Fix::change("", Safety::Review, vec![edit.clone()]).commands),
            }
        }
    }
    let mut told: Vec<&String> = Vec::new();
    writeln!(out, "\nto make it take effect:")?;
    for line in &lines {
        if !told.contains(&line) {
            writeln!(out, "  {}", output::plain(line))?;
            told.push(line);
        }
    }
    Ok(())
}

fn command(root: &Path, declaration: &Declaration) -> String {
    let file = root.join(&declaration.place.file);
    let word = |path: &Path| shell_word(&path.display().to_string());
    match declaration.notation {
        Notation::Terraform => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            format!("terraform -chdir={} apply", word(folder.unwrap_or(Path::new("."))))
        }
        Notation::CloudFormation => {
            format!("aws cloudformation deploy --stack-name STACK --template-file {}", word(&file))
        }
        Notation::Kubernetes => format!("kubectl apply -f {}", word(&file)),
        Notation::Workflow | Notation::File => {
            format!("git commit {} && git push", word(&file))
        }
    }
}

/// The fix as it is apart from the sources, and the places that may be meant.
fn refused(
    root: &Path,
    report: &Report<'_>,
    finding: &Finding,
    fix: &Fix,
    refusal: &Refusal,
) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}: {}\n", finding.cause, output::plain(&fix.title))?;
    let creates = fix.edits.iter().any(|edit| matches!(edit, Edit::CreateProvider { .. }));
    let rendering = if creates { Rendering::Terraform } else { Rendering::Diff };
    if let Some(text) = report.render(fix, rendering) {
        writeln!(out, "{}\n", output::plain(text.trim_end()))?;
    }
    writeln!(out, "looked for {}", output::plain(&refusal.wanted))?;
    for near in &refusal.candidates {
        let (what, why) = (output::plain(&near.what), output::plain(&near.why));
        writeln!(out, "  {}  {what}: {why}", at(root, &near.place))?;
    }
    out.flush()
}

fn failure(root: &Path, refusal: &Refusal) -> Failure {
    let place = refusal.reason.place.as_ref().map(|place| format!("{}: ", at(root, place)));
    Failure::Unknown {
        fact: format!("no file was changed: {}{}", place.unwrap_or_default(), refusal.reason.why),
        remedy: if refusal.is_ambiguous() {
            "name the folder that holds the one which is meant with `--in`".into()
        } else {
            "make the change above where it is declared".into()
        },
    }
}

fn at(root: &Path, place: &Place) -> String {
    format!("{}:{}", shown(root, &place.file), place.line)
}

fn shown(root: &Path, name: &str) -> String {
    output::plain(&root.join(name).display().to_string())
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{source}")
}
