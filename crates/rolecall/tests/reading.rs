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

/// A long line is cut, and the carets end with what is shown of it.
#[test]
fn carets_end_with_their_line() {
    let mut seen = 0;
    for case in corpus() {
        let printed = run(&["diagnose", &case], "").stdout;
        let lines: Vec<&str> = printed.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].contains("| ") && pair[1].contains("^^")) {
            let carets = pair[1].chars().filter(|c| *c != '^').take_while(|c| *c == ' ' || *c == '|').count();
            let length = pair[1].chars().filter(|c| *c == '^').count();
            assert!(
                carets.min(200) + length <= pair[0].chars().count() + 1,
                "{case}\n{}\n{}",
                pair[0],
                pair[1]
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

/// A provider that takes no audience at all, and one that is not there and so has none to be read.
#[test]
fn providers_without_audiences() {
    let claims = r#"{"iss": "https://idp.example.com", "sub": "alice", "aud": "sts.amazonaws.com", "iat": 1772366400, "exp": 1772370000}"#;
    let rows = [
        ("provider.json", r#"{"Url": "idp.example.com", "ClientIDList": []}"#, "no audience is listed here"),
        ("providers.json", r#"{"OpenIDConnectProviderList": []}"#, "provider.missing"),
    ];
    for (name, text, wanted) in rows {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::write(folder.path().join("token.claims.json"), claims).unwrap();
        let role = "arn:aws:iam::111122223333:role/app";
        std::fs::write(folder.path().join("env.txt"), format!("AWS_ROLE_ARN={role}\n")).unwrap();
        let printed = run(&["diagnose", folder.path().to_str().unwrap()], "").stdout;
        assert!(printed.contains(wanted), "{printed}");
        assert!(!printed.contains("the provider's audiences") && !printed.contains("  found"), "{printed}");
    }
}
