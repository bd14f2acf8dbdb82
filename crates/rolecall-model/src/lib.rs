//! The nouns: ARNs, provider URLs, claims, evidence and facts.
//!
//! Every crate may use them; this crate knows nothing of how anything is fetched, decided or shown.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod arn;
pub mod document;
pub mod evidence;
pub mod instant;
pub mod json;
pub mod partition;
pub mod provider_url;
pub mod secret;
pub mod span;
