//! What users read, whole: one diagnosis for each shape of answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use binary::{corpus, run};

/// Numbers of cases whose reports are kept, each with another shape of answer.
const CASES: [&str; 12] = [
    "k8s/004-", "k8s/011-", "k8s/016-", "k8s/033-", "k8s/038-", "k8s/057-", "k8s/085-", "k8s/099-",
    "k8s/123-", "k8s/201-", "ci/002-", "ci/007-",
];

#[test]
fn reports() {
    let corpus = corpus();
    for number in CASES {
        let case = corpus.iter().find(|case| case.contains(number)).unwrap();
        let name = number.trim_end_matches('-').replace('/', "-");
        insta::assert_snapshot!(name, run(&["diagnose", case], "").stdout);
    }
}

#[test]
fn pasted_errors() {
    let rows = [
        (
            "paste-denied",
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        ),
        (
            "paste-no-provider",
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        ),
        (
            "paste-other-identity",
            "User: arn:aws:sts::111122223333:assumed-role/node/i-0b474313a87ba6f7b is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::b\"",
        ),
        ("paste-nothing", "everything is fine here"),
    ];
    for (name, text) in rows {
        insta::assert_snapshot!(name, run(&["diagnose", "-"], text).stdout);
    }
}

#[test]
fn a_report_for_machines() {
    let case = corpus().into_iter().find(|case| case.contains("k8s/004-")).unwrap();
    insta::assert_snapshot!("report-json", run(&["diagnose", &case, "--format", "json"], "").stdout);
}

#[test]
fn a_simulation() {
    let case = corpus().into_iter().find(|case| case.contains("k8s/004-")).unwrap();
    let (role, token) = (format!("{case}/role.json"), format!("{case}/token.claims.json"));
    insta::assert_snapshot!("simulation", run(&["simulate", "--trust", &role, "--token", &token], "").stdout);
}

#[test]
fn help() {
    for command in ["", "diagnose", "fix", "explain", "causes", "simulate", "completions", "man"] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let name = format!("help-{}", if command.is_empty() { "rolecall" } else { command });
        insta::assert_snapshot!(name, run(&arguments, "").stdout);
    }
}
