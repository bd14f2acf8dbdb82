//! Causes in the program that calls and in its configuration.

pub mod credentials_overridden;
pub mod endpoint_unreachable;
pub mod endpoint_wrong;
pub mod not_configured;
pub mod region_inactive;
pub mod sdk_module_missing;
pub mod sdk_too_old;
pub mod session_name_invalid;
pub mod sts_throttled;
pub mod tls_untrusted;
pub mod token_path_cached;
pub mod wrong_flow;
pub mod wrong_identity;

use crate::case::Case;
use crate::exchange::Decided;
use crate::finding::shell_word;
use crate::link::Link;

/// Whether STS would refuse the exchange on what was read: SDKs that go on to the next source hide such a refusal.
pub(crate) fn would_be_refused(case: &Case<'_>) -> bool {
    case.exchange(Link::Trust).decided() == Decided::Refused
}

/// The command that shows who signs, run where the program runs.
pub(crate) fn who(case: &Case<'_>) -> String {
    let pod = case.pod().pod.present().filter(|pod| pod.kind == "Pod");
    match pod.and_then(|pod| Some((pod.namespace.as_ref()?, pod.name.as_ref()?))) {
        Some((namespace, name)) => format!(
            "kubectl exec -n {} {} -- aws sts get-caller-identity",
            shell_word(&namespace.value),
            shell_word(&name.value)
        ),
        None => "aws sts get-caller-identity".into(),
    }
}
