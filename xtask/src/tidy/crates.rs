//! Rules of crates: which of them may reach the outside, and that all are held to the same lints.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::tree;

/// Crates that decide from data alone (docs/decisions/0001-pure-core.md).
const PURE: [&str; 5] =
    ["rolecall-model", "rolecall-policy", "rolecall-engine", "rolecall-doctor", "rolecall-wire"];

/// Crates that open sockets, run tasks or watch the clock for others; a `*` stands for any ending.
const OUTSIDE: [&str; 18] = [
    "tokio*",
    "async-std",
    "smol",
    "mio",
    "socket2",
    "hyper*",
    "reqwest",
    "ureq*",
    "isahc",
    "curl*",
    "rustls*",
    "native-tls",
    "openssl*",
    "tonic*",
    "aws-config",
    "aws-sdk-*",
    "kube*",
    "etcd-client",
];

/// Clients of the world, which the service does without.
const CLIENTS: [&str; 4] = ["aws-config", "aws-sdk-*", "kube", "kube-*"];

/// What the clippy.toml of a pure crate bans.
const BANS: [&str; 7] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "std::env::var",
    "std::fs::read",
    "std::fs::File::open",
    "std::net::TcpStream",
    "std::process::Command",
];

/// Places that break a rule.
pub fn problems(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for name in PURE {
        problems.extend(reaches(root, name, &OUTSIDE)?);
        let path = format!("crates/{name}/clippy.toml");
        let bans = tree::read(root, &path).unwrap_or_default();
        let lacking = BANS.into_iter().filter(|ban| !bans.contains(&format!("path = \"{ban}\"")));
        problems.extend(lacking.map(|ban| format!("{path}: does not ban `{ban}`")));
    }
    problems.extend(reaches(root, "rolecall-server", &CLIENTS)?);
    for manifest in tree::files(root, &["Cargo.toml"])? {
        let member = manifest.path.starts_with("crates/") || manifest.path.starts_with("xtask/");
        if member && !manifest.text.contains("[lints]\nworkspace = true") {
            problems.push(format!("{}: is not held to the lints of the workspace", manifest.path));
        }
    }
    Ok(problems)
}

/// Crates among `banned` that a crate depends on, at any depth; those of its tests do not count.
fn reaches(root: &Path, name: &str, banned: &[&str]) -> Result<Vec<String>, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["tree", "--locked", "--offline", "--package", name, "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}"])
        .output()
        .map_err(|error| format!("cannot run `cargo tree`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.split(' ').next());
    let mut found: Vec<&str> = names.filter(|one| banned.iter().any(|ban| fits(ban, one))).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|one| format!("crates/{name}/Cargo.toml: reaches `{one}`")).collect())
}

fn fits(ban: &str, name: &str) -> bool {
    ban.strip_suffix('*').map_or(ban == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crate_reaches_is_seen() {
        let root = tree::root();
        assert_eq!(reaches(&root, "rolecall-engine", &["aws-lc-*"]).unwrap().len(), 2);
        assert!(reaches(&root, "rolecall-engine", &["proptest"]).unwrap().is_empty(), "tests do not count");
        assert!(fits("aws-sdk-*", "aws-sdk-iam") && !fits("kube", "kubelet"));
    }
}
