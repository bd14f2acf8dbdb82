//! Causes in the service account.

pub mod annotation_malformed;
pub mod annotation_missing;
pub mod annotation_wrong_role;
pub mod not_found;
pub mod not_used;

use rolecall_model::document::Text;
use rolecall_model::evidence::serviceaccount::ServiceAccount;

use crate::case::Case;
use crate::finding::shell_word;

/// The annotation that the webhook looks for, unless it was started with another prefix.
pub(crate) const ROLE_KEY: &str = "eks.amazonaws.com/role-arn";

/// A namespace for a command.
pub(crate) fn namespace(text: Option<&Text>) -> &str {
    text.map_or("NAMESPACE", |text| text.value.as_str())
}

/// The command that puts the annotation on an account.
pub(crate) fn annotate(account: &ServiceAccount, role: &str) -> String {
    format!(
        "kubectl annotate serviceaccount --overwrite -n {} {} {}",
        shell_word(namespace(account.namespace.as_ref())),
        shell_word(&account.name.value),
        shell_word(&format!("{ROLE_KEY}={role}"))
    )
}

/// The command that makes the workload's pods anew: the webhook looks at pods only when they are created.
pub(crate) fn recreate(case: &Case<'_>) -> String {
    let Some(pod) = case.pod().pod.present() else {
        let account = case.serviceaccount().account.present();
        let space = namespace(account.and_then(|account| account.namespace.as_ref()));
        return format!("kubectl rollout restart -n {} deployment/NAME", shell_word(space));
    };
    let name = pod.name.as_ref().map_or("NAME", |name| name.value.as_str());
    let namespace = shell_word(namespace(pod.namespace.as_ref()));
    if pod.kind == "Pod" {
        return format!("kubectl delete pod -n {namespace} {}", shell_word(name));
    }
    format!("kubectl rollout restart -n {namespace} {}/{}", pod.kind.to_lowercase(), shell_word(name))
}
