//! SARIF 2.1.0: results with their regions and fixes, for code scanning and editors.

mod log;
mod place;

use std::path::Path;

use rolecall_doctor::catalogue::CATALOGUE;
use rolecall_doctor::check::Check;
use rolecall_doctor::finding::{Certainty, Finding, Severity};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::files::{FileChange, files};
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::link::Link;
use rolecall_doctor::report::Report;
use serde_json::{Value, json};

use self::log::{
    ArtifactChange, Configuration, Content, Driver, Help, Invocation, Location, Log, LogicalLocation,
    Message, Notification, Replacement, Rule, Run, SarifFix, SarifResult, Tool,
};
use self::place::Places;
use super::{certainty_name, plain, safety_name, severity_name};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The report as pretty JSON with a line end. `folder` is where the files stand, as the user wrote it: code scanning
/// looks for them there; none for a pasted text.
pub fn report(report: &Report<'_>, folder: Option<&Path>) -> String {
    let rules = rules(report);
    let mut places = Places::new(report.documents, folder);
    let results =
        report.findings.iter().map(|finding| result(report, finding, &rules, &mut places)).collect();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "rolecall",
                version: VERSION,
                semantic_version: VERSION,
                information_uri: REPOSITORY,
                rules: rules.iter().map(|check| rule(check)).collect(),
            },
        },
        invocations: vec![Invocation {
            execution_successful: true,
            tool_execution_notifications: notifications(report),
        }],
        results,
        artifacts: places.artifacts(),
        column_kind: "unicodeCodePoints",
        properties: properties(report),
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: vec![run] };
    // Serialising these types cannot fail: they hold strings, numbers and lists alone.
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

/// The causes that the results name, in the catalogue's order.
fn rules(report: &Report<'_>) -> Vec<&'static Check> {
    let named = |check: &&Check| report.findings.iter().any(|finding| finding.cause == check.slug);
    CATALOGUE.iter().filter(named).collect()
}

fn rule(check: &Check) -> Rule {
    let page = check.page();
    Rule {
        id: check.slug,
        short_description: Message { text: check.title.to_owned() },
        help: Help { text: page.clone(), markdown: page },
        help_uri: format!("{REPOSITORY}/blob/main/docs/causes/{}.md", check.slug),
        default_configuration: Configuration { level: severity_name(check.severity) },
        properties: json!({"tags": ["aws", "oidc", check.link().name()]}),
    }
}

fn result(report: &Report<'_>, finding: &Finding, rules: &[&Check], places: &mut Places<'_>) -> SarifResult {
    let mut locations: Vec<Location> = Vec::new();
    let mut related: Vec<Location> = Vec::new();
    for place in &finding.places {
        // One place is the result's own; the others are beside it (§3.27.12: several locations mean several places
        // that must all be changed).
        let list = if place.primary && locations.is_empty() { &mut locations } else { &mut related };
        list.extend(places.location(place));
    }
    for (id, location) in related.iter_mut().enumerate() {
        location.id = Some(id + 1);
    }
    if locations.is_empty() {
        let link = Link::of_slug(finding.cause).unwrap_or(Link::Workload);
        locations.push(Location {
            id: None,
            physical_location: None,
            logical_locations: vec![LogicalLocation { fully_qualified_name: link.name().to_owned() }],
            message: None,
        });
    }
    SarifResult {
        rule_id: finding.cause,
        rule_index: rules.iter().position(|check| check.slug == finding.cause).unwrap_or_default(),
        level: level(finding),
        rank: rank(finding.certainty),
        message: Message { text: message(finding) },
        partial_fingerprints: json!({"causeAndPlace/v1": fingerprint(finding, report)}),
        locations,
        related_locations: related,
        fixes: finding.fixes.iter().filter_map(|fix| sarif_fix(report, fix, places)).collect(),
        properties: json!({
            "certainty": certainty_name(finding.certainty),
            "fixes": finding.fixes.iter().map(|fix| fix_properties(report, fix)).collect::<Vec<_>>(),
        }),
    }
}

/// One of several explanations must not fail a gate that counts errors.
fn level(finding: &Finding) -> &'static str {
    match (finding.severity, finding.certainty) {
        (Severity::Error, Certainty::Possible) => "warning",
        (severity, _) => severity_name(severity),
    }
}

/// Importance from 0 to 100 (§3.27.25).
fn rank(certainty: Certainty) -> f32 {
    match certainty {
        Certainty::Certain => 100.0,
        Certainty::Likely => 70.0,
        Certainty::Possible => 30.0,
    }
}

