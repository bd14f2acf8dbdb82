//! What README.md claims is so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

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
