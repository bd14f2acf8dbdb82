//! `rolecall fix` on every case of the corpus: the fault is gone from the mended folder and nothing new is wrong there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use binary::{Folder, corpus, root, run};
use serde_json::Value;

/// Links whose faults can be mended on the evidence.
const LINKS: [&str; 6] = ["role.", "trust.", "provider.", "serviceaccount.", "pod.", "permission."];

fn report(folder: &str) -> Value {
    serde_json::from_str(&run(&["diagnose", folder, "--format", "json"], "").stdout).unwrap()
}

fn causes(report: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter(|one| wanted(one)).map(|one| one["cause"].as_str().unwrap().to_owned()).collect()
}

fn says_error(finding: &Value) -> bool {
    finding["severity"] == "error" && finding["certainty"] != "possible"
}

/// The label of the case that holds this folder of evidence.
fn label(case: &str) -> String {
    let text = fs::read_to_string(root().join(case).parent().unwrap().join("case.yaml")).unwrap();
    let cause = text.lines().find_map(|line| line.strip_prefix("cause:")).unwrap();
    cause.trim().to_owned()
}

/// Every case whose cause can be mended on the evidence, with its report, and the numbers of the fixes that are more
/// than advice.
fn mendable() -> Vec<(String, Value, Vec<usize>)> {
    let of_a_link = |case: &String| LINKS.iter().any(|link| label(case).starts_with(link));
    let with_report = |case: String| {
        let before = report(&case);
        let first = &before["findings"][0];
        assert_eq!(first["cause"], label(&case).as_str(), "{case}: another cause comes first");
        assert!(says_error(first), "{case}");
        let fixes = first["fixes"].as_array().unwrap().iter().enumerate();
        let made = fixes.filter(|(_, fix)| fix["safety"] != "show-only").map(|(at, _)| at + 1).collect();
        (case, before, made)
    };
    corpus().into_iter().filter(of_a_link).map(with_report).collect()
}

#[test]
fn mended_folders_are_clean() {
    let (mut mended, mut advised) = (0, 0);
    for (case, before, numbers) in mendable() {
        advised += usize::from(numbers.is_empty());
        for number in numbers {
            mended += 1;
            let what = format!("{case}, fix {number}");
            let folder = Folder::absent(&what.replace('/', "-"));
            let done = run(&["fix", &case, "--out", folder.text(), "--number", &number.to_string()], "");
            assert!(matches!(done.code, 0 | 3), "{what}: {}: {}", done.code, done.stderr);
            let after = report(folder.text());
            assert_eq!(causes(&after, says_error), Vec::<String>::new(), "{what}");
            assert_ne!(after["conclusion"], "refused", "{what}");
            assert_ne!(after["conclusion"], "disagreement", "{what}");
            let known = causes(&before, |_| true);
            let new = causes(&after, |finding| finding["severity"] == "error");
            assert!(new.iter().all(|cause| known.contains(cause)), "{what}: {new:?}");
            let fix = &before["findings"][0]["fixes"][number - 1];
            let of_trust = fix["commands"].to_string().contains("update-assume-role-policy");
            assert!(!of_trust || fix["reach"]["sentence"].is_string(), "{what}: no reach");
            only_the_fault(&root().join(&case), &folder.0, &what);
        }
    }
    assert!(mended >= 75 && advised <= 20, "{mended} folders mended, {advised} cases with advice alone");
}

/// What a fix may touch in a file, as parts of JSON pointers; files that a fix makes or takes away.
const TOUCHED: [(&str, &[&str]); 5] = [
    ("request.json", &["/RoleArn", "/roleArn"]),
    ("role.json", &["/AssumeRolePolicyDocument", "/MaxSessionDuration"]),
    ("providers.json", &["/OpenIDConnectProviderList/"]),
    ("provider.json", &["/ClientIDList", "/ThumbprintList"]),
    ("identity-policies.json", &["/policies/", "/RolePolicyList/", "/Policies/"]),
];

/// Every file of the mended folder is the old one to the byte, or differs only where the fault is.
fn only_the_fault(before: &Path, after: &Path, what: &str) {
    for (name, now) in files(after) {
        let Some(then) = files(before).remove(&name) else {
            assert!(["provider.json", "providers.json"].contains(&name.as_str()), "{what}: {name} was made");
            continue;
        };
        if then == now {
            continue;
        }
        if ["serviceaccount.yaml", "workflow.yaml"].contains(&name.as_str()) {
            let gone = then.lines().filter(|line| !now.lines().any(|kept| kept == *line)).count();
            let new = now.lines().count().saturating_sub(then.lines().count());
            assert!(gone <= 1 && new <= 2, "{what}: {name}: {gone} lines go, {new} are new");
            continue;
        }
        let (_, may) =
            TOUCHED.iter().find(|(file, _)| *file == name).unwrap_or_else(|| panic!("{what}: {name}"));
        let [then, now]: [Value; 2] = [&then, &now].map(|text| serde_json::from_str(text).unwrap());
        let mut pointers = Vec::new();
        if name == "provider.json" && then["Url"] != now["Url"] {
            // Another provider was registered: this is its file.
            continue;
        }
        differing(&then, &now, String::new(), &mut pointers);
        for pointer in pointers {
            assert!(may.iter().any(|part| pointer.contains(part)), "{what}: {name}: {pointer}");
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(file).collect()
}

/// Pointers of the values in which two documents differ.
fn differing(then: &Value, now: &Value, at: String, out: &mut Vec<String>) {
    match (then, now) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            for key in keys {
                differing(&then[key], &now[key], format!("{at}/{key}"), out);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                differing(&then[index], &now[index], format!("{at}/{index}"), out);
            }
        }
        _ if then == now => {}
        _ => out.push(at),
    }
}

