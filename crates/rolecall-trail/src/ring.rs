//! The newest records in memory, for LookupEvents and for `diagnose --event`.

use crate::record::Record;
use rolecall_model::instant::Instant;
use std::sync::Arc;

/// How much a ring keeps; the oldest records go when any bound is passed.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records.
    pub count: usize,
    /// Bytes of their JSON.
    pub bytes: usize,
    /// Seconds by which a record may be older than the newest.
    pub age: i64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { count: 200_000, bytes: 256 << 20, age: 90 * 24 * 3600 }
    }
}

/// A record with what LookupEvents searches by.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The record.
    pub record: Record,
    /// The record as one line of JSON (CloudTrailEvent).
    pub json: Arc<[u8]>,
}

/// One attribute to search by (reference cloudtrail.md §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// EventId
    EventId,
    /// EventName
    EventName,
    /// ReadOnly: `true` or `false`.
    ReadOnly,
    /// Username
    Username,
    /// ResourceType
    ResourceType,
    /// ResourceName
    ResourceName,
    /// EventSource
    EventSource,
    /// AccessKeyId
    AccessKeyId,
}

/// What to look for. Everything must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// The trail's account.
    pub account: &'a str,
    /// Region of the endpoint; `None` for any.
    pub region: Option<&'a str>,
    /// Not before this.
    pub start: Option<Instant>,
    /// Not after this.
    pub end: Option<Instant>,
    /// The one attribute.
    pub attribute: Option<(Attribute, &'a str)>,
    /// Only records older than this mark, which [`Found::next`] of the page before gave.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// A page of records, newest first.
#[derive(Clone, Debug)]
pub struct Found {
    /// The records.
    pub entries: Vec<Arc<Entry>>,
    /// The mark to go on from; `None` when finished.
    pub next: Option<u64>,
}

/// The newest records.
pub struct Ring {
    _bounds: Bounds,
}

impl Ring {
    /// An empty ring.
    #[must_use]
    pub fn new(bounds: Bounds) -> Ring {
        Ring { _bounds: bounds }
    }

    /// Adds a record with its JSON.
    pub fn push(&self, _record: Record, _json: Vec<u8>) {}

    /// Looks for records, newest first.
    #[must_use]
    pub fn search(&self, _query: &Query<'_>) -> Found {
        Found { entries: Vec::new(), next: None }
    }

    /// The record of an event id or of a request id, in an account.
    #[must_use]
    pub fn by_id(&self, _account: &str, _id: &str) -> Option<Arc<Entry>> {
        None
    }
}
