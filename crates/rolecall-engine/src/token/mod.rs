//! Tokens: the compact form, key sets, signatures, times and the claims that STS reads.

pub mod claims;
pub mod jwks;
pub mod jwt;
pub mod lifetime;
pub mod signature;
