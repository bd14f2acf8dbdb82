//! The pod runs under another service account.
//!
//! ## What you see
//! The program works as the node's role or finds no credentials, although a service account is annotated as it should be;
//! or STS refuses because the token is of another account.
//!
//! ## Why
//! The account was created and annotated, but the pod template does not name it (`serviceAccountName`), so the pod runs
//! under `default`. Operators that make pods of their own (Spark executors, runners, jobs) have a setting of their own for
//! it. An account of the same name in another namespace is another account.
//!
//! ## How to tell
//! `kubectl get pod -n NAMESPACE POD -o jsonpath='{.spec.serviceAccountName}'`.
//!
//! ## How to mend it
//! Name the annotated account in the pod template; then pods are made anew by themselves.
//!
//! ## Source
//! Kubernetes documentation, "Configure Service Accounts for Pods"; Amazon EKS User Guide, "Configure Pods to use a
//! Kubernetes service account".

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::pod::Pod;
use rolecall_model::evidence::serviceaccount::ServiceAccount;

use super::namespace;
use crate::case::{Case, Injection, Phase, account_of, runs_under};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::workload::{advise_template, change_template, run_as};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.not-used",
    title: "the pod runs under another service account",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Role, Link::Caller],
    source: include_str!("not_used.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let pod = case.pod().pod.present()?;
    if matches!(case.phase(), Phase::After | Phase::Admitted) {
        return None;
    }
    let read = case.serviceaccount();
    let account = read.account.present();
    if let Some(account) = account.filter(|account| !runs_under(pod, account)) {
        let meant = case.role_annotation_of(account).is_some() || is_trusted(case, account);
        return Some(of_account(
            case,
            pod,
            account,
            if meant { Certainty::Certain } else { Certainty::Likely },
        ));
    }
    let silent = account.is_none_or(|account| case.role_annotation_of(account).is_none());
    let trusted = account.is_some_and(|account| is_trusted(case, account));
    let unused =
        |other: &&ServiceAccount| case.role_annotation_of(other).is_some() && !runs_under(pod, other);
    let annotated = || read.others.iter().filter(unused);
    // Of several the one that the role trusts.
    let annotated = annotated().find(|other| is_trusted(case, other)).or_else(|| annotated().next());
    // Nothing failed that was seen: a bare pod beside the very account that the role trusts is telling enough.
    let meant = |other: &&ServiceAccount| {
        case.went_without_role() || (case.injected() == Some(Injection::None) && is_trusted(case, other))
    };
    if let Some(other) = annotated.filter(|other| silent && !trusted && meant(other)) {
        let certainty = if is_trusted(case, other) { Certainty::Certain } else { Certainty::Likely };
        return Some(of_account(case, pod, other, certainty));
    }
    // A template is not injected, but what was made of it works as somebody else.
    let template = case.running_pod().is_none() && case.signer().is_some() && case.configured() != Some(true);
    let bare = case.injected() == Some(Injection::None) || template;
    if account.is_some() || !bare || case.by_pod_identity() {
        return None;
    }
    by_trust(case, pod)
}

/// Whether the role's trust policy names this account's subject.
pub(super) fn is_trusted(case: &Case<'_>, account: &ServiceAccount) -> bool {
    let Some(space) = &account.namespace else { return false };
    let subject = format!("system:serviceaccount:{}:{}", space.value, account.name.value);
    case.trusted().is_some_and(|trusted| trusted.subjects.iter().any(|text| text.value == subject))
}