fn message(finding: &Finding) -> String {
    let mut text = format!("{}.", plain(&finding.title));
    for sentence in [&finding.explanation].into_iter().filter(|sentence| !sentence.is_empty()) {
        text.push_str(&format!("\n\n{}", plain(sentence)));
    }
    for note in &finding.notes {
        text.push_str(&format!("\n- {}", plain(note)));
    }
    for fix in &finding.fixes {
        text.push_str(&format!("\n\nFix ({}): {}.", safety_name(fix.safety), plain(&fix.title)));
    }
    text
}

/// The same fault at the same place has the same fingerprint in the next run, whatever moved around it.
fn fingerprint(finding: &Finding, report: &Report<'_>) -> String {
    let place = finding.places.iter().find(|place| place.primary).or(finding.places.first());
    let document = place.and_then(|place| Some((report.documents.get(place.at.document)?, place.at.span)));
    let (name, pointer) =
        document.map(|(document, span)| (document.name.as_str(), document.pointer(span))).unwrap_or_default();
    format!("{}#{}#{}", finding.cause, plain(name), plain(&pointer))
}

/// A fix as replacements; none for advice, and for what no file of the evidence shows.
fn sarif_fix(report: &Report<'_>, fix: &Fix, places: &mut Places<'_>) -> Option<SarifFix> {
    let changed = files(report.evidence, &fix.edits);
    let changes: Vec<ArtifactChange> =
        changed.iter().filter_map(|change| artifact_change(change, places)).collect();
    let text = format!("{} ({})", plain(&fix.title), safety_name(fix.safety));
    (!changes.is_empty()).then_some(SarifFix { description: Message { text }, artifact_changes: changes })
}

fn artifact_change(change: &FileChange, places: &mut Places<'_>) -> Option<ArtifactChange> {
    let after = change.after.as_ref()?;
    let before = change.before.as_deref().unwrap_or_default();
    let replacement = |span, text: &str| Replacement {
        deleted_region: place::region(before, span, false),
        inserted_content: Content { text: text.to_owned().into() },
    };
    let replacements = match &change.before {
        Some(_) => change.replacements().iter().map(|one| replacement(one.span, &one.text)).collect(),
        None => vec![replacement(Default::default(), after)],
    };
    Some(ArtifactChange { artifact_location: places.file(&change.name), replacements })
}

/// What SARIF has no word for: how far a fix may be trusted, what follows from it, and its commands.
fn fix_properties(report: &Report<'_>, fix: &Fix) -> Value {
    let rendering =
        |notation: Notation| Some((notation.name().to_owned(), report.render(fix, notation)?.into()));
    let written = [Notation::Shell, Notation::Terraform, Notation::CloudFormation];
    let renderings: serde_json::Map<String, Value> = written.into_iter().filter_map(rendering).collect();
    json!({
        "title": plain(&fix.title),
        "safety": safety_name(fix.safety),
        "proof": fix.proof.as_ref().map(|proof| plain(&proof.sentence)),
        "reach": fix.reach.as_ref().map(|reach| plain(&reach.sentence())),
        "obstacles": fix.obstacles,
        "renderings": renderings,
    })
}

/// What was not read is no result: it says how far the results can be relied upon.
fn notifications(report: &Report<'_>) -> Vec<Notification> {
    let notification = |level, text| Notification { level, message: Message { text } };
    let missing = report.missing.iter().map(|missing| {
        let (why, command) = (plain(&missing.why), plain(&missing.command));
        notification("note", format!("not read: {} ({why}); this reads it: {command}", missing.fact))
    });
    let skipped = report.skipped.iter().map(|skipped| {
        notification("warning", format!("skipped {}: {}", plain(&skipped.name), plain(&skipped.why)))
    });
    let unknown = report.unknown_files.iter();
    let unknown = unknown.map(|name| notification("note", format!("not known, not read: {}", plain(name))));
    missing.chain(skipped).chain(unknown).collect()
}

fn properties(report: &Report<'_>) -> Value {
    let link = |link: &rolecall_doctor::chain::ChainLink| json!({"link": link.link.name(), "state": link.state.name(), "summary": plain(&link.summary)});
    json!({
        "conclusion": report.conclusion.name(),
        "summary": plain(&report.summary),
        "chain": report.chain.iter().map(link).collect::<Vec<_>>(),
    })
}
