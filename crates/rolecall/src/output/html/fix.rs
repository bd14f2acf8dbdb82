//! A fix: what it does, how far it may be trusted, what follows from it, whom it lets in, and how to write it.

use maud::{Markup, html};
use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::reach::{Admitted, Probe, Reach};
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::Report;

use super::code::{self, Ids};
use super::{plain, words};
use crate::output::safety_name;

/// The fix as an article; `at` counts from 0.
pub fn fix(report: &Report<'_>, fix: &Fix, at: usize, count: usize, ids: &mut Ids) -> Markup {
    let safety = safety_name(fix.safety);
    html! {
        article class={ "fix " (safety) } aria-labelledby={ "fix-" (at) } {
            p .cause { span class={ "badge " (safety) } { (meaning(fix.safety)) } }
            h3 id={ "fix-" (at) } { @if count > 1 { (at + 1) ". " } (words(&fix.title)) }
            @if let Some(diff) = report.render(fix, Notation::Diff) { (code::diff(ids, &diff)) }
            (consequences(fix))
            @if let Some(shell) = report.render(fix, Notation::Shell) {
                // Advice is nothing but its commands.
                details open[at == 0 || fix.edits.is_empty()] {
                    summary { "Commands" }
                    (code::block(ids, "commands", &shell))
                }
            }
            @for (notation, title) in [(Notation::Terraform, "Terraform"), (Notation::CloudFormation, "CloudFormation")] {
                @if let Some(text) = report.render(fix, notation) {
                    details { summary { (title) } (code::block(ids, title, &text)) }
                }
            }
        }
    }
}

fn meaning(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe: admits nobody but this caller",
        Safety::Review => "review: read what else it changes",
        Safety::ShowOnly => "advice: to be followed by hand",
    }
}

fn consequences(fix: &Fix) -> Markup {
    html! {
        @if fix.proof.is_some() || fix.reach.is_some() || !fix.obstacles.is_empty() {
            dl .consequences {
                @if let Some(proof) = &fix.proof { dt { "Proof" } dd { (words(&proof.sentence)) } }
                @if let Some(reach) = &fix.reach { dt { "Reach" } dd { (words(&reach.sentence())) (probes(reach)) } }
                @for obstacle in &fix.obstacles { dt { "AWS would refuse it" } dd { (words(obstacle)) } }
            }
        }
    }
}

fn probes(reach: &Reach) -> Markup {
    html! {
        @if !reach.probes.is_empty() {
            details {
                summary { "Who was tried" }
                ul .probes { @for probe in &reach.probes { (self::probe(probe)) } }
            }
        }
    }
}

fn probe(probe: &Probe) -> Markup {
    let now = |admitted: Admitted| match admitted {
        Some(true) => "admitted",
        Some(false) => "refused",
        None => "unknown",
    };
    let change = match (probe.before, probe.after) {
        (Some(false), Some(true) | None) => " gains",
        (Some(true), Some(false) | None) => " loses",
        _ => "",
    };
    html! {
        li class=(change.trim()) {
            (plain(&probe.who)) " " code { (plain(&probe.subject)) } ": "
            (now(probe.before)) " before, " (now(probe.after)) " after"
            @if !change.is_empty() { strong { "," (change) } }
        }
    }
}
