//! The environment names a token file that is not mounted.
//!
//! ## What you see
//! `open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: no such file or directory`, or an empty token.
//!
//! ## Why
//! `AWS_WEB_IDENTITY_TOKEN_FILE` is set, but no mount covers its path, or the volume behind it holds no service account
//! token. Where all variables were set by hand, the webhook takes the container for configured and adds no mount. Mounts
//! are also lost when another webhook or an operator rewrites the container.
//!
//! ## How to tell
//! `volumeMounts` of the container against the path, and the volume's `projected.sources`.
//!
//! ## How to mend it
//! Drop the variables and let the webhook inject, or add the projected volume and its mount yourself.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook, handler; reference eks.md §3.3.

use rolecall_model::evidence::attempt::Symptom;

use super::exec;
use crate::case::{Case, TokenMount};
use crate::check::Check;
use crate::checks::serviceaccount::recreate;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.token-not-mounted",
    title: "the environment names a token file that is not mounted",
    severity: Severity::Error,
    reads: &[Link::Pod, Link::ServiceAccount],
    source: include_str!("token_not_mounted.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    if case.reached_exchange() || case.saw(|symptom| *symptom == Symptom::PathCached).is_some() {
        return None;
    }
    let pod = case.pod().pod.present()?;
    let containers = case.containers(pod);
    let broken = containers.iter().find_map(|container| {
        let mount = case.token_mount(pod, container)?;
        (mount != TokenMount::Mounted).then_some((container, mount))
    });
    let (container, mount) = broken?;
    let (path, what, empty) = match mount {
        TokenMount::NotMounted { path } => (path, "no mount covers this path", false),
        TokenMount::Empty { path } => (path, "the volume behind this path holds no token", true),
        TokenMount::Mounted => return None,
    };
    let missed = |symptom: &Symptom| {
        matches!(
            symptom,
            Symptom::TokenFileMissing { .. } | Symptom::TokenFileEmpty | Symptom::TokenFileUnreadable { .. }
        )
    };
    let seen = case.saw(missed);
    // The webhook would still add the mount to a pod made from a template.
    let certainty = match (pod.kind == "Pod", seen.is_some()) {
        (true, true) => Certainty::Certain,
        (true, false) => Certainty::Likely,
        (false, true) => Certainty::Possible,
        (false, false) => return None,
    };
    let title = format!("container `{}` has no token at `{}`", container.name.value, path.value);
    let mut finding = Finding::new(&CHECK, certainty, title)
        .because(
            "The SDK reads the token from that file before it asks STS. The file is not there, so neither provider nor \
             trust policy was asked.",
        )
        .at(path.at, what)
        .beside(container.at, if empty { "its mounts point at the wrong volume" } else { "the mount is missing here" });
    if let Some(volume) = pod.volumes.iter().find(|volume| volume.projected && !volume.tokens.is_empty()) {
        finding = finding.beside(volume.name.at, "this volume holds a token and is not mounted there");
    }
    if let Some(seen) = seen {
        finding = finding.beside(seen.at, "the program says so");
    }
    finding = finding.fix(
        "drop the two variables from the pod's template so that the webhook injects variables, volume and mount",
        Safety::ShowOnly,
        &[recreate(case)],
    );
    Some(finding.note(format!(
        "to see what the container sees: {} ls -l {}",
        exec(pod),
        crate::finding::shell_word(&path.value)
    )))
}
