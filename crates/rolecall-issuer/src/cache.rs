//! Keys of providers, kept: a hit waits for nobody, and however many ask for what is not there, one fetch serves them.
//!
//! Freshness is measured by tokio's clock. Nothing here is shared between providers of other thumbprints (design §6).

mod metrics;
mod slot;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::fetch::Fetcher;
use crate::key_set::KeySet;
use crate::provider::Provider;
pub use metrics::Metrics;
use slot::{Fetch, Launch, Reason, Slot, Standing, Ticket};

/// How long keys are kept, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Age from which a set that is asked for is fetched anew in the background, while it still serves.
    pub refresh_after: Duration,
    /// Age from which whoever asks waits for the new set; the old one serves where that cannot be had.
    pub wait_after: Duration,
    /// Age from which a set serves no more, however often fetching it anew fails.
    pub expire_after: Duration,
    /// How long a failure is remembered before the next fetch.
    pub retry_after: Duration,
    /// Shortest time between two fetches of one provider for the sake of a key id that its set lacks.
    pub unknown_key_interval: Duration,
    /// Providers that are kept; the one that was asked for longest ago gives way.
    pub max_providers: usize,
    /// Fetches under way at a time; one more fails at once with [`crate::error::ErrorKind::Busy`] and delays nobody.
    pub max_fetches: usize,
}

impl Default for Options {
    /// AWS publishes no times. Clusters rotate their keys weekly, with overlap, so minutes are soon enough.
    fn default() -> Self {
        Options {
            refresh_after: Duration::from_secs(300),
            wait_after: Duration::from_secs(600),
            expire_after: Duration::from_secs(3600),
            retry_after: Duration::from_secs(2),
            unknown_key_interval: Duration::from_secs(10),
            max_providers: 10_000,
            max_fetches: 256,
        }
    }
}

/// Keys, or why there are none.
pub type Outcome = Result<Arc<KeySet>, Arc<Error>>;

/// A future that a [`Source`] gives.
pub type Fetching<'f> = Pin<Box<dyn Future<Output = Result<KeySet, Error>> + Send + 'f>>;

/// Where key sets come from: the [`Fetcher`], or in tests whatever they need.
pub trait Source: Send + Sync + 'static {
    /// Gets the provider's key set. It bounds its own time.
    fn fetch<'f>(&'f self, provider: &'f Provider) -> Fetching<'f>;
}

/// What the cache knows at once.
#[derive(Debug)]
pub enum Keys {
    /// The answer: keys that may be used, or a failure of a moment ago.
    Ready(Outcome),
    /// A fetch is under way; its end can be waited for.
    Pending(Pending),
}

/// The end of a fetch that is under way. Dropping it does not end the fetch.
#[derive(Debug)]
pub struct Pending {
    fetch: Fetch,
    provider: Provider,
    /// What serves where the fetch fails.
    instead: Option<Arc<KeySet>>,
}

/// Keys of providers.
pub struct KeyCache {
    options: Options,
    source: Arc<dyn Source>,
    slots: RwLock<HashMap<Provider, Arc<Slot>>>,
    permits: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    started: Instant,
}

impl KeyCache {
    /// An empty cache in front of `fetcher`.
    #[must_use]
    pub fn new(options: Options, fetcher: Fetcher) -> KeyCache {
        KeyCache::with_source(options, Arc::new(fetcher))
    }

    /// An empty cache in front of another source.
    #[must_use]
    pub fn with_source(options: Options, source: Arc<dyn Source>) -> KeyCache {
        KeyCache {
            options,
            source,
            slots: RwLock::default(),
            permits: Arc::new(Semaphore::new(options.max_fetches)),
            metrics: Arc::default(),
            started: Instant::now(),
        }
    }

    /// The keys of a provider. A set that has grown old is given and fetched anew meanwhile; one that nobody asked for
    /// in a long time is fetched anew first, so that a key which the issuer dropped does not serve for as long as its
    /// set lay idle. To be called within a tokio runtime: fetches are tasks of it.
    #[must_use]
    pub fn keys(&self, provider: &Provider) -> Keys {
        let slot = self.slot(provider);
        match slot.standing(&self.options) {
            Standing::Fresh(set) => {
                self.metrics.hits.fetch_add(1, Relaxed);
                Keys::Ready(Ok(set))
            }
            Standing::Aging(set) => {
                self.metrics.hits.fetch_add(1, Relaxed);
                let _in_background = self.launch(&slot, provider, Reason::Aging);
                Keys::Ready(Ok(set))
            }
            Standing::Overdue(set) => {
                self.metrics.hits.fetch_add(1, Relaxed);
                match self.launch(&slot, provider, Reason::Aging) {
                    Keys::Pending(pending) => Keys::Pending(Pending { instead: Some(set), ..pending }),
                    Keys::Ready(outcome) => Keys::Ready(outcome.or(Ok(set))),
                }
            }
            Standing::Failed(error) => {
                self.metrics.failure_hits.fetch_add(1, Relaxed);
                Keys::Ready(Err(error))
            }
            Standing::Wanted => {
                self.metrics.misses.fetch_add(1, Relaxed);
                self.launch(&slot, provider, Reason::Missing)
            }
        }
    }

