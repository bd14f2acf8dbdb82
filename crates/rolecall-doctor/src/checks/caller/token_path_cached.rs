//! The runtime keeps the resolved path, or the content, of a token that was replaced.
//!
//! ## What you see
//! It works after a start and fails some hours later: `failed to open stream: No such file or directory` for a token file
//! that is there, or an expired token while the file holds a fresh one. It mends itself after a while or a restart.
//!
//! ## Why
//! The kubelet replaces a projected token through a symbolic link: `token` leads to `..data/token`, and `..data` to a
//! directory with the time in its name, which is removed. PHP's realpath cache, and programs that resolve the link once,
//! go on with the directory that is gone.
//!
//! ## How to tell
//! `ls -la` of the token's directory against the path that the program opens.
//!
//! ## How to mend it
//! Open the file by its own name each time. For PHP: `realpath_cache_size=0`, or clear the cache before reading.
//!
//! ## Source
//! Kubernetes documentation, "Projected Volumes"; PHP manual, `realpath_cache_ttl`; reference eks.md §4.1.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::{Case, TokenMount};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.token-path-cached",
    title: "the runtime keeps the resolved path, or the content, of a token that was replaced",
    severity: Severity::Error,
    reads: &[Link::Pod],
    source: include_str!("token_path_cached.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let cached = case.saw(|symptom| *symptom == Symptom::PathCached);
    let (seen, certainty) = match cached {
        Some(seen) => (seen, Certainty::Certain),
        // The mount is there, and the file is missed all the same: at times, then, and not always.
        None => (
            case.saw(|symptom| matches!(symptom, Symptom::TokenFileMissing { .. }))
                .filter(|_| mounted(case))?,
            Certainty::Possible,
        ),
    };
    let finding = Finding::new(
        &CHECK,
        certainty,
        "the program goes on with a token file that has been \
                                                   replaced",
    )
    .because(
        "The kubelet swaps the token through a symbolic link and removes the old directory. A \
             program that keeps \
             the resolved path looks for a file that is gone, until its cache forgets it. AWS has no \
             part in this.",
    )
    .at(
        seen.at,
        if cached.is_some() {
            "the path that is kept"
        } else {
            "the file is mounted, and \
                                                                             missed here"
        },
    );
    Some(finding.fix(
        "read the token by its own path at each use; for PHP, turn the realpath cache off for it",
        Safety::ShowOnly,
        &["php -d realpath_cache_size=0 SCRIPT".into()],
    ))
}

fn mounted(case: &Case<'_>) -> bool {
    let Some(pod) = case.running_pod() else { return false };
    case.containers(pod).iter().any(|container| case.token_mount(pod, container) == Some(TokenMount::Mounted))
}
