//! The crate from outside: what comes over the wire, and what goes back.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod constraints;
mod hostile;
mod json_input;
mod operations;
mod parameters;
mod recorded;
mod services;
mod signature_faults;
mod signatures;
mod vectors;

use rolecall_wire::http::{Head, Header};

/// A `POST /`.
pub fn post<'a>(headers: &'a [Header<'a>]) -> Head<'a> {
    Head { method: "POST", path: "/", query: "", headers }
}

/// A `GET /` with a query.
pub fn get<'a>(query: &'a str, headers: &'a [Header<'a>]) -> Head<'a> {
    Head { method: "GET", path: "/", query, headers }
}
