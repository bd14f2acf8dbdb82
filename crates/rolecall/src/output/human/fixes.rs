//! The fixes of a finding for people: what to do, the change, what follows from it, and how to bring it about.

use std::io::{self, Write};

use rolecall_doctor::finding::Finding;
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::Report;

use super::{BOLD, DIM, GREEN, RED, wrap};
use crate::commands::diagnose::Fixes;
use crate::output::{plain, safety_name};

/// Every fix, each written out as `shown` says.
pub fn fixes(
    out: &mut impl Write,
    report: &Report<'_>,
    finding: &Finding,
    shown: Fixes,
    width: usize,
) -> io::Result<()> {
    for (number, fix) in finding.fixes.iter().enumerate() {
        let label = if finding.fixes.len() == 1 { "fix".to_owned() } else { format!("fix {}", number + 1) };
        let title = wrap(&plain(&fix.title), width.saturating_sub(4), "    ");
        writeln!(out, "\n{GREEN}{label}{GREEN:#} ({}): {title}", safety_name(fix.safety))?;
        if matches!(shown, Fixes::Short | Fixes::Diff | Fixes::All) {
            diff(out, report, fix)?;
        }
        consequences(out, fix, width)?;
        // The commands of wider fixes would bury the narrow one; advice has nothing else to show.
        let first = shown == Fixes::Short && number == 0;
        if first || fix.edits.is_empty() || matches!(shown, Fixes::Shell | Fixes::All) {
            commands(out, fix)?;
        }
        for notation in [Notation::Terraform, Notation::CloudFormation] {
            if !fix.edits.is_empty() && (shown == Fixes::All || shown == of(notation)) {
                written(out, report, fix, notation)?;
            }
        }
    }
    hint(out, report, finding, shown)
}

fn of(notation: Notation) -> Fixes {
    match notation {
        Notation::Diff => Fixes::Diff,
        Notation::Shell => Fixes::Shell,
        Notation::Terraform => Fixes::Terraform,
        Notation::CloudFormation => Fixes::CloudFormation,
    }
}

fn diff(out: &mut impl Write, report: &Report<'_>, fix: &Fix) -> io::Result<()> {
    let Some(diff) = report.render(fix, Notation::Diff) else { return Ok(()) };
    for line in diff.lines() {
        let style = match line.as_bytes() {
            [b'+', ..] => GREEN,
            [b'-', ..] => RED,
            _ => DIM,
        };
        writeln!(out, "  {style}{}{style:#}", plain(line))?;
    }
    Ok(())
}

fn consequences(out: &mut impl Write, fix: &Fix, width: usize) -> io::Result<()> {
    let told = |label: &str, text: &str| {
        format!("  {label}  {}", wrap(&plain(text), width.saturating_sub(9), "         "))
    };
    if let Some(proof) = &fix.proof {
        writeln!(out, "{}", told("proof", &proof.sentence))?;
    }
    if let Some(reach) = &fix.reach {
        writeln!(out, "{}", told("reach", &reach.sentence()))?;
    }
    for obstacle in &fix.obstacles {
        writeln!(out, "{}", told("AWS would refuse it:", obstacle))?;
    }
    Ok(())
}

fn commands(out: &mut impl Write, fix: &Fix) -> io::Result<()> {
    for command in &fix.commands {
        writeln!(out, "  {BOLD}${BOLD:#} {}", plain(command).replace('\n', "\n  "))?;
    }
    Ok(())
}

fn written(out: &mut impl Write, report: &Report<'_>, fix: &Fix, notation: Notation) -> io::Result<()> {
    let name = notation.name();
    let Some(text) = report.render(fix, notation) else {
        return writeln!(out, "  {DIM}{name} has no word for this change{DIM:#}");
    };
    writeln!(out, "  {BOLD}{name}{BOLD:#}")?;
    for line in text.lines() {
        let line = plain(line);
        writeln!(out, "{}", format!("  {line}").trim_end())?;
    }
    Ok(())
}

/// The notations that were not shown and have something to say.
fn hint(out: &mut impl Write, report: &Report<'_>, finding: &Finding, shown: Fixes) -> io::Result<()> {
    let edited = || finding.fixes.iter().filter(|fix| !fix.edits.is_empty());
    let says = |notation: &Notation| match notation {
        Notation::Diff => false,
        // The commands of the first fix are shown already.
        Notation::Shell => edited().count() > 1,
        _ => edited().any(|fix| report.render(fix, *notation).is_some()),
    };
    let mut names: Vec<&str> = Notation::ALL.iter().filter(|one| says(one)).map(|one| one.name()).collect();
    if shown != Fixes::Short || names.is_empty() {
        return Ok(());
    }
    names.push("all");
    writeln!(out, "\n{DIM}the fixes in another notation: --fixes {}{DIM:#}", names.join("|"))
}