    /// The keys of a provider if they are at hand and fresh; nothing is fetched for it.
    #[must_use]
    pub fn peek(&self, provider: &Provider) -> Option<Arc<KeySet>> {
        let slot = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(provider).map(Arc::clone)?;
        match slot.standing(&self.options) {
            Standing::Fresh(set) => {
                let tick = self.started.elapsed().as_millis();
                slot.used.store(u64::try_from(tick).unwrap_or(u64::MAX), Relaxed);
                self.metrics.hits.fetch_add(1, Relaxed);
                Some(set)
            }
            _ => None,
        }
    }

    /// The keys of a provider after its set turned out to lack a key id. They are fetched anew, at most once per
    /// interval for all who ask; within it, and where a newer set has the key by now, the set at hand is given.
    #[must_use]
    pub fn unknown_key(&self, provider: &Provider, key_id: &str) -> Keys {
        let slot = self.slot(provider);
        if let Some(set) = slot.usable(&self.options).filter(|set| set.has(key_id)) {
            return Keys::Ready(Ok(set));
        }
        self.metrics.unknown_keys.fetch_add(1, Relaxed);
        self.launch(&slot, provider, Reason::UnknownKey)
    }

    /// Counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Providers that are kept at the moment.
    #[must_use]
    pub fn providers(&self) -> usize {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Joins the fetch that is under way, or starts one where the reason still holds.
    fn launch(&self, slot: &Arc<Slot>, provider: &Provider, reason: Reason) -> Keys {
        let permit = || Arc::clone(&self.permits).try_acquire_owned().ok();
        match slot.launch(&self.options, reason, permit) {
            Launch::Joined(fetch) => {
                Keys::Pending(Pending { fetch, provider: provider.clone(), instead: None })
            }
            Launch::NotDue(outcome) => Keys::Ready(outcome),
            Launch::Busy => {
                self.metrics.failures.fetch_add(1, Relaxed);
                Keys::Ready(Err(Arc::new(ErrorKind::Busy.at(provider.url()))))
            }
            Launch::Started { fetch, ticket } => {
                self.metrics.fetches.fetch_add(1, Relaxed);
                self.begin(Arc::clone(slot), provider.clone(), ticket);
                Keys::Pending(Pending { fetch, provider: provider.clone(), instead: None })
            }
        }
    }

    /// A task of its own: it ends even when all who waited have gone.
    fn begin(&self, slot: Arc<Slot>, provider: Provider, ticket: Ticket) {
        let (source, metrics) = (Arc::clone(&self.source), Arc::clone(&self.metrics));
        tokio::spawn(async move {
            let outcome = source.fetch(&provider).await.map(Arc::new).map_err(Arc::new);
            if outcome.is_err() {
                metrics.failures.fetch_add(1, Relaxed);
            }
            slot.finish(ticket, outcome);
        });
    }

    fn slot(&self, provider: &Provider) -> Arc<Slot> {
        let tick = self.started.elapsed().as_millis();
        let tick = u64::try_from(tick).unwrap_or(u64::MAX);
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(provider) {
            slot.used.store(tick, Relaxed);
            return Arc::clone(slot);
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= self.options.max_providers && !slots.contains_key(provider) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.used.load(Relaxed));
            if let Some(oldest) = oldest.map(|(provider, _)| provider.clone()) {
                slots.remove(&oldest);
                self.metrics.evictions.fetch_add(1, Relaxed);
            }
        }
        let slot = slots.entry(provider.clone()).or_default();
        slot.used.store(tick, Relaxed);
        Arc::clone(slot)
    }
}

impl Keys {
    /// The outcome, waited for where a fetch is under way.
    ///
    /// # Errors
    /// Gives what made the fetch fail.
    pub async fn wait(self) -> Outcome {
        match self {
            Keys::Ready(outcome) => outcome,
            Keys::Pending(pending) => pending.wait().await,
        }
    }
}

impl Pending {
    /// Waits for the end of the fetch.
    ///
    /// # Errors
    /// Gives what made it fail.
    pub async fn wait(self) -> Outcome {
        let outcome = self.fetch.wait(self.provider.url()).await;
        match self.instead {
            Some(set) => outcome.or(Ok(set)),
            None => outcome,
        }
    }
}
