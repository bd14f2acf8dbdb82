//! One folder per link of the chain, one file per cause.

pub mod caller;
pub mod pod;
pub mod serviceaccount;
