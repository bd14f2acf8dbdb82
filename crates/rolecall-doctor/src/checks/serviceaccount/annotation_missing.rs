//! The service account names no role.
//!
//! ## What you see
//! The program works as the node's role (`User: arn:aws:sts::…:assumed-role/NODE-ROLE/i-… is not authorized`), or says
//! that it found no credentials. The pod has neither `AWS_ROLE_ARN` nor the volume `aws-iam-token`.
//!
//! ## Why
//! The pod identity webhook injects a pod only if its service account carries the annotation
//! `eks.amazonaws.com/role-arn`. Helm charts leave it out unless a value is given, and managed add-ons unless a role is
//! given to each of their accounts.
//!
//! ## How to tell
//! `kubectl get serviceaccount -n NAMESPACE NAME -o yaml` shows no such annotation.
//!
//! ## How to mend it
//! Annotate the account, then restart its pods: the webhook looks at pods only when they are created.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook README; Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts".

use crate::case::{Case, Injection, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.annotation-missing",
    title: "the service account names no role",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Role, Link::Caller],
    source: include_str!("annotation_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let account = case.serviceaccount().account.present()?;
    if !account.annotations.iter().all(|pair| !pair.key.value.contains("role")) {
        return None;
    }
    // Set up by hand (OpenShift, self-made volumes), by Pod Identity, or past this point: no annotation needed.
    if case.configured() == Some(true)
        || case.serviceaccount().associations.present().is_some()
        || matches!(case.phase(), Phase::Exchange | Phase::After | Phase::Admitted)
    {
        return None;
    }
    let certainty = match case.injection() {
        Some(Injection::None) if case.phase() != Phase::Unseen => Certainty::Certain,
        Some(Injection::None) => Certainty::Likely,
        _ => Certainty::Possible,
    };
    let name = &account.name.value;
    let namespace = account.namespace.as_ref().map_or("NAMESPACE", |text| text.value.as_str());
    let role = case.requested().map_or("ROLE_ARN", |requested| requested.arn.value.as_str());
    let annotate = format!(
        "kubectl annotate serviceaccount -n {} {} {}",
        shell_word(namespace),
        shell_word(name),
        shell_word(&format!("eks.amazonaws.com/role-arn={role}"))
    );
    Some(
        Finding::new(&CHECK, certainty, format!("service account `{namespace}/{name}` names no role"))
            .because(
                "The webhook injects a pod only if its service account has the annotation \
                 `eks.amazonaws.com/role-arn`. Without it the SDK finds no web identity and falls back to whatever \
                 comes later in its chain, on EKS the node's role.",
            )
            .at(account.metadata_at, "no annotation `eks.amazonaws.com/role-arn` here")
            .fix(
                "annotate the service account, then recreate its pods",
                Safety::Review,
                &[annotate, format!("kubectl rollout restart -n {} deployment/NAME", shell_word(namespace))],
            ),
    )
}
