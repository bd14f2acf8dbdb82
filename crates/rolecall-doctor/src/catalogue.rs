//! THE LIST of causes, in the order in which they would stop an attempt: what fails earlier explains what follows.

use crate::check::Check;
use crate::checks::{caller, pod, serviceaccount};

/// Every cause, the one that stops an attempt earliest first.
pub const CATALOGUE: &[Check] = &[
    serviceaccount::not_found::CHECK,
    serviceaccount::not_used::CHECK,
    serviceaccount::annotation_malformed::CHECK,
    serviceaccount::annotation_missing::CHECK,
    pod::two_mechanisms::CHECK,
    pod::stale::CHECK,
    pod::partial_env::CHECK,
    pod::not_injected::CHECK,
    pod::token_not_mounted::CHECK,
    pod::token_unreadable::CHECK,
    caller::endpoint_wrong::CHECK,
    caller::endpoint_unreachable::CHECK,
    caller::tls_untrusted::CHECK,
    caller::region_inactive::CHECK,
    caller::session_name_invalid::CHECK,
    caller::sts_throttled::CHECK,
    caller::token_path_cached::CHECK,
    caller::credentials_overridden::CHECK,
    caller::sdk_module_missing::CHECK,
    caller::sdk_too_old::CHECK,
    caller::not_configured::CHECK,
    caller::wrong_flow::CHECK,
    caller::wrong_identity::CHECK,
];

/// The cause of that slug.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.slug == slug)
}
