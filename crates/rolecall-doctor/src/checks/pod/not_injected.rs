//! The webhook did not mutate the pod.
//!
//! ## What you see
//! The service account is annotated and the pod uses it, yet the pod has neither `AWS_ROLE_ARN` nor the volume
//! `aws-iam-token`. The program works as the node's role or finds no credentials.
//!
//! ## Why
//! The pod identity webhook acts when a pod is created and never later; when it is away, pods start without it and
//! without an error (failure policy Ignore). So: the pod is older than the annotation, the account or the webhook; the
//! webhook is absent, has no CA bundle, or leaves the pod out by label, namespace or `skip-containers`; or the pod is run
//! from a file by the kubelet.
//!
//! ## How to tell
//! `kubectl get pod POD -o yaml | grep AWS_ROLE_ARN` prints nothing. Compare `creationTimestamp` of pod, account and
//! webhook pod.
//!
//! ## How to mend it
//! Repair the webhook if it is at fault, then make the pod anew.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook, handler and deployment; reference eks.md §3.

use rolecall_engine::inject::Treatment;
use rolecall_model::evidence::pod::Container;

use super::named;
use crate::case::{Case, Injection, Miss, Phase, gives_identity};
use crate::check::Check;
use crate::checks::serviceaccount::recreate;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::workload::restart;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.not-injected",
    title: "the webhook did not mutate the pod",
    severity: Severity::Error,
    reads: &[Link::Pod, Link::ServiceAccount, Link::Role, Link::Caller],
    source: include_str!("not_injected.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    if case.by_pod_identity() || case.reached_exchange() || case.configured() == Some(true) {
        return skipped(case).or_else(|| came_later(case));
    }
    let annotation = case.annotation()?;
    let certainty = match case.injected() {
        Some(Injection::None) => match skipped(case) {
            Some(finding) => return Some(finding),
            None => Certainty::Certain,
        },
        Some(_) => return None,
        None if case.was_set_up() => return None,
        None if case.configured() == Some(false) => Certainty::Likely,
        None if case.signer().is_some() => Certainty::Possible,
        None => return None,
    };
    let misses = case.misses();
    let title = match case.running_pod() {
        Some(pod) => {
            format!("pod `{}` was not injected, although its service account names a role", named(pod))
        }
        None => "the process has no web identity, although its service account names a role".into(),
    };
    let mut finding = Finding::new(&CHECK, certainty, title).because(why(&misses));
    finding = match case.running_pod() {
        Some(pod) => finding.at(pod.spec_at, "neither `AWS_ROLE_ARN` nor the volume `aws-iam-token` here"),
        None => finding.at(annotation.key.at, "nothing of this reached the process"),
    };
    finding = finding.beside(annotation.key.at, "the account names the role");
    for miss in &misses {
        finding = match miss.at {
            Some(at) => finding.beside(at, miss.label),
            None => finding.note(miss.why.trim_end_matches('.')),
        };
    }
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "so this identity signed instead");
    }
    Some(with_fix(case, finding, &misses))
}

fn why(misses: &[Miss]) -> String {
    let reason = match misses.first() {
        Some(miss) => miss.why.clone(),
        None => "Why it was passed over, the evidence does not show: most often the pod is older than \
                 the annotation, \
                 or the webhook was away when it was created."
            .into(),
    };
    format!(
        "The webhook acts once, when a pod is created, and its failure policy lets pods start without \
         it. {reason} \
         Role, trust policy and provider were never asked."
    )
}

fn with_fix(case: &Case<'_>, finding: Finding, misses: &[Miss]) -> Finding {
    let broken = misses.iter().find(|miss| !miss.recreate);
    let finding = match broken {
        Some(_) => finding.fix(
            "mend what keeps the webhook from the pod",
            Safety::ShowOnly,
            &[
                "kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml".into(),
                "kubectl get pods -n kube-system -l app=pod-identity-webhook".into(),
            ],
        ),
        None => finding,
    };
    let title = if broken.is_some() { "then make the pod anew" } else { "make the pod anew" };
    match restart(case).filter(|_| case.running_pod().is_some()) {
        Some(edit) => finding.change(title, Safety::Review, vec![edit]),
        None => finding.fix(title, Safety::ShowOnly, &[recreate(case)]),
    }
}

/// Other containers are injected, and this one has nothing: it was put into the pod after the webhook had seen it.
fn came_later(case: &Case<'_>) -> Option<Finding> {
    let pod = case.running_pod()?;
    let annotation = case.annotation()?;
    let failed = case.signer().is_some() || matches!(case.phase(), Phase::Before);
    if !failed || case.injected() != Some(Injection::Complete) || case.by_pod_identity() {
        return None;
    }
    let mutation = case.mutation()?;
    let bare = |container: &&Container| {
        !container.init
            && !container.env_from
            && mutation.treatment(&container.name.value).is_some_and(gives_identity)
            && container.env("AWS_ROLE_ARN").is_none()
            && container.env("AWS_WEB_IDENTITY_TOKEN_FILE").is_none()
    };
    let container = pod.containers.iter().find(bare)?;
    let title =
        format!("container `{}` was not injected, although others of the pod were", container.name.value);
    let finding = Finding::new(&CHECK, Certainty::Possible, title)
        .because(
            "The webhook injects every container that it sees. One that has nothing was most likely put \
             into the pod \
             by another webhook afterwards. If it is this container that fails, this is why.",
        )
        .at(container.at, "neither variables nor mount here")
        .beside(annotation.key.at, "the account names the role");
    Some(finding.fix(
        "let the webhook look again after the others: set its reinvocationPolicy to IfNeeded, then make \
         the pod anew",
        Safety::ShowOnly,
        &["kubectl edit mutatingwebhookconfiguration pod-identity-webhook".into(), recreate(case)],
    ))
}

/// Other containers are injected, but the pod's annotation takes this one out. Only where something failed: sidecars
/// are left out on purpose.
fn skipped(case: &Case<'_>) -> Option<Finding> {
    let annotation = case.skipped_containers()?;
    let pod = case.running_pod()?;
    case.annotation()?;
    if !case.went_without_role() && case.injected() != Some(Injection::None) {
        return None;
    }
    let mutation = case.mutation()?;
    let listed = |container: &&Container| {
        !container.init
            && container.env("AWS_ROLE_ARN").is_none()
            && mutation.treatment(&container.name.value) == Some(&Treatment::Skipped)
    };
    let container = pod.containers.iter().find(listed)?;
    let name = &container.name.value;
    let certainty =
        if case.injected() == Some(Injection::None) { Certainty::Certain } else { Certainty::Likely };
    let finding = Finding::new(&CHECK, certainty, format!("container `{name}` is taken out of injection"))
        .because(
            "The pod's annotation lists containers that the webhook leaves alone. They get neither the \
             variables nor \
             the mount, and work as whatever comes later in the SDK's chain.",
        )
        .at(annotation.value.at, "leaves the container out")
        .beside(container.name.at, "this container");
    Some(finding.fix(
        format!(
            "take `{name}` out of the annotation where the pod's template is written, then make the pod anew"
        ),
        Safety::ShowOnly,
        &[recreate(case)],
    ))
}
