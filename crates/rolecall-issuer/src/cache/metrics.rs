//! Counters of the cache, for whoever exposes them.

use std::sync::atomic::AtomicU64;

/// Counters since the start; none goes down.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Look-ups that were answered with keys at once.
    pub hits: AtomicU64,
    /// Look-ups that had to wait for a fetch.
    pub misses: AtomicU64,
    /// Look-ups that were answered with a failure of a moment ago.
    pub failure_hits: AtomicU64,
    /// Questions for a key id that the set lacked.
    pub unknown_keys: AtomicU64,
    /// Fetches begun.
    pub fetches: AtomicU64,
    /// Fetches failed, those refused for want of room included.
    pub failures: AtomicU64,
    /// Providers that gave way to others.
    pub evictions: AtomicU64,
}