fn of_account(case: &Case<'_>, pod: &Pod, account: &ServiceAccount, certainty: Certainty) -> Finding {
    let space = namespace(account.namespace.as_ref());
    let same_name = account_of(pod) == account.name.value;
    let (wanted, found) = if same_name {
        (space.to_owned(), namespace(pod.namespace.as_ref()).to_owned())
    } else {
        (account.name.value.clone(), account_of(pod).to_owned())
    };
    let title = format!(
        "the pod runs under `{}/{}`, not `{space}/{}`",
        namespace(pod.namespace.as_ref()),
        account_of(pod),
        account.name.value
    );
    let why = if same_name {
        "An account of that name in another namespace is another account, with another subject and \
         without the \
         annotation."
    } else {
        "The webhook and the token follow the account that the pod names. What is written on another \
         account does \
         nothing for this pod."
    };
    let beside = if case.role_annotation_of(account).is_some() {
        "this account names the role"
    } else {
        "this account was meant"
    };
    let finding = Finding::new(&CHECK, certainty, title)
        .because(why)
        .differs(place(pod), "the pod's account", wanted, found)
        .beside(account.name.at, beside);
    // What the pod was meant to run under is written down, and so is the account: that can be changed.
    let here = pod.namespace.as_ref().zip(account.namespace.as_ref());
    let meant =
        certainty == Certainty::Certain && here.is_some_and(|(pod, account)| pod.value == account.value);
    if let Some(edit) = meant.then(|| run_as(case, &account.name.value)).flatten() {
        let title = format!("let the pod's template name `{}`", account.name.value);
        return change_template(case, lost(pod, &account.name.value, signed(case, finding)), title, edit);
    }
    with_fix(case, pod, finding, &account.name.value)
}

fn signed(case: &Case<'_>, finding: Finding) -> Finding {
    match case.signer() {
        Some(signer) => finding.beside(signer.arn.at, "so this identity signed instead"),
        None => finding,
    }
}

/// Roles are bound to accounts, and pull secrets belong to them (Kubernetes documentation, "Using RBAC Authorization",
/// "Add ImagePullSecrets to a service account").
fn lost(pod: &Pod, wanted: &str, finding: Finding) -> Finding {
    if account_of(pod) == wanted {
        return finding;
    }
    finding.note(format!(
        "what is bound to `{}` (RBAC roles, image pull secrets) no longer applies to the pods then: bind it to the other \
         account too where they need it",
        account_of(pod)
    ))
}

/// The role's trust policy names one account of the pod's namespace, and the pod runs under `default`.
fn by_trust(case: &Case<'_>, pod: &Pod) -> Option<Finding> {
    let space = &pod.namespace.as_ref()?.value;
    let prefix = format!("system:serviceaccount:{space}:");
    let subjects = case.trusted()?.subjects;
    let named = |text: &Text| {
        let name = text.value.strip_prefix(&prefix)?;
        (!name.contains(['*', '?', '$']) && name != account_of(pod)).then(|| (name.to_owned(), text.at))
    };
    let (name, at) = subjects.iter().find_map(named)?;
    let certainty = if account_of(pod) == "default" { Certainty::Likely } else { Certainty::Possible };
    let finding = Finding::new(
        &CHECK,
        certainty,
        format!("the pod runs under `{}`, and the role is meant for `{name}`", account_of(pod)),
    )
    .because(
        "The pod has no web identity, and the role's trust policy names another account of its namespace. The \
             account itself was not read.",
    )
    .differs(place(pod), "the pod's account", name.clone(), account_of(pod))
    .beside(at, "the role trusts this account");
    Some(with_fix(case, pod, finding, &name))
}

fn place(pod: &Pod) -> At {
    pod.service_account.as_ref().map_or(pod.spec_at, |name| name.at)
}

fn with_fix(case: &Case<'_>, pod: &Pod, finding: Finding, name: &str) -> Finding {
    let finding = advise_template(case, lost(pod, name, signed(case, finding)), &[]);
    let kind = if pod.kind == "Pod" {
        "deployment/NAME".to_owned()
    } else {
        format!("{}/NAME", pod.kind.to_lowercase())
    };
    let space = shell_word(namespace(pod.namespace.as_ref()));
    finding.fix(
        format!("set `serviceAccountName: {name}` where the pod's template is written"),
        Safety::ShowOnly,
        &[format!("kubectl set serviceaccount -n {space} {kind} {}", shell_word(name))],
    )
}
