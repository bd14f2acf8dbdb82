//! The chores, run on this repository: generated pages are fresh, its own rules are kept, the corpus is named rightly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::process::Command;

fn passes(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo xtask {}:\n{said}", arguments.join(" "));
}

#[test]
fn generated_pages_are_fresh() {
    passes(&["docs", "--check"]);
}

#[test]
fn the_repository_keeps_its_own_rules() {
    passes(&["tidy"]);
}

#[test]
fn the_corpus_is_named_rightly() {
    passes(&["score"]);
}

#[test]
fn what_is_no_chore_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("frobnicate").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo xtask tidy"));
}
