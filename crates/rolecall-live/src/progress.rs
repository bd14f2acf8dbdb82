//! How far the reading is, for a line on the terminal.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts of calls, shared between whoever reads and whoever shows.
#[derive(Debug, Default)]
pub struct Progress {
    begun: AtomicUsize,
    ended: AtomicUsize,
    waiting: Mutex<Vec<String>>,
}

impl Progress {
    pub(crate) fn begin(&self, what: &str) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }

    pub(crate) fn end(&self, what: &str) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = waiting.iter().position(|one| one == what) {
            waiting.remove(at);
        }
    }

    /// One line: how many answers there are, and what the oldest open call asks.
    #[must_use]
    pub fn line(&self) -> String {
        let (begun, ended) = (self.begun.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed));
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.first() {
            Some(first) => format!("{ended} of {begun} answers; waiting for {first}"),
            None => format!("{ended} of {begun} answers"),
        }
    }
}
