//! Folders of sources before and after: each file of `cases/` names the evidence, holds the files of a folder, and shows
//! what comes of them: the difference in the files and what decides again, or the refusal.
//!
//! `BLESS=1` writes the outcomes down; whoever does reads them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rolecall_collect::{Limits, read_folder};
use rolecall_doctor::fix::edit::{Edit, Variable};
use rolecall_doctor::fix::render::unified;
use rolecall_doctor::report::diagnose;
use rolecall_model::evidence::Evidence;
use rolecall_sources::changes::between;
use rolecall_sources::folder::{SourceFile, Sources};
use rolecall_sources::plan::{Outcome, Refusal, make};
use rolecall_sources::recheck;

const RULE: &str = "##### ";
const OUTCOME: &str = "outcome";

/// A case: its head, the files of its folder, the outcome.
struct Case {
    path: PathBuf,
    head: BTreeMap<String, String>,
    sources: Sources,
    outcome: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Case {
    let text = fs::read_to_string(&path).unwrap();
    let rule = format!("\n{RULE}");
    let mut sections = text.split(&rule);
    let head = sections.next().unwrap().lines().filter_map(|line| line.split_once(": "));
    let head = head.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let mut files = Vec::new();
    let mut outcome = String::new();
    for section in sections {
        let (name, text) = section.split_once('\n').unwrap_or((section, ""));
        let text = format!("{}\n", text.trim_end_matches('\n'));
        match name {
            OUTCOME => outcome = text,
            name => files.push(SourceFile { name: name.to_owned(), text }),
        }
    }
    let sources = Sources { root: "infra".into(), files, unread: Vec::new() };
    Case { path, head, sources, outcome }
}

impl Case {
    fn evidence(&self) -> Evidence {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let group = root.join(&self.head["evidence"]).join("evidence");
        read_folder(&group, &Limits::default()).unwrap()
    }

    /// The cause and the edits that mend it: those of a fix, or one that the head writes out.
    fn edits(&self, evidence: &Evidence) -> (String, Vec<Edit>) {
        if let Some(edit) = self.head.get("edit") {
            return (String::new(), vec![written_out(edit)]);
        }
        let number: usize = self.head.get("number").map_or(1, |number| number.parse().unwrap());
        let report = diagnose(evidence);
        let finding = &report.findings[0];
        (finding.cause.to_owned(), finding.fixes[number - 1].edits.clone())
    }

    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }
}

/// Edits that no check makes yet.
fn written_out(edit: &str) -> Edit {
    let words: Vec<&str> = edit.split(' ').collect();
    let text = |at: usize| words.get(at).filter(|word| **word != "-").map(|word| (*word).to_owned());
    match words[0] {
        "run-as" => Edit::PatchPodTemplate {
            namespace: text(1).unwrap(),
            kind: text(2).unwrap(),
            name: text(3).unwrap(),
            before: text(4),
            after: text(5),
        },
        "set-env" => Edit::SetContainerEnv {
            namespace: text(1).unwrap(),
            kind: text(2).unwrap(),
            name: text(3).unwrap(),
            variables: words[4..].chunks(4).map(variable).collect(),
        },
        "create-account" => Edit::CreateServiceAccount {
            namespace: text(1).unwrap(),
            name: text(2).unwrap(),
            annotations: [(text(3).unwrap(), text(4).unwrap())].into(),
        },
        "annotate" => Edit::AnnotateServiceAccount {
            namespace: text(1).unwrap(),
            name: text(2).unwrap(),
            key: text(3).unwrap(),
            before: text(4),
            after: text(5),
        },
        "managed" => Edit::SetManagedPolicy {
            policy: text(1).unwrap(),
            before: text(2).unwrap(),
            after: text(3).unwrap(),
        },
        "file" => Edit::EditFile {
            file: text(1).unwrap(),
            before: format!("{}\n", text(2).unwrap()),
            after: format!("{}\n", text(3).unwrap()),
        },
        other => panic!("{other}"),
    }
}

/// Container, name, value now and value afterwards of a variable.
fn variable(words: &[&str]) -> Variable {
    let text = |at: usize| Some(words[at]).filter(|word| *word != "-").map(str::to_owned);
    Variable { container: words[0].into(), name: words[1].into(), place: 0, before: text(2), after: text(3) }
}

