//! Causes in the token.

pub mod algorithm_unsupported;
pub mod audience_wrong;
pub mod azp_overrides_audience;
pub mod claim_missing;
pub mod claim_type;
pub mod expired;
pub mod legacy;
pub mod malformed;
pub mod not_issued;
pub mod not_yet_valid;
pub mod role_not_authorized;
pub mod signature_invalid;
