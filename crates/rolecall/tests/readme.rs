//! What README.md claims is so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use binary::{corpus, root, run};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The text between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}`"));
    rest.split_once(to).unwrap_or_else(|| panic!("no `{to}`")).0
}

#[test]
fn the_diagnosis_shown_is_what_the_command_prints() {
    let readme = readme();
    let command = between(&readme, "cargo run --release -- ", "\n");
    let shown = between(&readme, "a test compares -->\n```text\n", "\n```");
    let printed = run(&command.split(' ').collect::<Vec<_>>(), "").stdout;
    assert!(printed.starts_with(shown), "README.md shows:\n{shown}\n\nprinted is:\n{printed}");
    assert!(printed.contains("\nfix 1 (") && printed.contains("\nfix 2 ("), "two fixes: {printed}");
}

/// A line without what is another one at every run: the port, the id of an event, the time.
fn steady(line: &str) -> String {
    let mut parts = line.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    let line = parts.fold(first, |line, part| {
        format!("{line}127.0.0.1:{}", part.trim_start_matches(|c: char| c.is_ascii_digit()))
    });
    let line = line.split_once("--event ").map_or(line.as_str(), |(before, _)| before);
    match line.trim_start().split_once(' ') {
        Some((time, rest)) if time.starts_with("20") && time.ends_with('Z') => rest.to_owned(),
        _ => line.to_owned(),
    }
}

#[test]
fn the_demo_shown_is_what_the_command_prints() {
    let readme = readme();
    let shown = between(&readme, "less the diagnosis; a test compares -->\n```text\n", "\n```");
    let printed = run(&["demo"], "");
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let printed: Vec<String> = printed.stdout.lines().map(steady).collect();
    let mut rest = printed.as_slice();
    for part in shown.split("\n…\n") {
        let part: Vec<String> = part.lines().map(steady).collect();
        let at = rest.windows(part.len()).position(|lines| lines == part);
        let at = at.unwrap_or_else(|| panic!("README.md shows {part:#?}\n\nprinted is {rest:#?}"));
        rest = &rest[at + part.len()..];
    }
    assert!(rest.iter().any(|line| line.starts_with("done in ")), "{rest:#?}");
}

#[test]
fn the_service_begins_as_shown() {
    let readme = readme();
    let shown = between(&readme, "rolecall serve --dev\n```\n", "\n```\n\n## Commands");
    let (_, shown) = shown.split_once("```text\n").unwrap();
    let shown: Vec<String> = shown.lines().map(steady).collect();
    let mut service = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["serve", "--dev", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(service.stderr.take().unwrap()).lines().take(shown.len());
    let printed: Vec<String> = printed.map(|line| steady(&line.unwrap())).collect();
    service.kill().unwrap();
    service.wait().unwrap();
    assert_eq!(printed, shown);
}

#[test]
fn the_commands_shown_are_the_commands_there_are() {
    let readme = readme();
    let help = run(&["--help"], "").stdout;
    let commands = between(&help, "Commands:\n", "\n\n").lines();
    // Long descriptions go on in lines that are indented further.
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        assert!(readme.contains(&format!("| `rolecall {name}")), "README.md lacks `rolecall {name}`");
    }
    for line in readme.lines().filter_map(|line| line.strip_prefix("| `rolecall ")) {
        let name = line.split([' ', '`']).next().unwrap();
        assert!(names.contains(&name), "README.md tells of `rolecall {name}`, which is not there");
    }
}

#[test]
fn the_numbers_are_right() {
    let readme = readme();
    let causes = run(&["causes"], "").stdout.lines().count();
    assert!(readme.contains(&format!("[{causes} causes]")), "there are {causes} causes");
    let cases = corpus().len();
    assert!(readme.contains(&format!("one of the {cases} cases")), "there are {cases} cases");
}
