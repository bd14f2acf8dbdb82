//! `rolecall fix` on every case of the corpus: the fault is gone from the mended folder and nothing new is wrong there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::fs;
use std::path::PathBuf;

use binary::{corpus, root, run};
use serde_json::Value;

/// Links whose faults can be mended on the evidence.
const LINKS: [&str; 6] = ["role.", "trust.", "provider.", "serviceaccount.", "pod.", "permission."];

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rolecall-fixes-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Folder(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

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

#[test]
fn mended_folders_are_clean() {
    let mut mended = 0;
    for case in corpus() {
        let before = report(&case);
        let first = before["findings"].get(0).filter(|first| says_error(first));
        let Some(fix) = first.and_then(|first| first["fixes"].get(0)) else { continue };
        let cause = first.unwrap()["cause"].as_str().unwrap();
        if fix["safety"] == "show-only" || !LINKS.iter().any(|link| cause.starts_with(link)) {
            continue;
        }
        mended += 1;
        let folder = Folder::new(&case.replace('/', "-"));
        let done = run(&["fix", &case, "--out", folder.text()], "");
        assert_ne!(done.code, 2, "{case}: {}", done.stderr);
        let after = report(folder.text());
        assert_eq!(causes(&after, says_error), Vec::<String>::new(), "{case}");
        let known = causes(&before, |_| true);
        let new = causes(&after, |finding| finding["severity"] == "error");
        assert!(new.iter().all(|cause| known.contains(cause)), "{case}: {new:?}");
        if cause.starts_with("trust.") && fix["safety"] == "safe" {
            assert!(fix["reach"]["sentence"].is_string(), "{case}: no reach");
        }
    }
    assert!(mended >= 55, "{mended} folders mended");
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
        let folder = Folder::new("refused");
        let arguments = [&["fix", case, "--out", folder.text()], further].concat();
        let done = run(&arguments, "");
        assert_eq!(done.code, 2, "{case}");
        assert!(done.stderr.contains(words), "{case}: {}", done.stderr);
        assert!(!folder.0.exists(), "{case}: something was written");
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = Folder::new("taken");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("mine.txt"), "mine").unwrap();
    let case = "corpus/k8s/004-sub-installed-in-other-namespace/evidence";
    let done = run(&["fix", case, "--out", folder.text()], "");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("is not empty"), "{}", done.stderr);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

/// A role named by a stranger must not run anything in the shell of whoever pastes the command.
#[test]
fn names_are_quoted_for_the_shell() {
    let folder = Folder::new("quoted");
    fs::create_dir_all(&folder.0).unwrap();
    let case = root().join("corpus/k8s/004-sub-installed-in-other-namespace/evidence");
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text =
            text.replace("\"RoleName\": \"cluster-autoscaler\"", "\"RoleName\": \"x$(touch owned)'`id`\"");
        fs::write(folder.0.join(path.file_name().unwrap()), text).unwrap();
    }
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
    let (from, to) = (Folder::new("links"), Folder::new("links-mended"));
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
