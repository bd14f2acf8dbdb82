//! What tests of several crates share. No product crate depends on it.

pub mod corpus;
pub mod token;
