//! The crate's modules come with the first commits.
