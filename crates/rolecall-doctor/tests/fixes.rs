//! Every fix of every corpus case: proved, weighed, undone, and legible in each notation it is written in.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "bash reads the commands")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)] // The label is for other tests.
#[path = "corpus/cases.rs"]
mod cases;

use std::process::Command;

use cases::{Case, all};
use rolecall_doctor::finding::{Safety, Severity};
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::files::files;
use rolecall_doctor::fix::preview::preview;
use rolecall_doctor::fix::prove::Consequence;
use rolecall_doctor::fix::reach::Reach;
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::{Report, diagnose};
use rolecall_model::evidence::Evidence;
use rolecall_model::json;

/// Calls `each` with every fix of the primary finding that can be previewed; gives how many there were.
fn each_fix(mut each: impl FnMut(&Case, &Report<'_>, &Evidence, &Fix)) -> usize {
    let mut count = 0;
    for case in all() {
        let evidence = rolecall_collect::read_files(&case.files);
        let report = diagnose(&evidence);
        let primary = report.findings.first().filter(|finding| finding.severity == Severity::Error);
        for fix in primary.iter().flat_map(|finding| &finding.fixes).filter(|fix| !fix.edits.is_empty()) {
            count += 1;
            each(&case, &report, &evidence, fix);
        }
    }
    count
}

#[test]
fn every_fix_mends_its_fault() {
    let count = each_fix(|case, _, _, fix| {
        let proof = fix.proof.as_ref().unwrap();
        assert_ne!(
            proof.consequence,
            Consequence::NotMended,
            "{}: {}: {}",
            case.name,
            fix.title,
            proof.sentence
        );
        assert!(fix.obstacles.is_empty(), "{}: {}: {:?}", case.name, fix.title, fix.obstacles);
    });
    assert!(count >= 60, "{count} fixes");
}

#[test]
fn safe_means_nobody_else() {
    let mut safe = 0;
    each_fix(|case, _, evidence, fix| {
        let concerns = fix.edits.iter().any(|edit| edit.concerns_admission(evidence));
        assert!(!concerns || fix.reach.is_some(), "{}: {} has no reach", case.name, fix.title);
        if fix.safety == Safety::Safe {
            safe += 1;
            assert!(!fix.reach.as_ref().is_some_and(Reach::is_more_than_the_caller), "{}", case.name);
        }
    });
    assert!(safe >= 30, "{safe} safe fixes");
}

/// A trust policy keeps every byte that is not part of the fault: what is added or taken away is short, and the rest
/// stands in the same order.
#[test]
fn trust_policies_keep_their_bytes() {
    each_fix(|case, _, evidence, fix| {
        for edit in &fix.edits {
            let Edit::SetTrustPolicy(edit) = edit else { continue };
            let document = evidence.documents.get(edit.document).unwrap();
            let touched: usize = edit.changes.iter().map(|change| change.span.range().len()).sum();
            assert!(touched <= 700, "{}: {touched} bytes go", case.name);
            let back = json::edit::inverse(&document.text, &edit.changes).unwrap();
            let after = json::edit::apply(&document.text, &edit.changes).unwrap();
            assert_eq!(json::edit::apply(&after, &back).unwrap(), document.text, "{}", case.name);
            assert!(json::parse(&edit.after).flaws.is_empty(), "{}: {}", case.name, edit.after);
        }
    });
}

#[test]
fn an_edit_and_its_inverse_leave_everything_as_it_was() {
    each_fix(|case, _, evidence, fix| {
        let inverses: Option<Vec<Edit>> = fix.edits.iter().rev().map(Edit::inverse).collect();
        let Some(inverses) = inverses else { return };
        let back = preview(&preview(evidence, &fix.edits), &inverses);
        assert_eq!(state(&back), state(evidence), "{}: {}", case.name, fix.title);
    });
}

/// What edits may change, without the places where it stands.
fn state(evidence: &Evidence) -> Vec<String> {
    let role = evidence.role.role.present();
    let trust = role
        .and_then(|role| role.trust.as_ref())
        .map(|trust| evidence.documents.get(trust.document).unwrap().slice(trust.node.span).to_owned());
    let provider = evidence.provider.detail.present();
    let texts = |list: Option<&Vec<rolecall_model::document::Text>>| {
        list.map(|list| list.iter().map(|text| text.value.clone()).collect::<Vec<_>>())
    };
    let mut annotations: Vec<_> = evidence
        .serviceaccount
        .account
        .present()
        .map(|account| account.annotations.iter().map(|pair| (&pair.key.value, &pair.value.value)).collect())
        .unwrap_or_default();
    annotations.sort();
    let policies = evidence.permission.identity.present().map(|policies| {
        policies.iter().map(|policy| policy.name.as_ref().map(|name| name.value.clone())).collect::<Vec<_>>()
    });
    vec![
        format!("{trust:?}"),
        format!("{:?}", role.and_then(|role| role.max_session.map(|(seconds, _)| seconds))),
        format!("{:?}", texts(provider.and_then(|provider| provider.client_ids.as_ref()))),
        format!("{:?}", texts(provider.and_then(|provider| provider.thumbprints.as_ref()))),
        format!("{annotations:?}"),
        format!("{policies:?}"),
    ]
}

#[test]
fn every_notation_is_legible() {
    let mut seen = [0usize; 4];
    each_fix(|case, report, evidence, fix| {
        for (at, notation) in Notation::ALL.into_iter().enumerate() {
            let Some(text) = report.render(fix, notation) else { continue };
            seen[at] += 1;
            let what = format!("{}: {}: {}\n{text}", case.name, fix.title, notation.name());
            match notation {
                Notation::Diff => assert!(text.starts_with("--- ") && text.contains("\n+"), "{what}"),
                Notation::Shell => shell(&text, fix, &what),
                Notation::Terraform => {
                    drop(hcl::parse(&text).unwrap_or_else(|error| panic!("{error}: {what}")))
                }
                Notation::CloudFormation => cloudformation(&text, &what),
            }
        }
        let changed = files(evidence, &fix.edits);
        for file in &changed {
            let (Some(before), Some(after)) = (&file.before, &file.after) else { continue };
            let made = json::edit::apply(before, &file.replacements());
            assert_eq!(made.as_ref(), Some(after), "{}: {}", case.name, file.name);
        }
        for file in changed.iter().filter(|file| file.name.ends_with(".json")) {
            let flaws = json::parse(file.after.as_deref().unwrap_or("{}")).flaws;
            assert!(!flaws.iter().any(json::Flaw::is_syntax), "{}: {}: {flaws:?}", case.name, file.name);
        }
    });
    assert!(seen.iter().all(|count| *count >= 25), "{seen:?}");
}

/// Bash takes the commands apart into the very words that were meant.
fn shell(text: &str, fix: &Fix, what: &str) {
    let script = format!("aws() {{ printf '%s\\0' \"$@\"; }}; kubectl() {{ aws \"$@\"; }}\n{text}\n");
    let done = Command::new("bash").arg("-c").arg(script).output().unwrap();
    assert!(done.status.success(), "{what}");
    let printed = String::from_utf8(done.stdout).unwrap();
    let words: Vec<&str> = printed.split('\0').collect();
    for edit in &fix.edits {
        if let Edit::SetTrustPolicy(edit) = edit {
            let wanted = serde_json::from_str::<serde_json::Value>(&edit.after).unwrap();
            let given = words.iter().filter_map(|word| serde_json::from_str::<serde_json::Value>(word).ok());
            assert!(given.into_iter().any(|value| value == wanted), "{what}");
            assert!(words.contains(&edit.role.as_str()), "{what}");
        }
    }
}

fn cloudformation(text: &str, what: &str) {
    let (documents, flaws) = rolecall_collect::parse_yaml(text);
    assert!(flaws.is_empty(), "{what}: {flaws:?}");
    let root = documents.first().unwrap_or_else(|| panic!("{what}"));
    for resource in root.get("Resources").unwrap().members() {
        assert!(resource.value.get("Type").unwrap().as_str().unwrap().starts_with("AWS::IAM::"), "{what}");
        assert!(!resource.value.get("Properties").unwrap().members().is_empty(), "{what}");
    }
}
