//! THE LIST of causes, in the order in which they would stop an attempt: what fails earlier explains what follows.

use crate::check::Check;
use crate::checks::{caller, issuer, permission, pod, provider, role, serviceaccount, token, trust};

/// Every cause, the one that stops an attempt earliest first.
pub const CATALOGUE: &[Check] = &[
    // The workload never gets what it needs.
    serviceaccount::not_found::CHECK,
    serviceaccount::not_used::CHECK,
    serviceaccount::annotation_malformed::CHECK,
    serviceaccount::annotation_missing::CHECK,
    pod::two_mechanisms::CHECK,
    pod::stale::CHECK,
    pod::partial_env::CHECK,
    pod::not_injected::CHECK,
    pod::token_not_mounted::CHECK,
    caller::token_path_cached::CHECK,
    pod::token_unreadable::CHECK,
    token::not_issued::CHECK,
    // The program does not use it.
    caller::credentials_overridden::CHECK,
    caller::sdk_module_missing::CHECK,
    caller::not_configured::CHECK,
    // The request does not reach STS, or STS does not take its parameters.
    caller::endpoint_wrong::CHECK,
    caller::endpoint_unreachable::CHECK,
    caller::tls_untrusted::CHECK,
    caller::region_inactive::CHECK,
    caller::sts_throttled::CHECK,
    role::arn_malformed::CHECK,
    caller::session_name_invalid::CHECK,
    caller::wrong_flow::CHECK,
    role::not_found::CHECK,
    serviceaccount::annotation_wrong_role::CHECK,
    // The token.
    token::malformed::CHECK,
    token::algorithm_unsupported::CHECK,
    token::legacy::CHECK,
    token::claim_type::CHECK,
    token::claim_missing::CHECK,
    provider::url_mismatch::CHECK,
    provider::missing::CHECK,
    token::azp_overrides_audience::CHECK,
    token::audience_wrong::CHECK,
    provider::audience_unregistered::CHECK,
    issuer::discovery_invalid::CHECK,
    issuer::key_missing::CHECK,
    issuer::unreachable::CHECK,
    provider::thumbprint_mismatch::CHECK,
    token::signature_invalid::CHECK,
    token::expired::CHECK,
    token::not_yet_valid::CHECK,
    token::role_not_authorized::CHECK,
    // Somebody else signs.
    caller::sdk_too_old::CHECK,
    caller::wrong_identity::CHECK,
    // The role and its trust policy.
    trust::malformed::CHECK,
    trust::no_federated_principal::CHECK,
    trust::provider_mismatch::CHECK,
    trust::action_missing::CHECK,
    trust::explicit_deny::CHECK,
    trust::condition_key_mismatch::CHECK,
    trust::condition_key_swapped::CHECK,
    trust::wildcard_in_equals::CHECK,
    trust::audience_mismatch::CHECK,
    trust::subject_mismatch::CHECK,
    trust::condition_key_unsupported::CHECK,
    trust::condition_other::CHECK,
    trust::session_tags::CHECK,
    permission::rcp::CHECK,
    role::session_too_long::CHECK,
    role::not_propagated::CHECK,
    // The role was assumed.
    permission::chain::CHECK,
    permission::explicit_deny::CHECK,
    permission::boundary::CHECK,
    permission::scp::CHECK,
    permission::session_policy::CHECK,
    permission::vpc_endpoint::CHECK,
    permission::resource_policy::CHECK,
    permission::action_missing::CHECK,
    // What works now and admits more than meant, or will break.
    trust::subject_unrestricted::CHECK,
    trust::set_operator_on_claim::CHECK,
    trust::subject_too_wide::CHECK,
    trust::pull_request_admitted::CHECK,
    trust::condition_key_dead::CHECK,
    trust::subject_renamable::CHECK,
];

/// The cause of that slug.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.slug == slug)
}
