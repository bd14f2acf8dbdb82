//! Walking a folder of sources, and writing what changed: links, limits, other encodings, files that change meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rolecall_sources::changes::{FileChange, between};
use rolecall_sources::folder::{Limits, read};
use rolecall_sources::write::{WriteError, write};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn names(root: &Path, limits: &Limits) -> (Vec<String>, Vec<String>) {
    let sources = read(root, limits).unwrap();
    let files = sources.files.into_iter().map(|file| file.name).collect();
    (files, sources.unread.into_iter().map(|unread| unread.name).collect())
}

#[test]
fn what_is_no_source_is_not_read() {
    let folder = folder(&[
        ("main.tf", ""),
        ("a/b/stack.yaml", ""),
        (".github/workflows/deploy.yml", ""),
        (".git/config.json", ""),
        (".terraform/modules/x/main.tf", ""),
        ("node_modules/x/package.json", ""),
        ("README.md", ""),
        ("terraform.tfvars", ""),
    ]);
    let (files, unread) = names(folder.path(), &Limits::default());
    assert_eq!(files, [".github/workflows/deploy.yml", "a/b/stack.yaml", "main.tf", "terraform.tfvars"]);
    assert_eq!(unread, Vec::<String>::new());
}

#[test]
fn links_are_not_followed() {
    let elsewhere = folder(&[("main.tf", "elsewhere")]);
    let folder = folder(&[("own.tf", "")]);
    symlink(elsewhere.path(), folder.path().join("linked")).unwrap();
    symlink(elsewhere.path().join("main.tf"), folder.path().join("linked.tf")).unwrap();
    symlink(folder.path(), folder.path().join("round")).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(folder.path().join("pipe.json")).status().unwrap().success()
    );
    let (files, unread) = names(folder.path(), &Limits::default());
    assert_eq!(
        (files, unread),
        (vec!["own.tf".to_owned()], vec!["linked.tf".to_owned(), "pipe.json".to_owned()])
    );
}

#[test]
fn what_is_beyond_the_limits_is_named() {
    let folder = folder(&[("a.tf", "1234567890"), ("b.tf", "1"), ("c.tf", "1"), ("d/e/f.tf", "1")]);
    let limits = |change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        names(folder.path(), &limits)
    };
    assert_eq!(limits(&|limits| limits.file = 5).1, ["a.tf"]);
    assert_eq!(limits(&|limits| limits.files = 2).1, ["c.tf", "d/e/f.tf"]);
    assert_eq!(limits(&|limits| limits.total = 11).1, ["c.tf", "d/e/f.tf"]);
    assert_eq!(limits(&|limits| limits.depth = 1).1, ["d/e"]);
    assert_eq!(
        limits(&|limits| limits.entries = 2),
        (vec!["a.tf".into(), "b.tf".into()], vec![String::new()])
    );
    fs::write(folder.path().join("b.tf"), b"\xff\xfe1\x002\x00").unwrap();
    assert_eq!(names(folder.path(), &Limits::default()).1, ["b.tf"]);
    assert!(read(&folder.path().join("none"), &Limits::default()).is_err());
}

#[test]
fn files_are_written_in_one_step_and_keep_their_permissions() {
    let folder = folder(&[("x/main.tf", "old"), ("other.tf", "other")]);
    let path = folder.path().join("x/main.tf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = read(folder.path(), &Limits::default()).unwrap();
    let mut after = before.clone();
    after.set("x/main.tf", "new".into());
    let changes = between(&before, &after);
    assert_eq!(changes.len(), 1);
    write(folder.path(), &changes).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path().join("x")).unwrap().count(), 1, "something is left behind");
}

#[test]
fn a_file_that_changed_meanwhile_stops_all_of_them() {
    let folder = folder(&[("a.tf", "old"), ("b.tf", "other")]);
    let change = |name: &str| FileChange { name: name.into(), before: "old".into(), after: "new".into() };
    let changes = [change("a.tf"), change("b.tf")];
    assert!(
        matches!(write(folder.path(), &changes), Err(WriteError::Changed(path)) if path.ends_with("b.tf"))
    );
    assert_eq!(fs::read_to_string(folder.path().join("a.tf")).unwrap(), "old");
    fs::remove_file(folder.path().join("a.tf")).unwrap();
    symlink(folder.path().join("b.tf"), folder.path().join("a.tf")).unwrap();
    assert!(matches!(write(folder.path(), &[change("a.tf")]), Err(WriteError::Changed(_))));
}
