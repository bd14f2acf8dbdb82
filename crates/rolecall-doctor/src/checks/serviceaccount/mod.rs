//! Causes in the service account.

pub mod annotation_missing;
