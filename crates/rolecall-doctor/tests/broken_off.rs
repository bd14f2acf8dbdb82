//! A file that breaks off: what does not stand there any more is unread, which is not absent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_doctor::finding::{Certainty, Severity};
use rolecall_doctor::report::diagnose;
use rolecall_testkit::corpus;

/// Whatever JSON of a case breaks off wherever, nothing but a true cause is ever called certain.
#[test]
fn no_wrong_certainty() {
    let mut wrong = Vec::new();
    for case in corpus::all(&corpus::root()).unwrap() {
        for (index, (name, bytes)) in case.files.iter().enumerate() {
            for thirds in (1..3).filter(|_| name.ends_with(".json")) {
                let mut files = case.files.clone();
                files[index].1.truncate(bytes.len() * thirds / 3);
                let found = diagnose(&rolecall_collect::read_files(&files)).findings;
                let certain = found.iter().filter(|finding| {
                    finding.certainty == Certainty::Certain && finding.severity == Severity::Error
                });
                let untrue = certain.map(|finding| finding.cause).filter(|cause| !case.is_true(cause));
                wrong.extend(untrue.map(|cause| format!("{} with {thirds}/3 of {name}: {cause}", case.name)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// YAML has no closing bracket, so that a part of it is legible. A pod of the API server has an account for certain.
#[test]
fn a_pod_that_breaks_off_before_its_account() {
    let made =
        "kind: Pod\nmetadata: {name: p, namespace: n, creationTimestamp: '2025-03-02T00:00:00Z'}\nspec:\n";
    let written = "kind: Pod\nmetadata: {name: p, namespace: n}\nspec:\n";
    let account = "  serviceAccountName: a\n";
    let read = |text: String| {
        let evidence = rolecall_collect::read_files(&[("pod.yaml".into(), text.into_bytes())]);
        evidence.pod.pod.present().is_some()
    };
    assert!(!read(made.to_owned()), "made and broken off");
    assert!(read(format!("{made}{account}")), "made");
    assert!(read(written.to_owned()), "written by hand: the account is the default one");
}

/// Where the role is legible and its trust policy is not, the policy is asked for.
#[test]
fn a_trust_policy_that_breaks_off_is_missed() {
    let role = r#"{"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {"#;
    let missed = |text: String| {
        let evidence = rolecall_collect::read_files(&[("role.json".into(), text.into_bytes())]);
        let report = diagnose(&evidence);
        report.missing.iter().any(|missing| missing.fact == "the role's trust policy")
    };
    assert!(missed(role.to_owned()));
    assert!(!missed(format!(r#"{role} "Version": "2012-10-17", "Statement": []}}}}}}"#)));
}