/// Makes all edits, and says what came of them as people read it.
fn run(case: &Case) -> (Sources, String, bool) {
    let evidence = case.evidence();
    let (cause, edits) = case.edits(&evidence);
    assert!(!edits.is_empty(), "{}: the fix is advice", case.name());
    let mut sources = case.sources.clone();
    let mut out = String::new();
    let mut outcomes = Vec::new();
    for edit in &edits {
        match make(&mut sources, &evidence, edit) {
            Ok(outcome) => {
                tell(&outcome, &mut out);
                outcomes.push(outcome);
            }
            Err(refusal) => {
                refuse(&refusal, &mut out);
                return (sources, out, false);
            }
        }
    }
    for change in between(&case.sources, &sources) {
        out.push_str(&unified(&change.name, &change.before, &change.after));
    }
    if !cause.is_empty() {
        let made: Vec<_> = edits.iter().zip(outcomes.iter().map(Outcome::declaration)).collect();
        match recheck::decide(&sources, &evidence, &cause, &made) {
            Ok(proof) => writeln!(out, "decided again: {}", proof.sentence).unwrap(),
            Err(why) => writeln!(out, "not decided again: {why}").unwrap(),
        }
    }
    (sources, out, true)
}

fn tell(outcome: &Outcome, out: &mut String) {
    match outcome {
        Outcome::Changed { declaration, notes } => {
            writeln!(out, "changed: {} ({})", declaration.what, declaration.place).unwrap();
            notes.iter().for_each(|note| writeln!(out, "  {note}").unwrap());
        }
        Outcome::Stands { declaration } => {
            writeln!(out, "stands: {} ({})", declaration.what, declaration.place).unwrap();
        }
        Outcome::Live(what) => writeln!(out, "live: {what}").unwrap(),
    }
}

fn refuse(refusal: &Refusal, out: &mut String) {
    writeln!(out, "refused: {}", refusal.wanted).unwrap();
    let place = refusal.reason.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    writeln!(out, "  {place}{}", refusal.reason.why).unwrap();
    for near in &refusal.candidates {
        writeln!(out, "  {}: {}: {}", near.place, near.what, near.why).unwrap();
    }
}

