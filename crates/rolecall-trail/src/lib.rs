//! CloudTrail records: shape, writing, reading.
//!
//! [`record::Record`] is one event; [`write::Writer`] makes its bytes durable before the answer leaves;
//! [`ring::Ring`] keeps the newest for LookupEvents; [`read`] takes records from files of any origin,
//! [`scan`] from whole folders of them; [`attempts`], [`changes`] and [`timeline`] tell from them what happened to a role.

pub mod attempts;
pub mod changes;
pub mod delivery;
pub mod evidence;
pub mod filter;
pub mod read;
pub mod record;
pub mod ring;
pub mod scan;
pub mod timeline;
pub mod write;
