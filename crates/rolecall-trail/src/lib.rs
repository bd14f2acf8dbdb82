//! CloudTrail records: shape, writing, reading.
//!
//! [`record::Record`] is one event; [`write::Writer`] makes its bytes durable before the answer leaves;
//! [`ring::Ring`] keeps the newest for LookupEvents; [`read`] takes records from files of any origin.

pub mod read;
pub mod record;
pub mod ring;
pub mod write;
