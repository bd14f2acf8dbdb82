//! The manual pages: one for each command, whole, and written again on top of old ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;

use std::fs;

use binary::{Folder, run};

#[test]
fn every_command_has_its_page() {
    let folder = Folder::absent("manual");
    for _ in 0..2 {
        let done = run(&["man", "--out", folder.text()], "");
        assert_eq!(done.code, 0, "{}", done.stderr);
        let mut names: Vec<&str> = done.stdout.lines().collect();
        let help = run(&["--help"], "").stdout;
        let (_, commands) = help.split_once("Commands:\n").unwrap();
        let commands = commands.lines().take_while(|line| !line.is_empty());
        // Deeper lines go on with what stands above them.
        let named = commands.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
        let commands: Vec<&str> = named.filter_map(|line| line.split_whitespace().next()).collect();
        for command in commands.iter().filter(|command| **command != "help") {
            assert!(names.contains(&format!("rolecall-{command}.1").as_str()), "{command}: {names:?}");
        }
        names.push("rolecall.1");
        for name in names {
            let page = fs::read_to_string(folder.0.join(name)).unwrap();
            for heading in
                [".TH rolecall", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH \"EXIT STATUS\""]
            {
                assert!(page.contains(heading), "{name}: {heading}\n{page}");
            }
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let done = run(&["man", "--out", "/dev/null/man"], "");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("cannot write `/dev/null/man`"), "{}", done.stderr);
}
