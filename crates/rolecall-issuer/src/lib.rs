//! The keys of a registered OIDC provider: fetched from its issuer, verified as AWS verifies them, and kept.
//!
//! [`cache::KeyCache`] is what a service asks; [`fetch::Fetcher`] gets one key set, and [`fetch::blocking`] does so for
//! a command. Which addresses may be connected to is [`address`]'s part, which certificates count [`certificate`]'s.
//! Whoever calls sees to it that only *registered* providers are asked for: the URL in a stranger's token is no reason
//! to fetch anything.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod address;
pub mod cache;
pub mod certificate;
mod discovery;
pub mod error;
pub mod fetch;
pub mod key_set;
pub mod provider;
