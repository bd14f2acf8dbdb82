//! Rules of source files: each says what it is for, has a name that is an address, and can be held in mind.

use std::path::Path;

use crate::tree::{self, File};

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// Lines of a file at most.
const LINES: usize = 500;

/// Files that are longer because they are flat tables.
const TABLES: [&str; 1] = ["crates/rolecall-policy/tests/validate.rs"];

/// Words of work that was put off, in pieces lest this file break its own rule.
const PUT_OFF: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Places that break a rule.
pub fn problems(root: &Path) -> Result<Vec<String>, String> {
    let files = tree::files(root, &[".rs"])?;
    Ok(files
        .iter()
        .flat_map(|file| [purpose(file), name(file), length(file), put_off(file)])
        .flatten()
        .collect())
}

fn purpose(file: &File) -> Option<String> {
    let said = file.text.starts_with("//! ");
    (!said).then(|| format!("{}: its first line is no `//!` sentence of purpose", file.path))
}

fn name(file: &File) -> Option<String> {
    let empty = file.path.split(['/', '.']).find(|part| EMPTY_NAMES.contains(part))?;
    Some(format!("{}: `{empty}` says nothing of what is inside", file.path))
}

fn length(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    let long = lines > LINES && !TABLES.contains(&file.path.as_str());
    long.then(|| format!("{}: {lines} lines; give its second half a name of its own", file.path))
}

fn put_off(file: &File) -> Option<String> {
    let comments = file.text.lines().enumerate();
    let mut comments = comments.filter_map(|(at, line)| Some((at, line.split_once("//")?.1)));
    comments.find_map(|(at, comment)| {
        let mut words = comment.split(|c: char| !c.is_ascii_alphabetic());
        let word = words.find(|word| PUT_OFF.contains(word))?;
        Some(format!("{}:{}: `{word}`", file.path, at + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn rules_fire_and_let_near_misses_be() {
        type Rule = fn(&File) -> Option<String>;
        let table: [(&str, Rule, File, File); 4] = [
            ("purpose", purpose, file("a.rs", "//!\n"), file("a.rs", "//! What it is.\n")),
            ("name", name, file("crates/a/src/utils.rs", ""), file("crates/a/src/utility_bill.rs", "")),
            ("length", length, file("a.rs", &"\n".repeat(501)), file("a.rs", &"\n".repeat(500))),
            (
                "put off",
                put_off,
                file("a.rs", concat!("x(); // TO", "DO: y")),
                file("a.rs", concat!("let x = \"TO", "DO\"; // what TO", "DOS means")),
            ),
        ];
        for (what, rule, fires, near) in table {
            assert!(rule(&fires).is_some(), "{what} does not fire");
            assert_eq!(rule(&near), None, "{what}");
        }
    }
}
