//! The service's clock, handed in: the system's in the service, a set one in tests.

use std::sync::atomic::{AtomicI64, Ordering};

use rolecall_model::instant::Instant;

/// A clock.
pub trait Clock: Send + Sync {
    /// The time, in whole seconds since 1970.
    fn now(&self) -> Instant;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Instant(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
    }
}

/// A clock that stands until it is set; for tests.
#[derive(Debug, Default)]
pub struct Set(AtomicI64);

impl Set {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.0))
    }

    /// Sets the clock, forwards or back.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
}

impl Clock for Set {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}
