//! Evidence as a stranger or an accident makes it, given to the real binary: a clear sentence for the bad file, the rest
//! diagnosed, no panic, bounded memory, no socket.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use binary::{confined, corpus, root};
use rolecall_testkit::corpus::Case;
use serde_json::Value;

const CASE: &str = "k8s/004-sub-installed-in-other-namespace";

/// What a file is turned into.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Truncated,
    Large,
    Random,
    Nested,
    Utf16,
    DuplicateKeys,
    Directory,
    Fifo,
    LinkOut,
}

impl Harm {
    const ALL: [Harm; 9] = [
        Harm::Truncated,
        Harm::Large,
        Harm::Random,
        Harm::Nested,
        Harm::Utf16,
        Harm::DuplicateKeys,
        Harm::Directory,
        Harm::Fifo,
        Harm::LinkOut,
    ];

    /// Puts it in place of a file.
    fn inflict(self, path: &Path, text: &str) {
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        let noise = (0..1 << 16).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
        match self {
            Harm::Truncated => fs::write(path, half).unwrap(),
            Harm::Large => fs::write(path, vec![b' '; 50 * 1024 * 1024]).unwrap(),
            Harm::Random => fs::write(path, noise.collect::<Vec<u8>>()).unwrap(),
            Harm::Nested => fs::write(path, "[".repeat(1_000_000)).unwrap(),
            Harm::Utf16 => {
                let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
                fs::write(path, units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
            }
            Harm::DuplicateKeys => {
                fs::write(path, text.replacen('{', r#"{"a": 1, "a": 2, "#, 1)).unwrap();
            }
            Harm::Directory => fs::create_dir(path).unwrap(),
            Harm::Fifo => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Harm::LinkOut => symlink("/etc/passwd", path).unwrap(),
        }
    }

    /// Whether a file of that name is then refused, aloud. UTF-16 and repeated keys are legible; of an error's text, any
    /// part is as good as the whole, and so is the beginning of YAML.
    fn is_told(self, name: &str) -> bool {
        match self {
            Harm::Utf16 | Harm::DuplicateKeys => false,
            Harm::Truncated => !["error.txt", "serviceaccount.yaml"].contains(&name),
            Harm::Nested | Harm::Large => name != "error.txt",
            _ => true,
        }
    }
}

/// The case, each of whose files is harmed as `harm` says.
fn folder(case: &Case, harm: impl Fn(&str) -> Option<Harm>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &case.files {
        let path = folder.path().join(name);
        match harm(name) {
            None => fs::write(path, bytes).unwrap(),
            Some(harm) => harm.inflict(&path, std::str::from_utf8(bytes).unwrap()),
        }
    }
    folder
}

/// Diagnoses a folder in both formats; gives the report.
fn report(folder: &Path, what: &str) -> Value {
    let folder = folder.to_str().unwrap();
    let [_, json] = ["human", "json"].map(|format| {
        let done = confined::run(&["diagnose", folder, "--format", format]);
        assert!(matches!(done.code, 0 | 1 | 3), "{what}: {} {}", done.code, done.stderr);
        assert_eq!(done.stderr, "", "{what}");
        done.stdout
    });
    serde_json::from_str(&json).unwrap()
}

fn the_case() -> Case {
    let cases = rolecall_testkit::corpus::all(&root().join("corpus")).unwrap();
    cases.into_iter().find(|case| case.name == CASE).unwrap()
}

fn skipped<'r>(report: &'r Value, name: &str) -> Option<&'r str> {
    let all = report["skipped"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name)?["why"].as_str()
}

fn state<'r>(report: &'r Value, link: &str) -> &'r str {
    let chain = report["chain"].as_array().unwrap();
    chain.iter().find(|one| one["link"] == link).unwrap()["state"].as_str().unwrap()
}

#[test]
fn one_bad_file_is_named_and_the_rest_is_diagnosed() {
    let case = the_case();
    for (bad, _) in &case.files {
        for harm in Harm::ALL {
            let what = format!("{harm:?} {bad}");
            let folder = folder(&case, |name| (name == bad).then_some(harm));
            let report = report(folder.path(), &what);
            let why = skipped(&report, bad);
            assert_eq!(why.is_some_and(|why| !why.is_empty()), harm.is_told(bad), "{what}: {why:?}");
            let first = &report["findings"][0]["cause"];
            let needed = ["role.json", "token.claims.json"].contains(&bad.as_str());
            if !needed || !harm.is_told(bad) {
                assert_eq!(first, "trust.subject-mismatch", "{what}");
            }
            if bad != "token.claims.json" {
                assert_eq!(state(&report, "token"), "ok", "{what}");
            }
            if bad != "role.json" {
                assert_eq!(state(&report, "role"), "ok", "{what}");
            }
            for finding in report["findings"].as_array().unwrap() {
                let wrong = finding["certainty"] == "certain" && finding["severity"] == "error";
                assert!(!wrong || case.is_true(finding["cause"].as_str().unwrap()), "{what}: {finding}");
            }
        }
    }
}

#[test]
fn where_every_file_is_bad_nothing_is_decided() {
    let case = the_case();
    for harm in [Harm::Large, Harm::Random, Harm::Directory, Harm::Fifo, Harm::LinkOut] {
        let folder = folder(&case, |_| Some(harm));
        let report = report(folder.path(), &format!("{harm:?}"));
        assert_eq!(report["conclusion"], "undetermined", "{harm:?}");
    }
}

#[test]
fn no_command_opens_a_socket() {
    for case in corpus() {
        let done = confined::run(&["diagnose", &case]);
        assert!(matches!(done.code, 0 | 1 | 3), "{case}: {} {}", done.code, done.stderr);
    }
    let role = format!("corpus/{CASE}/evidence/role.json");
    let token = format!("corpus/{CASE}/evidence/token.claims.json");
    let rest: [&[&str]; 4] = [
        &["explain", "trust.subject-mismatch"],
        &["explain", "Incorrect token audience"],
        &["causes", "--format", "json"],
        &["simulate", "--trust", &role, "--token", &token],
    ];
    for arguments in rest {
        assert!(confined::run(arguments).code >= 0, "{arguments:?}");
    }
}

/// The near miss of the test above: what does open a socket is killed.
#[test]
fn a_socket_would_be_seen() {
    let output = confined::confined("bash", &["-c", "exec 3<>/dev/tcp/127.0.0.1/9"]);
    assert_eq!(output.status.signal(), Some(31), "SIGSYS");
}
