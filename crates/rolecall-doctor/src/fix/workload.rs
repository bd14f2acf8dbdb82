//! Edits of workloads: the annotation of a service account, and pods made anew so that the webhook sees them.

use rolecall_model::evidence::serviceaccount::ServiceAccount;

use super::edit::Edit;
use crate::case::{Case, RequestedFrom};
use crate::checks::serviceaccount::ROLE_KEY;

/// Makes the pods anew; none where no pod was read or it has no name, and where the webhook would inject none of its
/// containers this time either.
#[must_use]
pub fn restart(case: &Case<'_>) -> Option<Edit> {
    let pod = case.pod().pod.present()?;
    if case.would_be_injected() == Some(false) {
        return None;
    }
    Some(Edit::RestartWorkload {
        namespace: pod.namespace.as_ref()?.value.clone(),
        kind: pod.kind.clone(),
        name: pod.name.as_ref()?.value.clone(),
    })
}

/// Puts an annotation on an account; none where its namespace is not known.
#[must_use]
pub fn annotate(account: &ServiceAccount, key: &str, after: Option<&str>) -> Option<Edit> {
    let known = account.annotations.iter().rev().find(|pair| pair.key.value == key);
    Some(Edit::AnnotateServiceAccount {
        namespace: account.namespace.as_ref()?.value.clone(),
        name: account.name.value.clone(),
        key: key.to_owned(),
        before: known.map(|pair| pair.value.value.clone()),
        after: after.map(str::to_owned),
    })
}

/// Annotates the account that the workload uses with a role, and makes its pods anew where one was read.
#[must_use]
pub fn give_role(case: &Case<'_>, account: &ServiceAccount, role: &str) -> Option<Vec<Edit>> {
    let mut edits = vec![annotate(account, ROLE_KEY, Some(role))?];
    edits.extend(restart(case));
    Some(edits)
}

/// The same, where it is the account's annotation that names the role which is asked for now.
#[must_use]
pub fn rename_role(case: &Case<'_>, role: &str) -> Option<Vec<Edit>> {
    let requested = case.requested()?;
    let account = case.serviceaccount().account.present()?;
    let pair = account.annotations.iter().rev().find(|pair| pair.key.value == ROLE_KEY)?;
    let from = matches!(
        requested.from,
        RequestedFrom::Annotation | RequestedFrom::Pod | RequestedFrom::Environment | RequestedFrom::Request
    );
    (from && pair.value.value == requested.arn.value).then(|| give_role(case, account, role)).flatten()
}
