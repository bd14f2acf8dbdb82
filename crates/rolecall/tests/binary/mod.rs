//! Runs the real binary, without terminal, and gives what it printed.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

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
