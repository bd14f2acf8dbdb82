//! Each command as a user runs it: exit codes, formats, bad use, terminals that are none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use binary::{FORMATS, corpus, run, run_with};

const REFUSED: &str = "corpus/k8s/004-sub-installed-in-other-namespace/evidence";
const ADMITTED: &str = "corpus/k8s/201-control-stringlike-wildcard-matches/evidence";
const DENIED_TEXT: &str = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: \
                           Not authorized to perform sts:AssumeRoleWithWebIdentity";

/// Arguments, standard input, exit code, words on standard output, words on standard error.
type Row<'a> = (&'a [&'a str], &'a str, i32, &'a str, &'a str);

#[test]
fn exit_codes_and_words() {
    let rows: &[Row<'_>] = &[
        (&["diagnose", REFUSED], "", 1, "error[trust.subject-mismatch]", ""),
        (&["diagnose", ADMITTED], "", 0, "ADMITTED", ""),
        (&["diagnose", "-"], DENIED_TEXT, 3, "Not authorized", ""),
        (&["diagnose", "-"], DENIED_TEXT, 3, "STS verified the token", ""),
        (&["diagnose", "-"], "", 3, "NOT DECIDED", ""),
        (&["diagnose", "corpus/no-such-folder"], "", 2, "", "cannot read `corpus/no-such-folder`"),
        (&["diagnose", REFUSED, "--format", "sarif"], "", 1, "\"version\": \"2.1.0\"", ""),
        (&["diagnose", REFUSED, "-o", "markdown"], "", 1, "## ❌ Refused", ""),
        (&["diagnose", ADMITTED, "-o", "markdown"], "", 0, "## ✅ Admitted", ""),
        (&["diagnose", REFUSED, "-o", "html"], "", 1, "<!DOCTYPE html>", ""),
        (&["diagnose", "-", "-o", "html"], DENIED_TEXT, 3, "Not decided", ""),
        (&["diagnose", REFUSED], "", 1, "--fixes shell|terraform|cloudformation|all", ""),
        (&["diagnose", REFUSED, "--fixes", "terraform"], "", 1, "data \"aws_iam_policy_document\"", ""),
        (&["diagnose", REFUSED, "--fixes", "cloudformation"], "", 1, "Type: AWS::IAM::Role", ""),
        (&["diagnose", REFUSED, "--fixes", "aws-cli"], "", 1, "$ aws iam update-assume-role-policy", ""),
        (&["diagnose", REFUSED, "--fixes", "all"], "", 1, "jsonencode(", ""),
        (&["diagnose", REFUSED, "--fixes", "pulumi"], "", 2, "", "invalid value 'pulumi'"),
        (&["diagnose", REFUSED, "--format", "xml"], "", 2, "", "invalid value 'xml'"),
        (&["diagnose"], "", 2, "", "required arguments"),
        (&["explain", "trust.wildcard-in-equals"], "", 0, "StringEquals", ""),
        (&["explain", "Incorrect token audience"], "", 0, "provider.audience-unregistered", ""),
        (&["explain", "Incorrect", "token", "audience"], "", 0, "provider.audience-unregistered", ""),
        (&["explain", "trust.wildcard"], "", 2, "", "trust.wildcard-in-equals"),
        (&["causes"], "", 0, "trust.subject-mismatch", ""),
        (&["causes", "--format", "json"], "", 0, "rolecall.causes/v1", ""),
        (&["whoami", "--trail", "no-such-folder"], "", 2, "", "cannot read `no-such-folder`"),
        (&["whoami", "--trail", "x", "--ask"], "", 2, "", "cannot be used with"),
        (&["completions", "bash"], "", 0, "_rolecall", ""),
        (&["completions", "zsh"], "", 0, "#compdef rolecall", ""),
        (&["--version"], "", 0, env!("CARGO_PKG_VERSION"), ""),
        (&["--help"], "", 0, "  0  admitted, allowed", ""),
        (&["diagnose", "--help"], "", 0, "Examples:", ""),
        (&["frobnicate"], "", 2, "", "unrecognized subcommand 'frobnicate'"),
    ];
    for (arguments, input, code, stdout, stderr) in rows {
        let done = run(arguments, input);
        let what = arguments.join(" ");
        assert_eq!(done.code, *code, "{what}: {}{}", done.stdout, done.stderr);
        if stdout == &"Not authorized" {
            // The pasted line itself is not worth repeating; what it says is (the next row).
            assert!(!done.stdout.contains("panicked"), "{what}");
            continue;
        }
        assert!(done.stdout.contains(stdout), "{what} does not print `{stdout}`:\n{}", done.stdout);
        assert!(done.stderr.contains(stderr), "{what} does not complain of `{stderr}`:\n{}", done.stderr);
    }
}

#[test]
fn warnings_fail_only_when_asked() {
    let warned = corpus().into_iter().find(|case| {
        let done = run(&["diagnose", case], "");
        done.code == 0 && done.stdout.contains("warning[")
    });
    let case = warned.expect("a control with a warning");
    assert_eq!(run(&["diagnose", &case, "--fail-on", "warning"], "").code, 1);
    assert_eq!(run(&["diagnose", &case, "--fail-on", "error"], "").code, 0);
}

