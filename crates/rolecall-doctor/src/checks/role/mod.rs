//! Causes in the role that the caller names.

pub mod arn_malformed;
pub mod not_found;
pub mod not_propagated;
pub mod session_too_long;
