//! The corpus of reported failures, and the laws that keep the rules general.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "corpus/cases.rs"]
mod cases;

use cases::{Case, all, below};
use rolecall_doctor::finding::{Certainty, Finding, Severity};
use rolecall_doctor::report::diagnose;

type Files = Vec<(String, Vec<u8>)>;

fn findings(files: &Files) -> Vec<Finding> {
    diagnose(&rolecall_collect::read_files(files)).findings
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}

#[test]
fn the_true_cause_comes_first() {
    let faults: Vec<Case> = all().into_iter().filter(|case| case.cause != "none").collect();
    let missed: Vec<String> = faults
        .iter()
        .filter_map(|case| {
            let found = findings(&case.files);
            let first = found.first().map_or("nothing", |finding| finding.cause);
            (first != case.cause).then(|| format!("{}: wanted {}, got {first}", case.name, case.cause))
        })
        .collect();
    assert!(faults.len() >= 116);
    assert!(missed.len() * 20 <= faults.len(), "more than one in twenty missed:\n{}", missed.join("\n"));
}

/// Evidence of other manners than the reported failures have; each of these has one answer.
#[test]
fn the_true_cause_comes_first_in_every_manner_of_evidence() {
    let faults: Vec<Case> = below("corpus-own").into_iter().filter(|case| case.cause != "none").collect();
    let missed: Vec<String> = faults
        .iter()
        .filter_map(|case| {
            let found = findings(&case.files);
            let first = found.first().map_or("nothing", |finding| finding.cause);
            (first != case.cause).then(|| format!("{}: wanted {}, got {first}", case.name, case.cause))
        })
        .collect();
    assert!(faults.len() >= 90);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn healthy_evidence_gives_no_error() {
    let controls = all().into_iter().chain(below("corpus-own"));
    for case in controls.filter(|case| case.cause == "none") {
        let found = findings(&case.files);
        let wrong: Vec<_> = errors(&found).map(|finding| finding.cause).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", case.name);
    }
}

/// Law 1: whatever file is taken away, nothing but a true cause is ever called certain.
#[test]
fn less_evidence_never_makes_a_wrong_certainty() {
    let mut broken = Vec::new();
    for case in all().into_iter().chain(below("corpus-own")) {
        for left_out in 0..=case.files.len() {
            let kept = case
                .files
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != left_out)
                .map(|(_, file)| file.clone());
            let found = findings(&kept.collect());
            let certain = errors(&found).filter(|finding| finding.certainty == Certainty::Certain);
            let wrong: Vec<_> =
                certain.map(|finding| finding.cause).filter(|cause| !case.is_true(cause)).collect();
            let name = case.files.get(left_out).map_or("nothing", |(name, _)| name);
            if !wrong.is_empty() {
                broken.push(format!("{} without {name}: {wrong:?}", case.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Law 2: other accounts, hosts, clusters and repositories, consistently, give the same verdict.
#[test]
fn names_do_not_matter() {
    for case in all().into_iter().chain(below("corpus-own")) {
        let renamed: Files = case.files.iter().map(|(name, bytes)| (name.clone(), rename(bytes))).collect();
        let causes = |files: &Files| {
            findings(files).iter().map(|finding| (finding.cause, finding.certainty)).collect::<Vec<_>>()
        };
        assert_eq!(causes(&case.files), causes(&renamed), "{}", case.name);
    }
}

/// Account ids get other digits; owners, hosts of the examples, clusters and buckets get other names.
fn rename(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8(bytes.to_vec()).unwrap();
    let names = [
        ("111122223333", "902817364501"),
        ("444455556666", "370192846655"),
        ("123456789012", "655443322110"),
        ("EXAMPLE", "D0C5A1E"),
        ("octo-org", "acme-inc"),
        ("octo-repo", "the-thing"),
        ("Octo", "Acme"),
        ("octo.example", "acme.test"),
        ("k8s.example.com", "clusters.acme.test"),
        ("example-data", "acme-data"),
        ("demo", "showcase"),
        ("200233445566", "730164925880"),
        ("311122233344", "640275813992"),
        ("acme", "globex"),
        ("A1B2C3D4E5F60718293A4B5C6D7E8F90", "0F9E8D7C6B5A41302F1E0D9C8B7A6F5E"),
        ("a1b2c3d4e5f60718293a4b5c6d7e8f90", "0f9e8d7c6b5a41302f1e0d9c8b7a6f5e"),
    ];
    for (old, new) in names {
        text = text.replace(old, new);
    }
    text.into_bytes()
}

/// Every finding of every case says what it must: a caret, an explanation, a way to mend it.
#[test]
fn findings_are_whole() {
    for case in all().into_iter().chain(below("corpus-own")) {
        for finding in
            errors(&findings(&case.files)).filter(|finding| finding.certainty != Certainty::Possible)
        {
            let what = format!("{}: {}", case.name, finding.cause);
            assert!(finding.places.iter().any(|place| place.primary), "{what}: no caret");
            assert!(!finding.explanation.is_empty(), "{what}: no explanation");
            assert!(!finding.fixes.is_empty(), "{what}: no fix");
            assert!(!finding.title.ends_with('.') && !finding.title.is_empty(), "{what}: {}", finding.title);
        }
    }
}
