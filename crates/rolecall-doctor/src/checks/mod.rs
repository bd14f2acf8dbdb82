//! One folder per link of the chain, one file per cause.

pub mod caller;
pub mod issuer;
pub mod permission;
pub mod pod;
pub mod provider;
pub mod role;
pub mod serviceaccount;
pub mod token;
pub mod trust;
