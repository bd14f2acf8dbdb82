//! The service: STS, IAM, EKS and CloudTrail over HTTP, and every decision on the record.
//!
//! A request's life is [`pipeline`]; what an operation does is in the file of its family under [`sts`], [`iam`],
//! [`eks`], [`eks_auth`] and [`cloudtrail`]; which operations are offered is in the tables of [`operations`] and
//! [`json_operations`]. [`start`] sets the [`desk`]: everything that calls share.

#![cfg_attr(test, allow(clippy::string_slice))]

mod admin;
mod authenticate;
pub mod call;
pub mod clock;
pub mod cloudtrail;
pub mod compiled;
pub mod config;
mod denial;
pub mod desk;
pub mod eks;
pub mod eks_auth;
mod http;
pub mod iam;
pub mod id;
pub mod import;
pub mod issuer;
pub mod json_call;
pub mod json_operations;
#[cfg(test)]
mod json_world;
mod key_source;
pub mod keys;
pub mod listen;
pub mod master_key;
pub mod metrics;
pub mod operations;
pub mod origin;
pub mod permission;
pub mod pipeline;
pub mod random;
pub mod recent;
mod record;
pub mod refusals;
pub mod root;
pub mod running;
pub mod session;
pub mod signing_keys;
pub mod start;
pub mod sts;
pub mod target;
pub mod tls;
pub mod uses;
pub mod webhook;
pub mod who;