#[test]
fn colours_only_where_they_are_wanted() {
    let escape = '\u{1b}';
    assert!(!run(&["diagnose", REFUSED], "").stdout.contains(escape), "no terminal");
    let forced = run_with(&["diagnose", REFUSED], "", &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.stdout.contains(escape), "asked for");
    let both = run_with(&["diagnose", REFUSED], "", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
    assert!(!both.stdout.contains(escape), "NO_COLOR wins");
}

#[test]
fn lines_keep_to_the_width() {
    for columns in ["60", "100"] {
        let done = run_with(&["diagnose", REFUSED], "", &[("COLUMNS", columns)]);
        let width: usize = columns.parse().unwrap();
        let (chain, _) = done.stdout.split_once("error[").unwrap();
        let (_, chain) = chain.split_once('\n').unwrap();
        for line in chain.lines() {
            assert!(line.chars().count() <= width, "{columns} columns: {line}");
        }
    }
}

/// Words that a stranger's evidence may hold must not reach the terminal as commands to it.
#[test]
fn escape_sequences_are_made_visible() {
    let text =
        format!("{DENIED_TEXT} \u{1b}]0;owned\u{7} \u{202e}gnp.exe for role arn:aws:iam::1:role/\u{1b}[2J");
    for format in FORMATS {
        let done = run(&["diagnose", "-", "--format", format], &text);
        assert!(!done.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", done.stdout);
    }
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    for format in FORMATS {
        let first = run(&["diagnose", REFUSED, "--format", format], "").stdout;
        assert_eq!(first, run(&["diagnose", REFUSED, "--format", format], "").stdout);
    }
}

/// What the simulator prints for the case, and what it wants of its flags.
#[test]
fn simulations() {
    let role = format!("{REFUSED}/role.json");
    let token = format!("{REFUSED}/token.claims.json");
    let good = format!("{ADMITTED}/role.json");
    let admitted = format!("{ADMITTED}/token.claims.json");
    let app = "arn:aws:iam::111122223333:role/app";
    let rows: &[Row<'_>] = &[
        (&["simulate", "--trust", &role, "--token", &token], "", 1, "DENIED implicitly", ""),
        (
            &["simulate", "--trust", &role, "--token", &token],
            "",
            1,
            "found   `system:serviceaccount:default:",
            "",
        ),
        (&["simulate", "--trust", &good, "--token", &admitted], "", 0, "ALLOWED", ""),
        (
            &["simulate", "--trust", &good, "--token", &admitted, "-o", "json"],
            "",
            0,
            "rolecall.simulation/v1",
            "",
        ),
        (&["simulate", "--principal", app, "--action", "s3:GetObject"], "", 1, "DENIED implicitly", ""),
        (&["simulate", "--principal", "app", "--action", "s3:GetObject"], "", 2, "", "`app` is no principal"),
        (&["simulate", "--trust", &token, "--token", &token], "", 2, "", "holds no policy"),
        (&["simulate", "--trust", &role, "--token", &role], "", 2, "", "has no `iss`"),
        (&["simulate", "--token", &token], "", 2, "", "the role's account is not known"),
        (
            &["simulate", "--trust", &role, "--token", &token, "--now", "noon"],
            "",
            2,
            "",
            "`noon` is no instant",
        ),
        (&["simulate", "--trust", &role, "--token", &token, "--context", "x"], "", 2, "", "no condition key"),
        (
            &["simulate", "--batch", "-"],
            "{\"id\": \"a\", \"policies\": {}, \"request\": {\"principal\": \"*\", \"action\": \"s3:GetObject\"}}\n",
            0,
            "{\"id\":\"a\",\"decision\":\"implicitDeny\"}",
            "",
        ),
        (&["simulate", "--batch", "-"], "not json\n", 2, "\"error\":", ""),
    ];
    for (arguments, input, code, stdout, stderr) in rows {
        let done = run(arguments, input);
        let what = arguments.join(" ");
        assert_eq!(done.code, *code, "{what}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(stdout), "{what} does not print `{stdout}`:\n{}", done.stdout);
        assert!(done.stderr.contains(stderr), "{what} does not complain of `{stderr}`:\n{}", done.stderr);
    }
}

/// `rolecall … | head` is no failure.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["causes", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// One caller's SDK is older than the first that knows web identity; with the version of that one, nobody's is.
#[test]
fn sdks_in_a_trail() {
    let folder = binary::Folder::absent("sdks");
    std::fs::create_dir_all(&folder.0).unwrap();
    let record = |id: u32, who: &str, agent: &str| {
        format!(
            r#"{{"eventVersion": "1.08", "eventID": "{id}", "eventTime": "2026-03-01T12:00:00Z", "eventSource": "s3.amazonaws.com",
                "eventName": "ListBuckets", "awsRegion": "eu-west-1", "userAgent": "{agent}",
                "userIdentity": {{"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/{who}"}}}}"#
        )
    };
    let old = "nodes/i-0123456789abcdef0";
    let file = folder.0.join("trail.json");
    for (version, code, wanted) in [
        (
            "1.11.703",
            1,
            "aws-sdk-java/1.11.703  too old for web identity, which 1.11.704 is the first to know",
        ),
        ("1.11.704", 0, "aws-sdk-java/1.11.704  knows web identity"),
    ] {
        let java = format!("aws-sdk-java/{version} Linux/5.10 OpenJDK");
        let records = [
            record(1, "api/s", "Boto3/1.34.0 Botocore/1.34.0"),
            record(2, old, &java),
            record(3, old, &java),
            record(4, "cron/s", "curl/8.5"),
        ];
        std::fs::write(&file, format!(r#"{{"Records": [{}]}}"#, records.join(","))).unwrap();
        let done = run(&["whoami", "--trail", file.to_str().unwrap()], "");
        assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(wanted) && done.stdout.contains("(2 calls)"), "{}", done.stdout);
        assert!(
            done.stdout.contains("botocore/1.34.0  knows") || done.stdout.contains("Botocore/1.34.0  knows")
        );
        assert!(done.stdout.contains("curl/8.5  its SDK does not show"), "{}", done.stdout);
        let first = done.stdout.lines().next().unwrap();
        assert_eq!(first.contains("too old"), code == 1, "what is too old comes first: {first}");
    }
}