#[test]
fn every_case_comes_out_as_written() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let (_, outcome, _) = run(&case);
        if outcome == case.outcome {
            continue;
        }
        if bless {
            let text = fs::read_to_string(&case.path).unwrap();
            let rule = format!("\n{RULE}{OUTCOME}\n");
            let kept = text.split(&rule).next().unwrap();
            fs::write(&case.path, format!("{}\n{rule}{outcome}", kept.trim_end())).unwrap();
        } else {
            wrong.push(format!("=== {}\n{outcome}=== wanted\n{}", case.name(), case.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Changed once, the sources say what the fix wants: a second run finds nothing to do.
#[test]
fn a_second_run_changes_nothing() {
    for case in cases() {
        let evidence = case.evidence();
        let (_, edits) = case.edits(&evidence);
        let (mut sources, _, made) = run(&case);
        if !made {
            continue;
        }
        let before = sources.files.clone();
        for edit in &edits {
            let outcome = make(&mut sources, &evidence, edit).unwrap();
            assert!(!matches!(outcome, Outcome::Changed { .. }), "{}: {outcome:?}", case.name());
        }
        assert_eq!(sources.files, before, "{}", case.name());
    }
}

/// What does not change stays to the byte, with line ends of either kind and whatever stands around it.
#[test]
fn everything_else_stays_as_it_is() {
    for case in cases() {
        let (after, _, made) = run(&case);
        if !made {
            assert_eq!(after.files, case.sources.files, "{}: a refusal changed something", case.name());
            continue;
        }
        // What a whole file is to be is given with its line ends.
        let whole = case.head.get("edit").is_some_and(|edit| edit.starts_with("file "));
        for line_end in ["\n", "\r\n"].into_iter().take(if whole { 1 } else { 2 }) {
            let with = |text: &str| text.replace('\n', line_end);
            let mut other = Case { sources: case.sources.clone(), ..read(case.path.clone()) };
            for file in &mut other.sources.files {
                file.text = with(&file.text);
            }
            let (changed, _, _) = run(&other);
            for (got, wanted) in changed.files.iter().zip(&after.files) {
                assert_eq!(got.text, with(&wanted.text), "{}: {}", case.name(), got.name);
            }
        }
    }
}

/// Pieces of files that are missing or stand twice: nothing panics, a refusal changes nothing, and what is made is found made.
#[test]
fn damaged_files_are_changed_rightly_or_not_at_all() {
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for case in cases() {
        let evidence = case.evidence();
        let (_, edits) = case.edits(&evidence);
        for _ in 0..30 {
            let mut sources = case.sources.clone();
            let at = random(sources.files.len());
            let text = sources.files[at].text.clone();
            let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = random(cuts.len());
            let to = (from + random(12)).min(cuts.len() - 1);
            let piece = &text[cuts[from]..cuts[to]];
            let other = if random(2) == 0 { String::new() } else { piece.repeat(2) };
            sources.files[at].text = format!("{}{other}{}", &text[..cuts[from]], &text[cuts[to]..]);
            for edit in &edits {
                let before = sources.files.clone();
                match make(&mut sources, &evidence, edit) {
                    Ok(Outcome::Changed { .. }) => {
                        let again = make(&mut sources, &evidence, edit);
                        assert!(matches!(again, Ok(Outcome::Stands { .. })), "{}: {again:?}", case.name());
                    }
                    Ok(_) | Err(_) => assert_eq!(sources.files, before, "{}", case.name()),
                }
            }
        }
    }
}

/// What strangers wrote is a literal wherever it is put.
#[test]
fn expressions_in_values_stay_text() {
    let value = "a: ${file(\"/etc/passwd\")} %{ if true } # 'x' *y &z !t";
    let evidence = Evidence::unread();
    let account = |annotations: &str| {
        format!(
            "resource \"kubernetes_service_account\" \"a\" {{\n  metadata {{\n    name = \"w\"\n    namespace = \"n\"\n{annotations}  }}\n}}\n"
        )
    };
    let manifest = |annotations: &str| {
        format!("kind: ServiceAccount\nmetadata:\n  name: w\n  namespace: n\n{annotations}")
    };
    let table = [
        ("a.tf", account("")),
        ("a.tf", account("    annotations = { x = \"y\" }\n")),
        ("a.yaml", manifest("")),
        ("a.yaml", manifest("  annotations: {}\n")),
        ("a.yaml", manifest("  annotations:\n    x: y\n")),
        ("a.yaml", manifest("  annotations: {x: y}\n")),
    ];
    for (name, text) in table {
        let file = SourceFile { name: name.into(), text };
        let mut sources = Sources { files: vec![file], ..Sources::default() };
        let edit = Edit::AnnotateServiceAccount {
            namespace: "n".into(),
            name: "w".into(),
            key: "k".into(),
            before: None,
            after: Some(value.into()),
        };
        make(&mut sources, &evidence, &edit).unwrap();
        let text = &sources.files[0].text;
        match name {
            "a.tf" => assert!(text.contains("$${file(") && text.contains("%%{ if true }"), "{text}"),
            _ => {
                let root = rolecall_collect::parse_yaml(text).0.remove(0);
                let read = root.path(&["metadata", "annotations", "k"]).and_then(|node| node.as_str());
                assert_eq!(read, Some(value), "{text}");
            }
        }
    }
}

/// Every kind of refusal and of source has its case.
#[test]
fn cases_cover_what_there_is() {
    let all: String = cases().iter().map(|case| case.outcome.clone()).collect();
    for words in [
        "changed: aws_iam_role.",
        "changed: AWS::IAM::Role ",
        "changed: AWS::IAM::OIDCProvider ",
        "changed: aws_iam_openid_connect_provider.",
        "changed: ServiceAccount ",
        "changed: kubernetes_service_account.",
        "changed: Deployment ",
        "changed: job ",
        "changed: role ",
        "decided elsewhere",
        "for_each",
        "places declare it",
        "drifted apart",
        "declares it for certain",
        "is used in 2 places",
    ] {
        assert!(all.contains(words), "no case shows `{words}`");
    }
}
