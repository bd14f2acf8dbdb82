//! Causes in the pod and in what was, or was not, injected into it.

pub mod not_injected;
pub mod partial_env;
pub mod stale;
pub mod token_not_mounted;
pub mod token_unreadable;
pub mod two_mechanisms;

use rolecall_model::arn::Arn;
use rolecall_model::evidence::pod::Pod;

use crate::finding::shell_word;

/// `NAMESPACE/NAME` of a pod for a title.
pub(crate) fn named(pod: &Pod) -> String {
    let part = |text: Option<&rolecall_model::document::Text>| {
        text.map_or("?", |text| text.value.as_str()).to_owned()
    };
    format!("{}/{}", part(pod.namespace.as_ref()), part(pod.name.as_ref()))
}

/// Whether a caller is a session of the role.
pub(crate) fn signs_as(principal: &str, role: &str) -> bool {
    let (Some(seen), Some(role)) = (Arn::parse(principal), Arn::parse(role)) else { return false };
    let session = seen.assumed_role().map(|(name, _)| name);
    seen.account == role.account && session.is_some() && session == role.role_name()
}

/// The start of a command that runs something in the pod.
pub(crate) fn exec(pod: &Pod) -> String {
    let word = |text: Option<&rolecall_model::document::Text>, else_: &str| {
        shell_word(text.map_or(else_, |text| text.value.as_str()))
    };
    format!(
        "kubectl exec -n {} {} --",
        word(pod.namespace.as_ref(), "NAMESPACE"),
        word(pod.name.as_ref(), "POD")
    )
}
