//! As a plugin of kubectl: `kubectl rolecall deploy/api` runs a program named `kubectl-rolecall`, which is this one.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory;

/// The program's name as a plugin (Kubernetes documentation, "Extend kubectl with plugins").
const PLUGIN: &str = "kubectl-rolecall";

/// The arguments to parse. A plugin that is given no command diagnoses: that is what it is called for.
pub fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.collect();
    let program = arguments.first().map(Path::new).and_then(Path::file_stem);
    if program != Some(OsStr::new(PLUGIN)) {
        return arguments;
    }
    let says_what = arguments.get(1).is_none_or(|first| {
        let known = |name: &str| OsStr::new(name) == first.as_os_str();
        ["help", "-h", "--help", "-V", "--version"].into_iter().any(known)
            || crate::Arguments::command().get_subcommands().any(|command| known(command.get_name()))
    });
    if !says_what {
        arguments.insert(1, "diagnose".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_diagnoses() {
        let table: [(&[&str], &[&str]); 6] = [
            (&["rolecall", "deploy/api"], &["rolecall", "deploy/api"]),
            (
                &["/bin/kubectl-rolecall", "deploy/api", "-n", "x"],
                &["/bin/kubectl-rolecall", "diagnose", "deploy/api", "-n", "x"],
            ),
            (
                &["kubectl-rolecall", "-n", "x", "deploy/api"],
                &["kubectl-rolecall", "diagnose", "-n", "x", "deploy/api"],
            ),
            (&["kubectl-rolecall", "fix", "deploy/api"], &["kubectl-rolecall", "fix", "deploy/api"]),
            (&["kubectl-rolecall", "--help"], &["kubectl-rolecall", "--help"]),
            (&["kubectl-rolecall"], &["kubectl-rolecall"]),
        ];
        for (given, wanted) in table {
            let read = arguments(given.iter().map(OsString::from));
            assert_eq!(read, wanted.iter().map(OsString::from).collect::<Vec<_>>());
        }
    }
}
