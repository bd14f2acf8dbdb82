//! The service: STS and IAM over HTTP, and every decision on the record.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod config;
pub mod id;
pub mod issuer;
pub mod keys;
pub mod random;
pub mod session;
