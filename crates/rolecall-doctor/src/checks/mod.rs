//! One folder per link of the chain, one file per cause.

pub mod serviceaccount;
