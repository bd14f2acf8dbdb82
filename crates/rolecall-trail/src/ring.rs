//! The newest records in memory, for LookupEvents and for `diagnose --event`.

mod entry;

pub use entry::{Attribute, Entry};

use crate::record::Record;
use hashbrown::HashMap;
use rolecall_model::instant::Instant;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

/// So many records are looked at under one lock, so that a long search holds up nobody who adds.
const STRIDE: usize = 1024;

/// How much a ring keeps; the oldest records go when any bound is passed.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records.
    pub count: usize,
    /// Bytes of their JSON and of what is kept beside it.
    pub bytes: usize,
    /// Seconds by which a record may be older than the newest.
    pub age: i64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { count: 100_000, bytes: 256 << 20, age: 90 * 24 * 3600 }
    }
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
    bounds: Bounds,
    kept: RwLock<Kept>,
}

/// Records have consecutive marks; the first of `entries` has the mark `first`.
#[derive(Default)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    first: u64,
    bytes: usize,
    newest: i64,
    /// Event ids and request ids to marks.
    ids: HashMap<Arc<str>, u64>,
}

impl Ring {
    /// An empty ring.
    #[must_use]
    pub fn new(bounds: Bounds) -> Ring {
        Ring { bounds, kept: RwLock::default() }
    }

    /// Adds a record with its JSON, as [`Record::to_json`] gave it.
    pub fn push(&self, record: &Record, json: Vec<u8>) {
        let entry = Arc::new(Entry::new(record, json));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.push(entry);
        kept.shrink(&self.bounds);
    }

    /// How many records are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    /// Whether none are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bounds.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Looks for records, newest first: in the order they were added, which is that of their time but for
    /// calls answered within the same moment.
    #[must_use]
    pub fn search(&self, query: &Query<'_>) -> Found {
        let mut found = Found { entries: Vec::new(), next: None };
        let mut before = query.before.unwrap_or(u64::MAX);
        loop {
            let stride = self.before(before);
            if stride.is_empty() {
                return found;
            }
            for (mark, entry) in stride {
                before = mark;
                if !entry.answers(query) {
                    continue;
                }
                if found.entries.len() == query.limit {
                    found.next = Some(mark + 1);
                    return found;
                }
                found.entries.push(entry);
            }
        }
    }

    /// The record of an event id or of a request id, in an account.
    #[must_use]
    pub fn by_id(&self, account: &str, id: &str) -> Option<Arc<Entry>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let index = kept.ids.get(id)?.checked_sub(kept.first)?;
        let entry = kept.entries.get(usize::try_from(index).ok()?)?;
        (entry.account == account).then(|| Arc::clone(entry))
    }

    /// The mark of the record of an event id, for [`Query::before`]; `None` where it is not kept any more.
    #[must_use]
    pub fn mark(&self, event_id: &str) -> Option<u64> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let mark = *kept.ids.get(event_id)?;
        (mark >= kept.first).then_some(mark)
    }

    /// Some records with marks below one, newest first.
    fn before(&self, mark: u64) -> Vec<(u64, Arc<Entry>)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let end = mark.saturating_sub(kept.first).min(kept.entries.len() as u64);
        let end = usize::try_from(end).unwrap_or(usize::MAX);
        let entries = kept.entries.range(end.saturating_sub(STRIDE)..end).rev();
        let marks = (0..kept.first + end as u64).rev();
        marks.zip(entries.cloned()).collect()
    }
}

impl Kept {
    fn push(&mut self, entry: Arc<Entry>) {
        let mark = self.first + self.entries.len() as u64;
        for id in [&entry.event_id, &entry.request_id] {
            if !id.is_empty() {
                self.ids.insert(Arc::clone(id), mark);
            }
        }
        self.bytes += entry.size();
        self.newest = self.newest.max(entry.time.0);
        self.entries.push_back(entry);
    }

    fn shrink(&mut self, bounds: &Bounds) {
        while let Some(oldest) = self.entries.front() {
            let within = self.entries.len() <= bounds.count
                && self.bytes <= bounds.bytes
                && self.newest.saturating_sub(oldest.time.0) <= bounds.age;
            if within {
                return;
            }
            self.bytes -= oldest.size();
            for id in [&oldest.event_id, &oldest.request_id] {
                if self.ids.get(id.as_ref()) == Some(&self.first) {
                    self.ids.remove(id.as_ref());
                }
            }
            self.entries.pop_front();
            self.first += 1;
        }
    }
}
