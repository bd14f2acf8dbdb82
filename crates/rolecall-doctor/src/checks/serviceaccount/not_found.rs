//! The service account does not exist.
//!
//! ## What you see
//! `serviceaccount "NAME" not found`, pods that are never created (`error looking up service account NAMESPACE/NAME`), or
//! `kubectl create token` that fails.
//!
//! ## Why
//! The account is in another namespace, was never created (`serviceAccount.create=false` in a chart), or is spelt
//! otherwise. A pod cannot start without its account, and a role that trusts a name that does not exist admits nobody.
//!
//! ## How to tell
//! `kubectl get serviceaccounts -A` lists what there is.
//!
//! ## How to mend it
//! Create the account in the pod's namespace, with its annotation, or name one that exists.
//!
//! ## Source
//! Kubernetes documentation, "Configure Service Accounts for Pods".

use std::collections::BTreeMap;

use rolecall_model::document::At;
use rolecall_model::evidence::serviceaccount::ServiceAccount;
use rolecall_model::evidence::{Fact, Source};
use rolecall_model::span::Span;

use super::{ROLE_KEY, namespace};
use crate::case::{Case, account_of};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::fix::workload::{restart, rolls};
use crate::link::Link;
use crate::near::distance;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.not-found",
    title: "the service account does not exist",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Role],
    source: include_str!("not_found.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    // STS has seen a token of this account, so it was there.
    if case.reached_exchange() {
        return None;
    }
    let said = said(case);
    if said.is_none() && !case.serviceaccount().account.is_absent() {
        return None;
    }
    let pod = case.pod().pod.present();
    let space = pod.map_or("NAMESPACE", |pod| namespace(pod.namespace.as_ref())).to_owned();
    let named = pod.map(|pod| account_of(pod).to_owned());
    let name = said.as_ref().map(|(name, _)| name.clone()).filter(|name| !name.is_empty()).or(named);
    let name = name.unwrap_or_else(|| "NAME".into());
    let title = if name == "NAME" {
        "the service account does not exist".to_owned()
    } else {
        format!("there is no service account `{name}`")
    };
    let mut finding = Finding::new(&CHECK, Certainty::Certain, title).because(
        "Kubernetes was asked for the account and says that there is none. Without it no pod starts \
         under that name \
         and no token is made, so AWS was never asked.",
    );
    if let Some((_, at)) = said {
        finding = finding.at(at, "Kubernetes' answer");
    }
    if let Some(text) = pod.and_then(|pod| pod.service_account.as_ref()) {
        finding = finding.beside(text.at, "the pod names it here");
    }
    let near = |other: &&ServiceAccount| (1..=2).contains(&distance(&other.name.value, &name));
    let accounts = case.serviceaccount();
    let similar = accounts.account.present().into_iter().chain(&accounts.others).find(near);
    if let Some(other) = similar {
        finding = finding.beside(other.name.at, "an account of a similar name exists");
    }
    // Where one of a similar name exists, that one may have been meant.
    let edits = create(case, &name).filter(|_| similar.is_none());
    if let Some(edits) = edits {
        let title = match edits.len() {
            1 => "create the account and annotate it",
            _ => "create the account and annotate it, then make its pods anew",
        };
        return Some(finding.change(title, Safety::Review, edits));
    }
    let role = case.requested().map_or("ROLE_ARN", |requested| requested.arn.value.as_str());
    let (space, name) = (shell_word(&space), shell_word(&name));
    let commands = [
        format!("kubectl create serviceaccount -n {space} {name}"),
        format!(
            "kubectl annotate serviceaccount -n {space} {name} {}",
            shell_word(&format!("{ROLE_KEY}={role}"))
        ),
    ];
    Some(finding.fix(
        "create the account and annotate it, or name one that exists",
        Safety::ShowOnly,
        &commands,
    ))
}

/// The account that the pod names, with the role that is asked for, and pods made anew that run under it. None where
/// the pod names another one than was looked for, and where role or namespace are not known.
fn create(case: &Case<'_>, name: &str) -> Option<Vec<Edit>> {
    // Kubernetes makes `default` itself.
    let pod = case.pod().pod.present().filter(|pod| account_of(pod) == name && name != "default")?;
    let role = case.requested().filter(|requested| requested.parsed().is_ok())?;
    let edit = Edit::CreateServiceAccount {
        namespace: pod.namespace.as_ref()?.value.clone(),
        name: name.to_owned(),
        annotations: BTreeMap::from([(ROLE_KEY.to_owned(), role.arn.value.clone())]),
    };
    // A Job that has no pod yet goes on trying.
    let anew = restart(case).filter(|_| pod.kind == "Pod" || rolls(&pod.kind));
    Some(std::iter::once(edit).chain(anew).collect())
}

/// The account's name and the words that say that it is not there.
fn said(case: &Case<'_>) -> Option<(String, At)> {
    let looked_up = case
        .evidence()
        .lookups
        .iter()
        .find(|lookup| lookup.absent && lookup.name.starts_with("serviceaccount"));
    if let Some(lookup) = looked_up {
        return Some((quoted_account(&lookup.answer.value).unwrap_or_default(), lookup.answer.at));
    }
    if let Fact::Absent { source: Source::Document(id) } = &case.serviceaccount().account {
        let text = case.evidence().documents.get(*id).map_or("", |document| document.text.trim_end());
        return Some((quoted_account(text).unwrap_or_default(), At::new(*id, Span::new(0, text.len()))));
    }
    case.lines().into_iter().find_map(|line| Some((quoted_account(&line.value)?, line.at)))
}

/// `serviceaccount "NAME" not found`, `serviceaccounts "NAME" not found` (quotes may be escaped in JSON logs).
fn quoted_account(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("serviceaccount")?;
    let rest = rest.trim_start_matches('s').trim_start().trim_start_matches('\\').strip_prefix('"')?;
    let (name, rest) = rest.split_once('"')?;
    rest.trim_start().starts_with("not found").then(|| name.trim_end_matches('\\').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_out() {
        let table = [
            (r#"Error from server (NotFound): serviceaccounts "app" not found"#, Some("app")),
            (r#"error looking up service account a/app: serviceaccount "app" not found"#, Some("app")),
            (r#"{"msg":"serviceaccount \"app\" not found"}"#, Some("app")),
            (r#"serviceaccount "app" created"#, None),
            ("the serviceaccount was not found", None),
        ];
        for (line, wanted) in table {
            assert_eq!(quoted_account(line).as_deref(), wanted, "{line}");
        }
    }
}
