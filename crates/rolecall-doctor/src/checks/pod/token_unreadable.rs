//! The process may not read the token file.
//!
//! ## What you see
//! `open …/token: permission denied`, `Access to the path '…/token' is denied`. STS was never asked.
//!
//! ## Why
//! The kubelet decides who may read a projected token. With `fsGroup` its group is the file's group. Without it, if all
//! containers run as one user, the file is that user's with mode 0600; otherwise it is 0644 since Kubernetes 1.19, and 0600
//! of root before. A process that is neither then cannot read it.
//!
//! ## How to tell
//! In the container: `id`, and `stat -L -c '%a %u:%g' "$AWS_WEB_IDENTITY_TOKEN_FILE"`.
//!
//! ## How to mend it
//! Set `securityContext.fsGroup` of the pod (65534 is common), or run all containers as one user.
//!
//! ## Source
//! Kubernetes documentation, "Projected Volumes", and its change log for 1.19; amazon-eks-pod-identity-webhook README
//! (reference eks.md §3.5).

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::pod::{Container, Pod};

use super::exec;
use crate::case::{Case, Injection};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.token-unreadable",
    title: "the process may not read the token file",
    severity: Severity::Error,
    reads: &[Link::Pod, Link::Issuer],
    source: include_str!("token_unreadable.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    if case.reached_exchange() {
        return None;
    }
    let pod = case.pod().pod.present();
    let denied = case.saw(|symptom| matches!(symptom, Symptom::TokenFileUnreadable { .. }));
    let guest = pod.and_then(|pod| Some((pod, stranger(case, pod)?)));
    let certainty = if denied.is_some() { Certainty::Certain } else { Certainty::Likely };
    if denied.is_none() && guest.is_none() {
        return None;
    }
    let title = match guest.and_then(|(pod, container)| Some((container, user(pod, container)?))) {
        Some((container, user)) => {
            format!("container `{}` runs as user {user} and may not read the token", container.name.value)
        }
        None => "the process may not read the token file".into(),
    };
    let mut finding = Finding::new(&CHECK, certainty, title).because(why(case, pod));
    if let Some(denied) = denied {
        finding = finding.at(denied.at, "the file is there, and the process may not read it");
    }
    if let Some(pod) = pod.filter(|pod| pod.fs_group.is_none()) {
        let label = "no `securityContext.fsGroup` here";
        finding = if denied.is_some() {
            finding.beside(pod.spec_at, label)
        } else {
            finding.at(pod.spec_at, label)
        };
    }
    if let Some((_, container)) = guest {
        finding = finding.beside(container.at, "this container does not run as root");
    }
    if let Some(pod) = pod {
        let look =
            format!("{} sh -c 'id; stat -L -c \"%a %u:%g\" \"$AWS_WEB_IDENTITY_TOKEN_FILE\"'", exec(pod));
        finding = finding.note(format!("to see user and mode: {look}"));
    }
    let space = pod.and_then(|pod| pod.namespace.as_ref()).map_or("NAMESPACE", |text| text.value.as_str());
    let patch = r#"{"spec":{"template":{"spec":{"securityContext":{"fsGroup":65534}}}}}"#;
    Some(finding.fix(
        "set fsGroup in the pod's template: the kubelet then lets that group read the token",
        Safety::ShowOnly,
        &[format!("kubectl patch deployment -n {} NAME -p {}", shell_word(space), shell_word(patch))],
    ))
}

fn why(case: &Case<'_>, pod: Option<&Pod>) -> String {
    let rule = match version(case) {
        Some(version) if version < (1, 19) => {
            "Before Kubernetes 1.19 the kubelet writes the token for root alone (0600) unless `fsGroup` \
             is set."
        }
        _ if pod.is_some_and(|pod| pod.fs_group.is_some()) => {
            "The file belongs to the pod's `fsGroup`; a process that left that group cannot read it."
        }
        _ => {
            "Without `fsGroup` the kubelet gives the file to the one user that all containers run as, \
             with mode 0600, \
             or lets everybody read it where users differ."
        }
    };
    format!("{rule} The SDK fails before it asks STS, so role, trust policy and provider do not matter here.")
}

/// A container that is set up, does not run as root and gets a file for root alone: no `fsGroup`, Kubernetes below 1.19.
fn stranger<'p>(case: &Case<'_>, pod: &'p Pod) -> Option<&'p Container> {
    let old = version(case).is_some_and(|version| version < (1, 19));
    if !old || pod.fs_group.is_some() || case.injection() != Some(Injection::Complete) {
        return None;
    }
    case.containers(pod).into_iter().find(|container| user(pod, container).is_some_and(|user| user != 0))
}

fn user(pod: &Pod, container: &Container) -> Option<i64> {
    container.run_as_user.or(pod.run_as_user)
}

/// Major and minor version of the cluster.
fn version(case: &Case<'_>) -> Option<(u32, u32)> {
    let cluster = case.issuer().cluster.present()?;
    let (major, rest) = cluster.version.as_ref()?.value.trim_start_matches('v').split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}
