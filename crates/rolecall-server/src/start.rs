//! The start of the service: store, keys, accounts and their root credentials, trail; then the desk is set.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rolecall_issuer::cache::{KeyCache, Options as CacheOptions};
use rolecall_issuer::certificate;
use rolecall_issuer::fetch::{Fetcher, Options as FetchOptions};
use rolecall_model::instant::Instant;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::embedded::{Embedded, OpenError};
use rolecall_state::entity::{ServiceKey, Wrapped};
use rolecall_state::state::State;
use rolecall_state::store::{CommitError, Store, StoreError};
use rolecall_trail::ring::{Bounds, Ring as Events};
use rolecall_trail::write::{Delivery, OpenError as TrailError, Options as TrailOptions, Writer as Trail};

use crate::clock::Clock;
use crate::config::{Config, Refused};
use crate::desk::Desk;
use crate::iam::aws_managed;
use crate::import::ImportError;
use crate::issuer::{Issuer, Keys as IssuerKeys};
use crate::key_source::KeySource;
use crate::keys::{Key, NotSealedHere, Ring};
use crate::master_key::{self, MasterKeyError};
use crate::random::Random;
use crate::recent::Recent;
use crate::root::{self, RootError};

/// Events that LookupEvents finds: count, bytes, and AWS's ninety days.
const EVENTS: Bounds = Bounds { count: 200_000, bytes: 256 * 1024 * 1024, age: 90 * 24 * 3600 };
/// How old a segment becomes where segments are delivered: about as long as CloudTrail takes (reference cloudtrail.md §1.1).
const DELIVERY: Duration = Duration::from_secs(300);
/// How often the service looks whether its ring is due for a new generation.
const LOOK: Duration = Duration::from_secs(600);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What it was told does not fit together.
    #[error(transparent)]
    Config(#[from] Refused),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store cannot be read or written.
    #[error(transparent)]
    State(#[from] StoreError),
    /// A first entry cannot be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The master key is another one than the data was written with.
    #[error("the master key does not open this data folder")]
    WrongKey(#[from] NotSealedHere),
    /// The trail cannot be opened.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// What is to be taken over cannot be.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Root credentials cannot be kept.
    #[error(transparent)]
    Root(#[from] RootError),
}

/// Sets the desk: everything is read, and what a new data folder needs is written. Must be called within a tokio runtime.
///
/// # Errors
/// Says what is wrong; data that cannot be read is never overwritten.
pub async fn desk(
    config: Config,
    base_url: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Arc<Desk>, StartError> {
    config.check()?;
    let is_new = config.data.as_deref().is_none_or(is_empty);
    let (master, store) = (master(&config, is_new, random.as_ref())?, store(config.data.as_deref())?);
    let state = State::open(store).await?;
    for policies in aws_managed::missing(state.view()) {
        state.commit(policies).await?;
    }
    let trail = trail(&config)?;
    let events = events(&config);
    let ring = ring(&state, &master, clock.now(), random.as_ref()).await?;
    let issuer = Arc::new(Issuer::new(base_url));
    let roots = certificate::system_roots().unwrap_or_else(|error| {
        tracing::warn!(%error, "no trust store: issuers are known by their thumbprints alone");
        certificate::empty_roots()
    });
    let options = FetchOptions { allow_local: config.allow_local_issuers, ..FetchOptions::new(roots) };
    let fetcher = Arc::new(Fetcher::new(options));
    let source = KeySource { own: issuer.clone(), fetcher: fetcher.clone() };
    let age = config.issuer_keys_age;
    let kept = CacheOptions { refresh_after: age, wait_after: age * 2, ..CacheOptions::default() };
    let desk = Arc::new(Desk {
        key_sets: KeyCache::with_source(kept, Arc::new(source)),
        ready: Recent::new(10_000),
        signing_keys: crate::signing_keys::SigningKeys::default(),
        compiled: crate::compiled::CompiledPolicies::default(),
        events,
        refusals: crate::refusals::Refusals::default(),
        metrics: crate::metrics::Metrics::default(),
        uses: crate::uses::Uses::default(),
        ring: ArcSwap::from_pointee(ring),
        config,
        state,
        master,
        fetcher,
        issuer,
        trail,
        clock,
        random,
    });
    root::settle(&desk).await?;
    Ok(desk)
}

/// Makes the issuer's keys, or reads those that are kept. RSA keys take their time: call this when the port listens.
///
/// # Errors
/// Where they cannot be read or stored.
pub async fn issuer_keys(desk: &Desk) -> Result<(), StartError> {
    if let Some(kept) = desk.state.view().service_keys().get(ISSUER) {
        desk.issuer.put(IssuerKeys::unwrap(&kept.secret.0, &desk.master)?);
        return Ok(());
    }
    rotate_issuer_keys(desk).await
}

/// Puts a new pair of issuer keys in front; tokens of the older ones stay valid while they are kept.
///
/// # Errors
/// Where they cannot be made or stored.
pub async fn rotate_issuer_keys(desk: &Desk) -> Result<(), StartError> {
    let (current, random) = (desk.issuer.keys(), desk.random.clone());
    let made = tokio::task::spawn_blocking(move || current.rotated(random.as_ref())).await;
    let keys = made.ok().and_then(Result::ok).ok_or(NotSealedHere)?;
    let wrapped = keys.wrapped(&desk.master, desk.random.as_ref());
    keep(&desk.state, "issuer", "keys", wrapped, desk.clock.now()).await?;
    desk.issuer.put(keys);
    Ok(())
}

/// Rotates the ring that seals sessions, now.
///
/// # Errors
/// Where it cannot be stored; the ring in use stays then.
pub async fn rotate_ring(desk: &Desk) -> Result<(), StartError> {
    let ring = desk.ring.load().rotated(desk.clock.now().0, desk.random.as_ref());
    store_ring(desk, ring).await
}

/// Ends every session that was issued before now: a new generation seals from here on, and no older one opens.
///
/// # Errors
/// Where the ring cannot be stored; nothing is revoked then.
pub async fn revoke_sessions(desk: &Desk) -> Result<(), StartError> {
    let ring = desk.ring.load();
    let newest = ring.newest().map_or(0, |newest| newest.id);
    let rotated = ring.rotated(desk.clock.now().0, desk.random.as_ref()).without_through(newest);
    store_ring(desk, rotated).await
}

/// Looks after the ring for as long as the service runs.
pub async fn tend_ring(desk: Arc<Desk>) {
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        if desk.ring.load().is_due(desk.clock.now().0)
            && let Err(error) = rotate_ring(&desk).await
        {
            tracing::error!(%error, "the ring of session keys was not rotated");
        }
    }
}

const RING: &str = "sealing/ring";
const ISSUER: &str = "issuer/keys";

fn is_empty(data: &Path) -> bool {
    std::fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none())
}

fn master(config: &Config, is_new: bool, random: &dyn Random) -> Result<Key, StartError> {
    let file = |data: &PathBuf| config.key_file.clone().unwrap_or_else(|| master_key::beside(data));
    match (&config.master_key, &config.data) {
        (Some(text), _) => Ok(master_key::from_text(text)?),
        (None, Some(data)) => Ok(master_key::from_file(&file(data), is_new, random)?),
        (None, None) => master_key::passing(random).ok_or(StartError::WrongKey(NotSealedHere)),
    }
}

fn store(data: Option<&Path>) -> Result<Arc<dyn Store>, StartError> {
    Ok(match data {
        Some(folder) => Arc::new(Embedded::open(folder)?),
        None => Arc::new(Embedded::memory()?),
    })
}

fn trail(config: &Config) -> Result<Trail, StartError> {
    let Some(folder) = &config.data else { return Ok(Trail::memory()) };
    let report: fn(&str) = |why| tracing::error!(why, "a part of the audit record was not delivered");
    let deliver = config.trail.out.clone().map(|folder| Delivery { folder, report });
    let options = match &deliver {
        Some(_) => TrailOptions { segment_age: DELIVERY, ..TrailOptions::default() },
        None => TrailOptions::default(),
    };
    // A bound is kept by whole segments: they are small enough to come near it.
    let segment_bytes = config.trail.keep.map_or(options.segment_bytes, |keep| (keep / 8).max(64 * 1024));
    let segment_bytes = segment_bytes.min(options.segment_bytes);
    let options = TrailOptions { segment_bytes, keep_bytes: config.trail.keep, deliver, ..options };
    let (trail, cut) = Trail::open(&folder.join("trail"), options)?;
    if let Some(cut) = cut {
        tracing::warn!(file = %cut.file.display(), bytes = cut.bytes, "a torn last line was cut off the trail");
    }
    Ok(trail)
}

/// The event history, with what the trail has of it.
fn events(config: &Config) -> Events {
    let events = Events::new(EVENTS);
    let Some(folder) = &config.data else { return events };
    match rolecall_trail::read::refill(&events, &folder.join("trail")) {
        Ok(reading) => {
            for broken in &reading.broken {
                tracing::warn!(
                    place = broken.place,
                    why = broken.why,
                    "a record of the trail cannot be read"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "the event history begins empty"),
    }
    events
}

async fn ring(state: &State, master: &Key, now: Instant, random: &dyn Random) -> Result<Ring, StartError> {
    if let Some(kept) = state.view().service_keys().get(RING) {
        return Ok(Ring::unwrap(&kept.secret.0, master)?);
    }
    let ring = Ring::default().rotated(now.0, random);
    keep(state, "sealing", "ring", ring.wrapped(master, random), now).await?;
    Ok(ring)
}

async fn store_ring(desk: &Desk, ring: Ring) -> Result<(), StartError> {
    let wrapped = ring.wrapped(&desk.master, desk.random.as_ref());
    keep(&desk.state, "sealing", "ring", wrapped, desk.clock.now()).await?;
    desk.ring.store(Arc::new(ring));
    Ok(())
}

async fn keep(
    state: &State,
    purpose: &str,
    id: &str,
    wrapped: Vec<u8>,
    now: Instant,
) -> Result<(), StartError> {
    let key = ServiceKey {
        purpose: purpose.to_owned(),
        id: id.to_owned(),
        created: now,
        retired: None,
        secret: Wrapped(wrapped),
    };
    let kept = state.view().service_keys().get(&format!("{purpose}/{id}"));
    let compare = kept.map(|kept| Compare::unchanged(&kept)).into_iter().collect();
    state.commit(Transaction { compare, changes: vec![Change::put(key)] }).await?;
    Ok(())
}
