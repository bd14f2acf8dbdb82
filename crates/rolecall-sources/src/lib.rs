//! Sources instead of objects: a fix made in the files that declare the role, provider, service account or job.
//!
//! The declaration is found by what the files say literally; only the bytes that must change, change. Where nothing or
//! more than one thing is found, a value is decided elsewhere, or the source says something else than what is in force,
//! nothing is written and the reason is given with its place.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod changes;
mod cloudformation;
mod containers;
pub mod folder;
mod kubernetes;
mod list;
mod pen;
pub mod plan;
mod policy;
mod read;
pub mod recheck;
pub mod search;
mod terraform;
mod tree;
mod workflow;
pub mod write;
