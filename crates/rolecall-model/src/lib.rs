//! The nouns: ARNs, provider URLs, claims, evidence and facts.
//!
//! Every crate may use them; this crate knows nothing of how anything is fetched, decided or shown.

pub mod json;
pub mod span;
