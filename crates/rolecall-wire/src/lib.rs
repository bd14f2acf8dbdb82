//! AWS bytes: protocols, XML, SigV4, the table of operations.
//!
//! A request goes through in this order: [`service::told_from`] (which service), [`query::Params`] or
//! [`json::read`] (what was sent), [`operation`] (what is asked), [`constraint`] (is it well formed),
//! [`sigv4`] (who signed it). The answer is written with [`answer::Writer`] or rendered from a
//! [`fault::Fault`]. Nothing here knows a clock, a socket, a store or a decision.
//!
//! The signature code is our own, since AWS's crate signs but does not verify, and a verifier must tell AWS's
//! faults one by one. The patterns of the API models are character classes, matched by hand rather than by a
//! regex engine.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod answer;
pub mod constraint;
pub mod fault;
pub mod http;
pub mod json;
pub mod operation;
pub mod percent;
pub mod query;
pub mod service;
pub mod sigv4;
