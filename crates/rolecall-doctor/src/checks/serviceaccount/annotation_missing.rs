//! The service account names no role.
//!
//! ## What you see
//! The program works as the node's role (`User: arn:aws:sts::…:assumed-role/NODE-ROLE/i-… is not authorized`), or says
//! that it found no credentials. The pod has neither `AWS_ROLE_ARN` nor the volume `aws-iam-token`.
//!
//! ## Why
//! The pod identity webhook injects a pod only if its service account carries the annotation
//! `eks.amazonaws.com/role-arn`. On the pod or the deployment the annotation does nothing. Helm charts leave it out
//! unless a value is given, and managed add-ons unless a role is given to each of their accounts.
//!
//! ## How to tell
//! `kubectl get serviceaccount -n NAMESPACE NAME -o yaml` shows no such annotation.
//!
//! ## How to mend it
//! Annotate the account, then make its pods anew: the webhook looks at pods only when they are created. The policies of
//! the node's role are no place to mend this.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook README; Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts".

use rolecall_model::evidence::serviceaccount::ServiceAccount;

use super::{ROLE_KEY, annotate, annotation_malformed, namespace, not_used, recreate};
use crate::case::{Case, Injection, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::workload::give_role;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.annotation-missing",
    title: "the service account names no role",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Token, Link::Role, Link::Caller],
    source: include_str!("annotation_missing.rs"),
    run: check,
};

/// What the AWS provider of the Secrets Store CSI driver says where it finds no annotation.
const SAID: &str = "An IAM role must be associated with service account ";

fn check(case: &Case<'_>) -> Option<Finding> {
    let Some(account) = case.used_account() else { return said(case) };
    let named =
        case.role_annotation_of(account).is_some() || annotation_malformed::near_miss(account).is_some();
    // Set up by hand (OpenShift, self-made volumes) or by Pod Identity: no annotation is needed.
    if named || case.was_set_up() || case.by_pod_identity() {
        return None;
    }
    // Another account has the annotation and the role's trust: the pod should run under that one.
    let others = &case.serviceaccount().others;
    let meant = |other: &&ServiceAccount| {
        case.role_annotation_of(other).is_some() && not_used::is_trusted(case, other)
    };
    if others.iter().any(|other| meant(&other)) && !not_used::is_trusted(case, account) {
        return None;
    }
    let certainty = certainty(case)?;
    let space = namespace(account.namespace.as_ref());
    let mut finding = Finding::new(
        &CHECK,
        certainty,
        format!("service account `{space}/{}` names no role", account.name.value),
    )
    .because(why(case, account))
    .at(account.metadata_at, format!("no annotation `{ROLE_KEY}` here"));
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "so this identity signed instead");
    }
    let pod = case.pod().pod.present();
    let misplaced = pod.and_then(|pod| pod.annotations.iter().find(|pair| pair.key.value == ROLE_KEY));
    if let Some(pair) = misplaced {
        finding = finding.beside(pair.key.at, "on a pod this annotation does nothing");
    }
    let role = misplaced.map(|pair| pair.value.value.clone());
    let role = role.or_else(|| case.requested().map(|requested| requested.arn.value.clone()));
    let title = "annotate the service account, then make its pods anew";
    if let Some(edits) = role.as_deref().and_then(|role| give_role(case, account, role)) {
        return Some(finding.change(title, Safety::Review, edits));
    }
    let commands = [annotate(account, role.as_deref().unwrap_or("ROLE_ARN")), recreate(case)];
    Some(finding.fix(title, Safety::ShowOnly, &commands))
}

/// The account was not read, but somebody who looked at it says so.
fn said(case: &Case<'_>) -> Option<Finding> {
    let line = case.lines().into_iter().find(|line| line.value.contains(SAID))?;
    let (_, rest) = line.value.split_once(SAID)?;
    let name = rest.split([' ', '(', '"']).next().filter(|name| !name.is_empty())?;
    let space =
        rest.split_once("namespace: ").and_then(|(_, rest)| rest.split(')').next()).unwrap_or("NAMESPACE");
    let (key, title) = (
        shell_word(&format!("{ROLE_KEY}=ROLE_ARN")),
        format!("service account `{space}/{name}` names no role"),
    );
    let annotate =
        format!("kubectl annotate serviceaccount -n {} {} {key}", shell_word(space), shell_word(name));
    let finding = Finding::new(&CHECK, Certainty::Likely, title)
        .because(format!("The driver looks for the annotation `{ROLE_KEY}` on the account of the pod that mounts, and says that there is none."))
        .at(line.at, "the driver's answer");
    Some(finding.fix("annotate the service account, then make its pods anew", Safety::ShowOnly, &[annotate]))
}

fn certainty(case: &Case<'_>) -> Option<Certainty> {
    // Without a role that trusts web identities nobody says that this account should have had one.
    let meant = case.trusted().is_some_and(|trusted| !trusted.federated.is_empty());
    // Most pods want nothing of AWS: something must say that this one does, or the account alone was asked about.
    let asked = case.requested().is_some() || case.pod().pod.present().is_none();
    if case.phase() == Phase::Unseen && !meant && !asked {
        return None;
    }
    if case.says(SAID).is_some() {
        return Some(Certainty::Certain);
    }
    let bare = match case.injected() {
        Some(Injection::None) if case.went_without_role() && meant => return Some(Certainty::Certain),
        Some(Injection::None | Injection::Partial { .. }) => true,
        Some(_) => false,
        None => case.configured() == Some(false) || case.signer().is_some(),
    };
    if bare {
        return Some(Certainty::Likely);
    }
    // A token that was made shows that somebody mounts one.
    let token = case.token().claims.present().is_some();
    (case.phase() != Phase::Unseen || !token).then_some(Certainty::Possible)
}

fn why(case: &Case<'_>, account: &ServiceAccount) -> String {
    let mut why = format!(
        "The webhook injects a pod only if its service account has the annotation `{ROLE_KEY}`, and \
         `{}` has none. \
         The SDK then finds no web identity and falls back to whatever comes later in its chain, on EKS \
         the role of the node.",
        account.name.value
    );
    if case.signer().is_some() {
        why.push_str(
            " The refusal is about that identity: neither the role's trust policy nor its permissions \
             were asked.",
        );
    }
    why
}
