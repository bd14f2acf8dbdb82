//! Evidence in shapes that the corpus does not have: what comes first on each, and what stays silent.
//!
//! One row is one folder, held against the whole report rather than one check.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "variety/evidence.rs"]
mod evidence;
#[path = "variety/kubernetes.rs"]
mod kubernetes;
#[path = "variety/trust.rs"]
mod trust;

use evidence::*;
use rolecall_doctor::finding::{Finding, Severity};
use rolecall_doctor::report::diagnose;

/// Name and text of each file of a folder.
type Files = Vec<(&'static str, String)>;

fn findings(files: &Files) -> Vec<Finding> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect();
    diagnose(&rolecall_collect::read_files(&files)).findings
}

/// Each row: what it shows, the folder, and the cause that must come first among the errors (none: no error at all).
fn rows(table: Vec<(&str, Files, Option<&str>)>) {
    for (what, files, wanted) in table {
        let all = findings(&files);
        let errors = all.iter().filter(|finding| finding.severity == Severity::Error);
        let found: Vec<&str> = errors.map(|finding| finding.cause).collect();
        assert_eq!(found.first().copied(), wanted, "{what}: {found:?}");
    }
}
