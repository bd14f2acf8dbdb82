//! `rolecall.report/v1` and `rolecall.causes/v1`: written down in docs/*.schema.json, additions only.

use rolecall_doctor::check::Check;
use rolecall_doctor::finding::{Finding, Place};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::prove::{Consequence, Proof};
use rolecall_doctor::fix::reach::{Admitted, Probe, Reach};
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::implied::Implied;
use rolecall_doctor::report::Report;
use rolecall_model::document::Documents;
use serde::Serialize;

use super::{certainty_name, safety_name, severity_name};

#[derive(Serialize)]
struct ReportV1<'a> {
    schema: &'static str,
    conclusion: &'static str,
    summary: &'a str,
    chain: Vec<LinkV1<'a>>,
    findings: Vec<FindingV1<'a>>,
    implied: Vec<ImpliedV1<'a>>,
    missing: Vec<MissingV1<'a>>,
    skipped: Vec<SkippedV1<'a>>,
    unknown_files: &'a [String],
}

#[derive(Serialize)]
struct LinkV1<'a> {
    link: &'static str,
    state: &'static str,
    summary: &'a str,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    cause: &'static str,
    severity: &'static str,
    certainty: &'static str,
    title: &'a str,
    explanation: &'a str,
    places: Vec<PlaceV1<'a>>,
    notes: &'a [String],
    fixes: Vec<FixV1<'a>>,
}

#[derive(Serialize)]
struct PlaceV1<'a> {
    document: &'a str,
    pointer: String,
    line: u32,
    column: u32,
    byte: u32,
    length: u32,
    primary: bool,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
}

#[derive(Serialize)]
struct FixV1<'a> {
    title: &'a str,
    safety: &'static str,
    commands: &'a [String],
    obstacles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofV1<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<ReachV1<'a>>,
    renderings: Vec<RenderingV1>,
}

#[derive(Serialize)]
struct ProofV1<'a> {
    consequence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cause: Option<&'static str>,
    sentence: &'a str,
}

#[derive(Serialize)]
struct ReachV1<'a> {
    sentence: String,
    probes: Vec<ProbeV1<'a>>,
}

#[derive(Serialize)]
struct ProbeV1<'a> {
    who: &'a str,
    subject: &'a str,
    before: &'static str,
    after: &'static str,
}

#[derive(Serialize)]
struct RenderingV1 {
    notation: &'static str,
    text: String,
}

#[derive(Serialize)]
struct ImpliedV1<'a> {
    document: &'a str,
    line: u32,
    column: u32,
    meaning: &'a str,
    open: &'a [&'static str],
}

#[derive(Serialize)]
struct MissingV1<'a> {
    fact: &'a str,
    why: &'a str,
    command: &'a str,
}

#[derive(Serialize)]
struct SkippedV1<'a> {
    name: &'a str,
    why: &'a str,
}

/// The report as pretty JSON with a line end.
pub fn report(report: &Report<'_>) -> String {
    let chain = report.chain.iter();
    pretty(&ReportV1 {
        schema: "rolecall.report/v1",
        conclusion: report.conclusion.name(),
        summary: &report.summary,
        chain: chain
            .map(|link| LinkV1 { link: link.link.name(), state: link.state.name(), summary: &link.summary })
            .collect(),
        findings: report.findings.iter().map(|finding| finding_v1(report, finding)).collect(),
        implied: report.implied.iter().filter_map(|implied| implied_v1(implied, report.documents)).collect(),
        missing: report
            .missing
            .iter()
            .map(|missing| MissingV1 { fact: missing.fact, why: &missing.why, command: &missing.command })
            .collect(),
        skipped: report.skipped.iter().map(|skip| SkippedV1 { name: &skip.name, why: &skip.why }).collect(),
        unknown_files: report.unknown_files,
    })
}

fn finding_v1<'a>(report: &'a Report<'_>, finding: &'a Finding) -> FindingV1<'a> {
    FindingV1 {
        cause: finding.cause,
        severity: severity_name(finding.severity),
        certainty: certainty_name(finding.certainty),
        title: &finding.title,
        explanation: &finding.explanation,
        places: finding.places.iter().filter_map(|place| place_v1(place, report.documents)).collect(),
        notes: &finding.notes,
        fixes: finding.fixes.iter().map(|fix| fix_v1(report, fix)).collect(),
    }
}

fn place_v1<'a>(place: &'a Place, documents: &'a Documents) -> Option<PlaceV1<'a>> {
    let document = documents.get(place.at.document)?;
    let span = place.at.span;
    let position = document.position(span.start);
    Some(PlaceV1 {
        document: &document.name,
        pointer: document.pointer(span),
        line: position.line,
        column: position.column,
        byte: span.start,
        length: span.end.saturating_sub(span.start),
        primary: place.primary,
        label: &place.label,
        expected: place.expected.as_deref(),
        actual: place.actual.as_deref(),
    })
}

fn implied_v1<'a>(implied: &'a Implied, documents: &'a Documents) -> Option<ImpliedV1<'a>> {
    let document = documents.get(implied.at.document)?;
    let position = document.position(implied.at.span.start);
    Some(ImpliedV1 {
        document: &document.name,
        line: position.line,
        column: position.column,
        meaning: &implied.meaning,
        open: &implied.open,
    })
}

fn fix_v1<'a>(report: &Report<'_>, fix: &'a Fix) -> FixV1<'a> {
    let rendering = |notation: Notation| {
        Some(RenderingV1 { notation: notation.name(), text: report.render(fix, notation)? })
    };
    FixV1 {
        title: &fix.title,
        safety: safety_name(fix.safety),
        commands: &fix.commands,
        obstacles: &fix.obstacles,
        proof: fix.proof.as_ref().map(proof_v1),
        reach: fix.reach.as_ref().map(reach_v1),
        renderings: Notation::ALL.into_iter().filter_map(rendering).collect(),
    }
}

fn proof_v1(proof: &Proof) -> ProofV1<'_> {
    let next_cause = match proof.consequence {
        Consequence::RefusedLater { cause } => Some(cause),
        _ => None,
    };
    ProofV1 { consequence: proof.consequence.name(), next_cause, sentence: &proof.sentence }
}

fn reach_v1(reach: &Reach) -> ReachV1<'_> {
    let admitted = |admitted: Admitted| match admitted {
        Some(true) => "admitted",
        Some(false) => "refused",
        None => "unknown",
    };
    fn probe<'a>(probe: &'a Probe, admitted: impl Fn(Admitted) -> &'static str) -> ProbeV1<'a> {
        let (before, after) = (admitted(probe.before), admitted(probe.after));
        ProbeV1 { who: &probe.who, subject: &probe.subject, before, after }
    }
    ReachV1 {
        sentence: reach.sentence(),
        probes: reach.probes.iter().map(|one| probe(one, admitted)).collect(),
    }
}

#[derive(Serialize)]
struct CausesV1<'a> {
    schema: &'static str,
    causes: Vec<CauseV1<'a>>,
}

#[derive(Serialize)]
struct CauseV1<'a> {
    cause: &'a str,
    link: &'static str,
    severity: &'static str,
    title: &'a str,
    page: String,
}

/// The registry of causes as pretty JSON with a line end.
pub fn causes(checks: &[Check]) -> String {
    let cause = |check: &Check| CauseV1 {
        cause: check.slug,
        link: check.link().name(),
        severity: severity_name(check.severity),
        title: check.title,
        page: check.page(),
    };
    pretty(&CausesV1 { schema: "rolecall.causes/v1", causes: checks.iter().map(cause).collect() })
}

/// Serialising these types cannot fail: they hold strings, numbers and lists alone.
fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
