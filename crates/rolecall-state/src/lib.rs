//! The service's own state behind one trait: the store, what is kept in it, and the view of it in memory.
//!
//! [`store::Store`] keeps keys and bytes and knows no entity; [`embedded::Embedded`] is the one on disk.
//! [`state::State`] sits above: it takes typed [`change::Change`]s, writes them, and keeps [`view::View`],
//! which answers every read of the service without touching the disk.

pub mod change;
pub mod conformance;
pub mod embedded;
pub mod entity;
pub mod key;
pub mod revision;
pub mod state;
pub mod store;
pub mod view;
