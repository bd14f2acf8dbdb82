//! `rolecall simulate`: what AWS would decide, trust policies included.

pub mod batch;
