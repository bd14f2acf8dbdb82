//! The IAM policy language: parse with places, compile, evaluate, trace.
//!
//! Rules are cited by the numbers of the policy reference (`docs/policy-rules.md`). This crate knows nothing of roles,
//! STS, tokens or accounts: whom a caller may be named as is handed in.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod compile;
pub mod condition;
pub mod context;
pub mod document;
pub mod evaluate;
mod index;
mod matching;
pub mod pattern;
pub mod request;
pub mod trace;
pub mod validate;
pub mod variable;
