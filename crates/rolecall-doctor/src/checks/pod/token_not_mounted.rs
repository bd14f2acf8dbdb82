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

use rolecall_model::document::Text;
use rolecall_model::evidence::attempt::{Observation, Symptom};
use rolecall_model::evidence::pod::{Container, Pod, Volume};

use super::exec;
use crate::case::{Case, TokenMount};
use crate::check::Check;
use crate::checks::serviceaccount::recreate;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::fix::workload::{advise_template, change_template, leave_to_the_webhook, template};
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

/// What is wrong with the path.
enum Gap {
    /// No mount covers it.
    NotMounted,
    /// The volume behind it holds no token.
    Empty,
    /// The volume puts its token under another name.
    OtherName(Text),
}

fn check(case: &Case<'_>) -> Option<Finding> {
    if case.reached_exchange() || case.saw(|symptom| *symptom == Symptom::PathCached).is_some() {
        return None;
    }
    let missed = |symptom: &Symptom| {
        matches!(
            symptom,
            Symptom::TokenFileMissing { .. } | Symptom::TokenFileEmpty | Symptom::TokenFileUnreadable { .. }
        )
    };
    let seen = case.saw(missed);
    let Some(pod) = case.pod().pod.present() else { return by_symptom(seen?) };
    let containers = case.containers(pod);
    let broken = containers.iter().find_map(|container| Some((container, gap(case, pod, container)?)));
    let (container, (path, gap)) = broken?;
    // The webhook would still add the mount to a pod made from a template.
    let certainty = match (pod.kind == "Pod", seen.is_some()) {
        (true, true) => Certainty::Certain,
        (true, false) => Certainty::Likely,
        (false, true) => Certainty::Possible,
        (false, false) => return None,
    };
    let title = format!("container `{}` has no token at `{}`", container.name.value, path.value);
    let finding = Finding::new(&CHECK, certainty, title).because(WHY);
    let mut finding = match &gap {
        Gap::NotMounted => {
            finding.at(path.at, "no mount covers this path").beside(container.at, "the mount is missing here")
        }
        Gap::Empty => finding
            .at(path.at, "the volume behind this path holds no token")
            .beside(container.at, "its mounts point at the wrong volume"),
        Gap::OtherName(name) => finding
            .at(path.at, "the volume has no file of this name")
            .beside(name.at, "it puts the token here"),
    };
    if let Some(volume) = elsewhere(pod).filter(|_| !matches!(gap, Gap::OtherName(_))) {
        finding = finding.beside(volume.name.at, "this volume holds a token and is not mounted there");
    }
    if let Some(seen) = seen {
        finding = finding.beside(seen.at, "the program says so");
    }
    let title = "drop the two variables from the pod's template so that the webhook injects variables, volume \
                 and mount";
    finding = match by_hand(case) {
        Some(edit) => change_template(case, finding, title, edit),
        None => advise_template(case, finding, &["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]).fix(
            title,
            Safety::ShowOnly,
            &[recreate(case)],
        ),
    };
    let look = format!("{} ls -l {}", exec(pod), shell_word(&path.value));
    Some(finding.note(format!("to see what the container sees: {look}")))
}

/// The variables of the template's containers that name a file which nothing mounts there.
fn by_hand(case: &Case<'_>) -> Option<Edit> {
    let maker = &template(case)?.template;
    leave_to_the_webhook(case, |container| {
        container.env("AWS_ROLE_ARN").is_some()
            && case.token_mount(maker, container).is_some_and(|mount| mount != TokenMount::Mounted)
    })
}

const WHY: &str = "The SDK reads the token from that file before it asks STS. The file is not there, so \
                   neither provider \
                   nor trust policy was asked.";

/// The error alone, about a path in a pod.
fn by_symptom(seen: &Observation) -> Option<Finding> {
    let Symptom::TokenFileMissing { path: Some(path) } = &seen.symptom else { return None };
    let in_pod = path.contains("/run/secrets/");
    in_pod.then(|| {
        Finding::new(&CHECK, Certainty::Likely, format!("there is no token at `{path}`"))
            .because(format!("{WHY} The pod was not read: its volumes and mounts tell what is missing."))
            .at(seen.at, "the program says so")
            .fix(
                "look at the container's mounts and the volume behind them",
                Safety::ShowOnly,
                &["kubectl get pod -n NAMESPACE POD -o yaml".into()],
            )
    })
}

fn gap(case: &Case<'_>, pod: &Pod, container: &Container) -> Option<(Text, Gap)> {
    match case.token_mount(pod, container)? {
        TokenMount::NotMounted { path } => Some((path, Gap::NotMounted)),
        TokenMount::Empty { path } => Some((path, Gap::Empty)),
        TokenMount::Mounted => {
            let path = container.env("AWS_WEB_IDENTITY_TOKEN_FILE")?.value.clone()?;
            let (mount, rest) = container.mounts.iter().find_map(|mount| {
                let rest = path.value.strip_prefix(mount.path.value.trim_end_matches('/'))?;
                Some((mount, rest.strip_prefix('/')?))
            })?;
            let volume = pod.volumes.iter().find(|volume| volume.name.value == mount.name)?;
            let names: Vec<&Text> = volume.tokens.iter().filter_map(|token| token.path.as_ref()).collect();
            let other = names.iter().all(|name| name.value != rest);
            names.first().filter(|_| other).map(|name| (path.clone(), Gap::OtherName((*name).clone())))
        }
    }
}

/// A volume of the pod that does hold a token for AWS.
fn elsewhere(pod: &Pod) -> Option<&Volume> {
    pod.volumes.iter().find(|volume| volume.tokens.iter().any(|token| token.audience.is_some()))
}
