//! The service account has both the role annotation and a Pod Identity association.
//!
//! ## What you see
//! The program works as another role than the one you look at, or as a different one after each restart.
//!
//! ## Why
//! Both mechanisms set up the same pod. The webhook prefers Pod Identity where it knows the association at the moment the
//! pod is created, else it injects the annotation's role; and where both sets of variables are in the environment, most
//! SDKs take web identity first.
//!
//! ## How to tell
//! `aws eks list-pod-identity-associations --cluster-name CLUSTER --namespace NAMESPACE --service-account NAME` against
//! the account's annotations.
//!
//! ## How to mend it
//! Keep one. Drop the annotation (or the association), then make the pods anew.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook, handler (reference eks.md §3.4); reference cli.md §1 (order of sources).

use rolecall_model::evidence::attempt::Symptom;

use super::{named, signs_as};
use crate::case::{Case, Injection, Phase, SignerKind};
use crate::check::Check;
use crate::checks::serviceaccount::{ROLE_KEY, namespace, recreate};
use crate::exchange::Decided;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::workload::{annotate, restart};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "pod.two-mechanisms",
    title: "the service account has both the role annotation and a Pod Identity association",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Role],
    source: include_str!("two_mechanisms.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let annotation = case.annotation()?;
    let association = case.association()?;
    let account = case.used_account()?;
    let clash = clash(case);
    let title = format!(
        "service account `{}/{}` is set up for web identity and for Pod Identity",
        namespace(account.namespace.as_ref()),
        account.name.value
    );
    let mut finding = Finding::new(&CHECK, clash.unwrap_or(Certainty::Likely), title)
        .because(
            "Which of the two a pod gets is decided when it is created, and an SDK that sees both takes the one that \
             comes first in its chain, with most SDKs web identity. So the role that the program works as need not be \
             the one that was set up last.",
        )
        .at(annotation.key.at, "web identity")
        .beside(association.at, "Pod Identity");
    if clash.is_none() {
        finding.severity = Severity::Warning;
    }
    if let Some(pod) = case.running_pod() {
        let web = pod.containers.iter().find_map(|container| container.env("AWS_ROLE_ARN"));
        if let Some(variable) = web {
            finding = finding.beside(variable.at, format!("pod `{}` got web identity", named(pod)));
        }
    }
    let title = "to keep Pod Identity, drop the annotation, then make the pods anew";
    if let Some(edit) = annotate(account, ROLE_KEY, None) {
        let edits = [edit].into_iter().chain(restart(case)).collect();
        return Some(finding.change(title, Safety::Review, edits));
    }
    let space = shell_word(namespace(account.namespace.as_ref()));
    let name = shell_word(&account.name.value);
    Some(finding.fix(
        title,
        Safety::ShowOnly,
        &[format!("kubectl annotate serviceaccount -n {space} {name} {ROLE_KEY}-"), recreate(case)],
    ))
}

/// How sure it is that the failure comes from having both; none where it does not look so.
fn clash(case: &Case<'_>) -> Option<Certainty> {
    // The role was handed over to Pod Identity, and the pod still comes with a web identity.
    let handed_over = case.trusted().is_some_and(|trusted| trusted.is_for_pod_identity());
    let refused = |symptom: &Symptom| matches!(symptom, Symptom::TrustDenied | Symptom::NoProvider { .. });
    if handed_over && (case.saw(refused).is_some() || case.refused_in_trail()) {
        return Some(Certainty::Certain);
    }
    let set_up = case.phase() == Phase::Unseen && case.injected() == Some(Injection::Complete);
    if handed_over && set_up && case.exchange(Link::Role).decided() == Decided::Refused {
        return Some(Certainty::Likely);
    }
    // EKS Pod Identity signed for a pod whose account names a role for web identity.
    let signed = case.signer().is_some_and(|signer| signer.kind == SignerKind::PodIdentity);
    if signed {
        return Some(Certainty::Likely);
    }
    // One of the two roles signed, and it is not the one that was asked for.
    let association = case.association()?.role_arn.as_ref()?;
    let annotation = &case.annotation()?.value;
    if association.value == annotation.value || matches!(case.phase(), Phase::Exchange | Phase::Unseen) {
        return None;
    }
    let principals: Vec<&str> = case
        .denials()
        .map(|(denial, _)| denial.principal.as_str())
        .chain(case.attempt().identities.iter().map(|arn| arn.value.as_str()))
        .collect();
    let either =
        |principal: &&str| signs_as(principal, &association.value) || signs_as(principal, &annotation.value);
    principals.iter().any(either).then_some(Certainty::Likely)
}
