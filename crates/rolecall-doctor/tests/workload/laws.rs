//! What must hold of every check here.

use super::*;
use rolecall_doctor::report::diagnose;

/// Folders in which nothing is wrong on the workload's side.
fn healthy() -> Vec<Files<'static>> {
    let by_hand = pod(PodSpec { env: INJECTED_ENV, mounts: MOUNT, spec: VOLUME, ..PodSpec::default() });
    let success = ("output.txt", r#"{"UserId": "AROAEXAMPLE:x", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/app/botocore-session-1"}"#.to_owned());
    let workflow = format!(
        "on: push\npermissions:\n  id-token: write\njobs:\n  d:\n    steps:\n    - uses: aws-actions/configure-aws-credentials@v4\n      with:\n        role-to-assume: {ROLE_ARN}\n        aws-region: eu-west-1\n"
    );
    vec![
        vec![app_role(), annotated(), injected_pod()],
        vec![app_role(), annotated(), injected_pod(), env(INJECTED_ENV)],
        vec![app_role(), account("app", &[]), by_hand],
        vec![app_role(), account("app", &[]), success],
        vec![("workflow.yaml", workflow)],
        vec![],
    ]
}

#[test]
fn healthy_evidence_gives_no_error() {
    for files in healthy() {
        for check in catalogue::CATALOGUE {
            let mine = ["serviceaccount.", "pod.", "caller.", "token.not-issued"];
            if mine.iter().any(|prefix| check.slug.starts_with(prefix)) {
                let found = ask(check.slug, &files);
                let error =
                    found.filter(|finding| finding.severity == rolecall_doctor::finding::Severity::Error);
                assert!(
                    error.is_none() || check.slug == "serviceaccount.annotation-wrong-role",
                    "{files:?}\n{error:#?}"
                );
            }
        }
    }
}

#[test]
fn commands_quote_what_strangers_wrote() {
    let (name, text) = account("app", &[("eks.amazon.com/role-arn", "$(id)")]);
    let finding =
        ask("serviceaccount.annotation-malformed", &[denied(NODE), (name, text), bare_pod()]).unwrap();
    let commands = finding.fixes.iter().flat_map(|fix| &fix.commands);
    assert!(
        commands.clone().any(|command| command.contains("'eks.amazonaws.com/role-arn=$(id)'")),
        "{finding:#?}"
    );
}

#[test]
fn no_evidence_breaks_a_check() {
    let texts = [
        "",
        "{",
        "kind: Pod\n",
        "kind: ServiceAccount\nmetadata: {name: x}\n",
        "a: [",
        "on:\njobs:\n",
        "\u{feff}",
    ];
    let names = [
        "pod.yaml",
        "serviceaccount.yaml",
        "webhook.yaml",
        "webhook-pod.yaml",
        "networkpolicy.yaml",
        "workflow.yaml",
        ".gitlab-ci.yml",
        "env.txt",
        "error.txt",
        "role.json",
        "association.json",
    ];
    for text in texts {
        let files: Vec<(String, Vec<u8>)> =
            names.iter().map(|name| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let evidence = rolecall_collect::read_files(&files);
        let _ = diagnose(&evidence);
    }
}