#[test]
fn what_cannot_be_mended_is_said() {
    let control = "corpus/k8s/201-control-stringlike-wildcard-matches/evidence";
    let refused = "corpus/k8s/004-sub-installed-in-other-namespace/evidence";
    let advice = "corpus/k8s/085-sts-jar-not-on-class-path-v1/evidence";
    let table: [(&str, &[&str], &str); 4] = [
        (control, &[], "no cause was found"),
        (refused, &["--number", "9"], "no fix 9"),
        (advice, &[], "is advice"),
        ("corpus/none", &[], "cannot read `corpus/none`"),
    ];
    for (case, further, words) in table {
        let folder = Folder::absent("refused");
        let arguments = [&["fix", case, "--out", folder.text()], further].concat();
        let done = run(&arguments, "");
        assert_eq!(done.code, 2, "{case}");
        assert!(done.stderr.contains(words), "{case}: {}", done.stderr);
        assert!(!folder.0.exists(), "{case}: something was written");
    }
}

const CASE: &str = "corpus/k8s/004-sub-installed-in-other-namespace/evidence";

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = Folder::absent("taken");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("mine.txt"), "mine").unwrap();
    let done = run(&["fix", CASE, "--out", folder.text()], "");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("is not empty"), "{}", done.stderr);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = Folder::absent("twice");
    fs::create_dir_all(&folder.0).unwrap();
    let first = run(&["fix", CASE, "--out", folder.text()], "");
    assert_eq!(first.code, 3, "an empty folder is taken: {}", first.stderr);
    let made = files(&folder.0);
    let second = run(&["fix", CASE, "--out", folder.text()], "");
    assert_eq!((second.code, second.stderr.contains("is not empty")), (2, true), "{}", second.stderr);
    assert_eq!(files(&folder.0), made);
    let again = Folder::absent("twice-again");
    let mended = run(&["fix", folder.text(), "--out", again.text()], "");
    assert_eq!((mended.code, mended.stderr.contains("nothing to mend")), (2, true), "{}", mended.stderr);
    assert!(!again.0.exists());
}

/// `rolecall fix . --out mended` in the folder of evidence: the new folder is no evidence, and the old one stays.
#[test]
fn the_new_folder_may_lie_in_the_old_one() {
    let folder = Folder::of(CASE, "around", &[]);
    let before = files(&folder.0);
    let inside = folder.0.join("mended");
    let done = run(&["fix", folder.text(), "--out", inside.to_str().unwrap()], "");
    assert_eq!(done.code, 3, "{}", done.stderr);
    assert!(inside.join("role.json").is_file() && !inside.join("mended").exists());
    for (name, text) in before {
        assert_eq!(fs::read_to_string(folder.0.join(&name)).unwrap(), text, "{name}");
    }
    let again = run(&["diagnose", folder.text()], "");
    assert!(
        again.stdout.contains("trust.subject-mismatch") && again.stdout.contains("mended"),
        "{}",
        again.stdout
    );
    let into_itself = run(&["fix", folder.text(), "--out", folder.text()], "");
    assert_eq!((into_itself.code, into_itself.stderr.contains("is not empty")), (2, true));
}

#[test]
fn what_cannot_be_written_is_said() {
    let folder = Folder::absent("unwritable");
    fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("file");
    fs::write(&file, "a file").unwrap();
    for out in [file.clone(), file.join("below"), "/proc/rolecall".into()] {
        let out = out.to_str().unwrap();
        let done = run(&["fix", CASE, "--out", out], "");
        assert_eq!(done.code, 2, "{out}");
        assert!(done.stderr.contains(&format!("cannot write `{out}`")), "{out}: {}", done.stderr);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file");
}

/// A role named by a stranger must not run anything in the shell of whoever pastes the command.
#[test]
fn names_are_quoted_for_the_shell() {
    let name = ("\"RoleName\": \"cluster-autoscaler\"", "\"RoleName\": \"x$(touch owned)'`id`\"");
    let folder = Folder::of(CASE, "quoted", &[name]);
    let report = report(folder.text());
    let command = report["findings"][0]["fixes"][0]["commands"][0].as_str().unwrap();
    let script = format!("aws() {{ printf '%s\\n' \"$4\"; }}\n{command}\n");
    let output =
        std::process::Command::new("bash").arg("-c").arg(script).current_dir(&folder.0).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "x$(touch owned)'`id`\n");
    assert!(!folder.0.join("owned").exists());
}

/// What a stranger's folder holds beside regular files is neither followed nor copied.
#[test]
fn links_and_pipes_are_not_copied() {
    let (from, to) = (Folder::absent("links"), Folder::absent("links-mended"));
    fs::create_dir_all(&from.0).unwrap();
    let case = root().join("corpus/k8s/004-sub-installed-in-other-namespace/evidence");
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, from.0.join(path.file_name().unwrap())).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", from.0.join("pod.yaml")).unwrap();
    std::os::unix::fs::symlink("role.json", from.0.join("role-2.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(from.0.join("debug.log")).status().unwrap().success());
    let done = run(&["fix", from.text(), "--out", to.text()], "");
    assert_ne!(done.code, 2, "{}", done.stderr);
    let mut copied: Vec<_> = fs::read_dir(&to.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    copied.sort();
    assert_eq!(
        copied,
        ["now.txt", "providers.json", "role.json", "serviceaccount.yaml", "token.claims.json"]
    );
}
