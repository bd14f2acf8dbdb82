//! The annotation's key is misspelt.
//!
//! ## What you see
//! The program works as the node's role, or finds no credentials, although the service account seems to name a role.
//!
//! ## Why
//! The pod identity webhook reads one key, `eks.amazonaws.com/role-arn`, letter by letter, and says nothing about others.
//! Frequent slips: `eks.amazon.com/…`, `…/role_arn`, `…/rolearn`, the prefix left out, `iam.amazonaws.com/role` of
//! kube2iam and kiam. A webhook started with `--annotation-prefix` reads that prefix and no other.
//!
//! ## How to tell
//! `kubectl get serviceaccount -n NAMESPACE NAME -o jsonpath='{.metadata.annotations}'`, letter by letter.
//!
//! ## How to mend it
//! Put the value under the right key, drop the wrong one, and make the pods anew.
//!
//! ## When it is not this
//! Where the key is right and the value is no role ARN, it is `role.arn-malformed`.
//!
//! ## Source
//! amazon-eks-pod-identity-webhook, handler and flags; reference eks.md §3.1 and §3.2.

use rolecall_model::evidence::serviceaccount::{Pair, ServiceAccount};

use super::{ROLE_KEY, namespace, recreate};
use crate::case::{Case, Injection};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::fix::edit::Edit;
use crate::fix::workload::{annotate, restart};
use crate::link::Link;
use crate::near::distance;

/// The check.
pub const CHECK: Check = Check {
    slug: "serviceaccount.annotation-malformed",
    title: "the annotation's key is misspelt",
    severity: Severity::Error,
    reads: &[Link::ServiceAccount, Link::Pod, Link::Role, Link::Caller],
    source: include_str!("annotation_malformed.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let account = case.used_account()?;
    let prefix = case.annotation_prefix();
    let wanted = prefix.as_ref().map_or(ROLE_KEY.to_owned(), |prefix| format!("{prefix}/role-arn"));
    let wanted_key = wanted.as_str();
    let (pair, why) = misspelt(account, prefix.is_some(), wanted_key)?;
    if case.was_set_up() || case.by_pod_identity() {
        return None;
    }
    let known = prefix.is_some() || near_miss(account).is_some();
    let certainty = match (case.injected(), known) {
        (Some(Injection::None | Injection::Partial { .. }), true) => Certainty::Certain,
        (Some(Injection::None | Injection::Partial { .. }), false) | (None, true) => Certainty::Likely,
        _ => Certainty::Possible,
    };
    let space = namespace(account.namespace.as_ref());
    let name = &account.name.value;
    let target = format!("kubectl annotate serviceaccount -n {} {}", shell_word(space), shell_word(name));
    let commands = [
        format!("{target} {}", shell_word(&format!("{wanted}={}", pair.value.value))),
        format!("{target} {}", shell_word(&format!("{}-", pair.key.value))),
        recreate(case),
    ];
    let mut finding = Finding::new(
        &CHECK,
        certainty,
        format!("`{}` is not the key that the webhook reads", pair.key.value),
    )
    .because(format!(
        "{why} The webhook compares keys letter by letter and passes over all others in silence, so \
             `{space}/{name}` \
             names no role as far as it can see."
    ))
    .differs(pair.key.at, "the webhook does not read this key", wanted_key, pair.key.value.clone());
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "so this identity signed instead");
    }
    let title = "put the role under the right key, then make the pods anew";
    let right = annotate(account, wanted_key, Some(&pair.value.value));
    let edits = right.into_iter().chain(annotate(account, &pair.key.value, None)).chain(restart(case));
    let edits: Vec<Edit> = edits.collect();
    Some(match account.namespace.is_some() {
        true => finding.change(title, Safety::Review, edits),
        false => finding.fix(title, Safety::ShowOnly, &commands),
    })
}

/// The pair whose key was meant to be the wanted one; the webhook's own prefix may not be known.
fn misspelt<'a>(account: &'a ServiceAccount, known: bool, wanted: &str) -> Option<(&'a Pair, &'static str)> {
    if account.annotations.iter().any(|pair| pair.key.value == wanted) {
        return None;
    }
    near_miss(account).or_else(|| {
        let other = |pair: &&Pair| pair.key.value.ends_with("/role-arn");
        let pair = account.annotations.iter().find(other)?;
        let why = if known {
            "The webhook was started with another annotation prefix than this key has."
        } else {
            "The key has another prefix than the webhook reads unless it was started with \
             `--annotation-prefix`."
        };
        Some((pair, why))
    })
}

/// The annotation that was meant to be the webhook's, and what its key has wrong. None where the right key is there too.
pub(crate) fn near_miss(account: &ServiceAccount) -> Option<(&Pair, &'static str)> {
    if account.annotations.iter().any(|pair| pair.key.value == ROLE_KEY) {
        return None;
    }
    account.annotations.iter().find_map(|pair| Some((pair, slip(&pair.key.value)?)))
}

/// What a key has wrong; none where it was not meant to be the webhook's key.
fn slip(key: &str) -> Option<&'static str> {
    if key.trim() == ROLE_KEY {
        return Some("A blank stands before or after the key.");
    }
    let folded = key.trim().to_ascii_lowercase();
    if folded == ROLE_KEY {
        return Some("The key differs in letter case.");
    }
    let Some((prefix, name)) = folded.split_once('/') else {
        return (distance(&folded, "role-arn") <= 2 || folded == "iam-role-arn")
            .then_some("The prefix `eks.amazonaws.com/` is missing.");
    };
    if prefix == "iam.amazonaws.com" && name.starts_with("role") {
        return Some("This is the key of kube2iam and kiam.");
    }
    let kin = ["amazon", "aws", "eks"].iter().any(|word| prefix.contains(word));
    if name == "role-arn" && kin {
        return Some("The key's prefix is misspelt.");
    }
    let near = distance(prefix, "eks.amazonaws.com") <= 5 || kin;
    let role =
        distance(name, "role-arn") <= 3 || matches!(name, "role" | "iam-role-arn" | "iam-role" | "arn");
    (near && role).then_some("The key is misspelt.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips() {
        let slips = [
            "eks.amazon.com/role-arn",
            "eks.amazonaws.com/role_arn",
            "eks.amazonaws.com/rolearn",
            "eks.amazonaws.com/roleArn",
            "eks.amazonaws.com/role-arm",
            "eks.amazonaws.com/iam-role-arn",
            "eks.amazonaws.com/role-arn ",
            "EKS.amazonaws.com/role-arn",
            "aws.amazon.com/role-arn",
            "role-arn",
            "iam.amazonaws.com/role",
            "amazonaws.com/role-arn",
        ];
        for key in slips {
            assert!(slip(key).is_some(), "{key}");
        }
        let others = [
            "eks.amazonaws.com/audience",
            "eks.amazonaws.com/token-expiration",
            "eks.amazonaws.com/sts-regional-endpoints",
            "meta.helm.sh/release-name",
            "rbac.example.com/role",
            "example.com/role-arn",
            "app.kubernetes.io/component",
        ];
        for key in others {
            assert!(slip(key).is_none(), "{key}");
        }
    }
}
