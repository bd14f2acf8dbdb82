//! Changing the world: each edit is compared with the live object, noted in a journal, made, and can be undone.
//!
//! Nothing is overwritten that does not stand as the edit found it. The journal is on disk before anything is changed, so
//! that whatever interrupts a run, it is known what may have been done, and undoing compares again.

mod aws;
pub mod change;
mod error;
pub mod journal;
mod kubernetes;
mod managed_policy;
mod pod_template;
pub mod probe;
pub mod run;
mod service_account;
pub mod webhook;
mod world;

pub use error::ApplyError;
pub use world::{Stands, World};
