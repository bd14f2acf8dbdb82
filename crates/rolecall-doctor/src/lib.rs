//! Why an exchange failed and what mends it: checks, findings, certainty, rank and report.
//!
//! The doctor decides nothing itself: it asks the engine what STS would answer on the evidence, and explains the
//! answer. It knows neither where the evidence came from nor what a terminal is.

#![cfg_attr(test, allow(clippy::string_slice))]

pub mod case;
pub mod catalogue;
pub mod chain;
pub mod check;
pub mod checks;
mod command;
pub mod compare;
pub mod conclusion;
pub mod exchange;
pub mod explains;
pub mod finding;
pub mod fix;
pub mod implied;
pub mod link;
pub mod meaning;
pub mod missing;
pub mod near;
pub mod pipeline;
pub mod rank;
pub mod report;
pub mod sdk;
