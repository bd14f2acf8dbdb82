//! What AWS would decide: the web identity exchange, and any other call.
//!
//! Decisions are functions of facts: nothing here reads a clock, a file or a socket.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod authorize;
pub mod context;
pub mod exchange;
pub mod inject;
pub mod issuers;
pub mod token;
pub mod verdict;
pub mod world;
