//! The service: STS and IAM over HTTP, and every decision on the record.
//!
//! A request's life is [`pipeline`]; what an operation does is in the file of its family under `sts` and `iam`; which
//! operations are offered is the table in [`operations`].

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod call;
pub mod clock;
pub mod compiled;
pub mod config;
pub mod desk;
pub mod iam;
pub mod id;
pub mod issuer;
pub mod keys;
pub mod operations;
pub mod origin;
pub mod permission;
pub mod random;
pub mod recent;
pub mod session;
pub mod target;
pub mod who;
