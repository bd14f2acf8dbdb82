//! What was injected into the pod is older than today's annotation.
//!
//! ## What you see
//! The annotation is right now, and the program still asks for the old role, or its token has the old audience.
//!
//! ## Why
//! The webhook writes role and audience into the pod when it is created. A later change of the service account reaches
//! only pods that are created after it.
//!
//! ## How to tell
//! `AWS_ROLE_ARN` of the pod against `eks.amazonaws.com/role-arn` of its account.
//!
//! ## How to mend it
//! Make the pods anew: `kubectl rollout restart`.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook README; reference eks.md §3.

use rolecall_model::document::Text;
use rolecall_model::evidence::pod::Pod;

use super::{named, signs_as};
use crate::case::{Case, Injection, Phase};
use crate::check::Check;
use crate::checks::serviceaccount::recreate;
use crate::exchange::Decided;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::workload::restart;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.stale",
    title: "what was injected into the pod is older than today's annotation",
    severity: Severity::Error,
    reads: &[Link::Pod, Link::ServiceAccount, Link::Role],
    source: include_str!("stale.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let pod = case.running_pod()?;
    if case.injected() != Some(Injection::Complete) || case.phase() == Phase::Admitted {
        return None;
    }
    let (what, then, today) = role(case, pod).or_else(|| audience(case, pod))?;
    // The role that was refused afterwards must be the one that was injected.
    let signs = |(denial, _): (&rolecall_model::evidence::attempt::Denial, _)| {
        signs_as(&denial.principal, &then.value)
    };
    if case.phase() == Phase::After && !case.denials().any(signs) {
        return None;
    }
    // Nothing failed that was seen: a pod whose old role still admits it works, and is only remarked on, since a rollout
    // that is under way looks the same. One whose old role refuses it, or is gone, fails, and this is why.
    let unseen = case.phase() == Phase::Unseen;
    let works = unseen && case.exchange(Link::Role).decided() != Decided::Refused;
    let certainty = if unseen { Certainty::Likely } else { Certainty::Certain };
    let title = format!("pod `{}` still has the {what} `{}`", named(pod), then.value);
    let mut finding = Finding::new(&CHECK, certainty, title);
    if works {
        finding.severity = Severity::Warning;
    }
    let finding = finding
        .because(format!(
            "The webhook wrote the {what} into the pod when it was created; the service account was \
                 changed \
                 since. Until the pod is made anew, the change does nothing for it."
        ))
        .differs(then.at, "written when the pod was created", &today.value, &then.value)
        .beside(today.at, "the account says this today");
    Some(match restart(case) {
        Some(edit) => finding.change("make the pod anew", Safety::Review, vec![edit]),
        None => finding.fix("make the pod anew", Safety::ShowOnly, &[recreate(case)]),
    })
}

/// The injected role and today's, where they differ.
fn role(case: &Case<'_>, pod: &Pod) -> Option<(&'static str, Text, Text)> {
    let today = &case.annotation()?.value;
    let containers = case.containers(pod);
    let injected = containers.iter().find_map(|container| container.env("AWS_ROLE_ARN")?.value.clone())?;
    (injected.value != today.value).then(|| ("role", injected, today.clone()))
}

/// The injected audience and today's, where the account sets one and they differ.
fn audience(case: &Case<'_>, pod: &Pod) -> Option<(&'static str, Text, Text)> {
    let token = case.mutation()?.token;
    let (prefix, _) = case.annotation()?.key.value.rsplit_once('/')?;
    let key = format!("{prefix}/audience");
    let annotations = case.used_account()?.annotations.iter().rev();
    let today =
        annotations.map(|pair| (&pair.key.value, &pair.value)).find(|(known, _)| **known == key)?.1.clone();
    let volumes = pod.volumes.iter().filter(|volume| volume.name.value == token.volume);
    let injected = volumes.flat_map(|volume| &volume.tokens).find_map(|token| token.audience.clone())?;
    (injected.value != token.audience).then_some(("audience", injected, today))
}
