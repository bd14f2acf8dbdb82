//! One provider's place in the cache: the set at hand, the last failure, and the fetch that is under way.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::{Options, Outcome};
use crate::error::{Error, ErrorKind};
use crate::key_set::KeySet;

/// A provider's place.
#[derive(Default)]
pub(super) struct Slot {
    /// When it was last asked for, in milliseconds since the cache was made.
    pub(super) used: AtomicU64,
    held: ArcSwap<Held>,
    /// Never held across a fetch: only while one is begun or ended.
    flight: Mutex<Flight>,
}

#[derive(Default)]
struct Held {
    set: Option<Arc<KeySet>>,
    failure: Option<(Instant, Arc<Error>)>,
}

#[derive(Default)]
struct Flight {
    under_way: Option<Fetch>,
    unknown_key: Option<Instant>,
}

/// What is at hand.
pub(super) enum Standing {
    /// Keys that serve.
    Fresh(Arc<KeySet>),
    /// Keys that serve and should be fetched anew.
    Aging(Arc<KeySet>),
    /// Keys that serve only where they cannot be fetched anew.
    Overdue(Arc<KeySet>),
    /// No keys, and a failure of a moment ago.
    Failed(Arc<Error>),
    /// No keys.
    Wanted,
}

/// A fetch that is under way.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    outcome: watch::Receiver<Option<Outcome>>,
}

/// What whoever fetches owes: an outcome.
pub(super) struct Ticket {
    outcome: watch::Sender<Option<Outcome>>,
    _permit: OwnedSemaphorePermit,
}

/// Why somebody wants a fetch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// There are no keys.
    Missing,
    /// The set has grown old.
    Aging,
    /// The set lacks a key id.
    UnknownKey,
}

/// What came of the wish to fetch.
pub(super) enum Launch {
    /// One was under way.
    Joined(Fetch),
    /// It is not needed any more: the outcome at hand.
    NotDue(Outcome),
    /// No room.
    Busy,
    /// The caller is to fetch, and to hand the outcome to [`Slot::finish`].
    Started { fetch: Fetch, ticket: Ticket },
}

impl Slot {
    /// What is at hand now.
    pub(super) fn standing(&self, options: &Options) -> Standing {
        let held = self.held.load();
        let failure = held.failure.as_ref().filter(|(at, _)| at.elapsed() < options.retry_after);
        match (&held.set, failure) {
            (Some(set), _) if set.age() < options.refresh_after => Standing::Fresh(Arc::clone(set)),
            // After a failure the old set serves, and is not fetched at every look.
            (Some(set), Some(_)) if set.age() < options.expire_after => Standing::Fresh(Arc::clone(set)),
            // While the issuer fails, nobody waits for what the last who asked did not get.
            (Some(set), None) if set.age() < options.expire_after => {
                match set.age() < options.wait_after || held.failure.is_some() {
                    true => Standing::Aging(Arc::clone(set)),
                    false => Standing::Overdue(Arc::clone(set)),
                }
            }
            (_, Some((_, error))) => Standing::Failed(Arc::clone(error)),
            (_, None) => Standing::Wanted,
        }
    }

    /// The set at hand, if it may serve.
    pub(super) fn usable(&self, options: &Options) -> Option<Arc<KeySet>> {
        self.held.load().set.clone().filter(|set| set.age() < options.expire_after)
    }

    /// Joins the fetch that is under way, or begins one where the reason still holds: another may have fetched since the
    /// caller looked.
    pub(super) fn launch(
        &self,
        options: &Options,
        reason: Reason,
        permit: impl FnOnce() -> Option<OwnedSemaphorePermit>,
    ) -> Launch {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fetch) = flight.under_way.as_ref().filter(|fetch| fetch.is_alive()) {
            return Launch::Joined(fetch.clone());
        }
        let standing = self.standing(options);
        let turn = || flight.unknown_key.is_none_or(|at| at.elapsed() >= options.unknown_key_interval);
        let at_hand = match (reason, standing) {
            (_, Standing::Wanted) | (Reason::Aging, Standing::Aging(_) | Standing::Overdue(_)) => None,
            (Reason::UnknownKey, Standing::Fresh(_) | Standing::Aging(_) | Standing::Overdue(_))
                if turn() =>
            {
                None
            }
            (_, Standing::Fresh(set) | Standing::Aging(set) | Standing::Overdue(set)) => Some(Ok(set)),
            (_, Standing::Failed(error)) => Some(Err(error)),
        };
        if let Some(outcome) = at_hand {
            return Launch::NotDue(outcome);
        }
        let Some(permit) = permit() else { return Launch::Busy };
        if reason == Reason::UnknownKey {
            flight.unknown_key = Some(Instant::now());
        }
        let (sender, receiver) = watch::channel(None);
        let fetch = Fetch { outcome: receiver };
        flight.under_way = Some(fetch.clone());
        Launch::Started { fetch, ticket: Ticket { outcome: sender, _permit: permit } }
    }

    /// Keeps the outcome of a fetch and tells all who wait. A failure leaves the set at hand in place.
    pub(super) fn finish(&self, ticket: Ticket, outcome: Outcome) {
        let held = match &outcome {
            Ok(set) => Held { set: Some(Arc::clone(set)), failure: None },
            Err(error) => {
                let failure = Some((Instant::now(), Arc::clone(error)));
                Held { set: self.held.load().set.clone(), failure }
            }
        };
        self.held.store(Arc::new(held));
        self.flight.lock().unwrap_or_else(PoisonError::into_inner).under_way = None;
        ticket.outcome.send_replace(Some(outcome));
    }
}

impl Fetch {
    /// Whether somebody still owes its outcome.
    fn is_alive(&self) -> bool {
        self.outcome.has_changed().is_ok()
    }

    pub(super) async fn wait(mut self, url: &str) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            Ok(None) | Err(_) => Err(Arc::new(ErrorKind::Abandoned.at(url))),
        }
    }
}
