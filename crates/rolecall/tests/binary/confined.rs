//! Runs the real binary where the kernel kills it for opening a socket, with bounded memory.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use super::{Run, root};

/// The system call `socket`, which every connection begins with.
#[cfg(target_arch = "x86_64")]
const SOCKET: i64 = 41;
#[cfg(target_arch = "aarch64")]
const SOCKET: i64 = 198;

/// Address space that a run may take, in KiB: a few times what the largest folder that is read needs.
const MEMORY: u32 = 512 * 1024;

/// Runs `rolecall` so. A run that is killed has the code -1.
pub fn run(arguments: &[&str]) -> Run {
    let output = confined(env!("CARGO_BIN_EXE_rolecall"), arguments);
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs any program so, in the repository's folder and without input.
pub fn confined(program: &str, arguments: &[&str]) -> Output {
    let filter: BpfProgram = SeccompFilter::new(
        BTreeMap::from([(SOCKET, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        std::env::consts::ARCH.try_into().unwrap(),
    )
    .unwrap()
    .try_into()
    .unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$0\" \"$@\""), program])
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null());
    // The filter holds for the thread that takes it on and for what that thread starts.
    thread::scope(|scope| {
        let started = scope.spawn(|| {
            seccompiler::apply_filter(&filter).unwrap();
            command.output().unwrap()
        });
        started.join().unwrap()
    })
}
