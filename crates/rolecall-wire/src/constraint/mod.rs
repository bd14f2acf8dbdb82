//! Whether what was sent keeps the constraints of the operation, in the words of AWS's framework (reference
//! sts.md §2.2).
//!
//! All violations of one request make one error. Values of sensitive members are not repeated in it.

mod json;
pub mod pattern;
mod query;
mod violation;

pub use json::check as check_json;
pub use query::check;
