//! Runs the real binary, without terminal, and gives what it printed.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Every format of a report.
pub const FORMATS: [&str; 5] = ["human", "json", "sarif", "markdown", "html"];
pub mod confined;

/// What a run printed and how it ended.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `rolecall` with these arguments and this standard input, in the corpus' parent folder.
pub fn run(arguments: &[&str], input: &str) -> Run {
    run_with(arguments, input, &[])
}

/// As [`run`], with further environment variables.
pub fn run_with(arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(arguments)
        .current_dir(root())
        .env_remove("COLUMNS")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that ends before it read all of its input closes the pipe: no failure of the test.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The repository's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The evidence folder of every corpus case, relative to [`root`], sorted.
pub fn corpus() -> Vec<String> {
    let mut folders = Vec::new();
    for group in ["k8s", "ci"] {
        for case in std::fs::read_dir(root().join("corpus").join(group)).unwrap() {
            let name = case.unwrap().file_name().into_string().unwrap();
            folders.push(format!("corpus/{group}/{name}/evidence"));
        }
    }
    folders.sort();
    assert!(folders.len() >= 128, "the corpus has {} cases", folders.len());
    folders
}

/// An evidence folder of a test's own, gone when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A path of which nothing exists yet.
    pub fn absent(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("rolecall-tests-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    /// A copy of a case with texts replaced in every file.
    pub fn of(case: &str, name: &str, replaced: &[(&str, &str)]) -> Folder {
        let folder = Folder::absent(name);
        std::fs::create_dir_all(&folder.0).unwrap();
        for entry in std::fs::read_dir(root().join(case)).unwrap() {
            let path = entry.unwrap().path();
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (old, new) in replaced {
                text = text.replace(old, new);
            }
            std::fs::write(folder.0.join(path.file_name().unwrap()), text).unwrap();
        }
        folder
    }

    /// The path as an argument.
    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
