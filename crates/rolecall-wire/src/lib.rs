//! AWS bytes: protocols, XML, SigV4, the table of operations.
//!
//! A request goes through in this order: [`service::told_from`] (which service), [`query::Params`] or
//! [`json::Input`] (what was sent), [`operation`] (what is asked), [`constraint`] (is it well formed), [`sigv4`]
//! (who signed it). The answer is written with [`answer::Writer`] or rendered from a [`fault::Fault`]. Nothing here
//! knows a clock, a socket, a store or a decision.

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
