//! What the service has at hand for every call: state, keys, caches, issuers, trail, clock and randomness.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rolecall_engine::token::jwks::KeySet as ReadyKeys;
use rolecall_issuer::cache::KeyCache;
use rolecall_issuer::fetch::Fetcher;
use rolecall_issuer::key_set::KeySet;
use rolecall_issuer::provider::Provider;
use rolecall_model::secret::Secret;
use rolecall_state::state::State;
use rolecall_trail::ring::Ring as Events;
use rolecall_trail::write::Writer as Trail;

use crate::clock::Clock;
use crate::compiled::CompiledPolicies;
use crate::config::Config;
use crate::issuer::Issuer;
use crate::keys::{Key, Ring};
use crate::metrics::Metrics;
use crate::random::Random;
use crate::recent::Recent;
use crate::refusals::Refusals;
use crate::session::Session;
use crate::signing_keys::SigningKeys;
use crate::uses::Uses;
use crate::who::{Actor, Who};

/// Everything that calls share.
pub struct Desk {
    /// What the service was told.
    pub config: Config,
    /// The entities.
    pub state: State,
    /// Wraps what is stored.
    pub master: Key,
    /// Seals sessions.
    pub ring: ArcSwap<Ring>,
    /// Keys of signatures that verified.
    pub signing_keys: SigningKeys,
    /// Policies ready for evaluation.
    pub compiled: CompiledPolicies,
    /// Keys of registered issuers.
    pub key_sets: KeyCache,
    /// Key sets made ready for verifying.
    pub ready: Recent<(Provider, tokio::time::Instant), Arc<ReadyKeys>>,
    /// Asks issuers.
    pub fetcher: Arc<Fetcher>,
    /// The service's own issuer.
    pub issuer: Arc<Issuer>,
    /// The audit record.
    pub trail: Trail,
    /// Its newest entries.
    pub events: Events,
    /// Refusals that may be asked about.
    pub refusals: Refusals,
    /// Counters.
    pub metrics: Metrics,
    /// When roles and access keys were last used.
    pub uses: Uses,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Desk {
    /// A caller of an account.
    #[must_use]
    pub fn who(&self, account: &str, access_key_id: &str, actor: Actor, session: Option<Session>) -> Who {
        Who {
            account: account.to_owned(),
            partition: self.config.partition.clone(),
            access_key_id: access_key_id.to_owned(),
            actor,
            session,
        }
    }

    /// A secret access key, wrapped to be stored.
    #[must_use]
    pub fn wrap_secret(&self, access_key_id: &str, secret: &str) -> Vec<u8> {
        self.master.seal(secret.as_bytes(), access_key_id.as_bytes(), self.random.as_ref())
    }

    /// A stored secret access key; none where another master key wrapped it.
    #[must_use]
    pub fn unwrap_secret(&self, access_key_id: &str, wrapped: &[u8]) -> Option<Secret<String>> {
        let plain = self.master.open(wrapped, access_key_id.as_bytes()).ok()?;
        String::from_utf8(plain).ok().map(Secret::new)
    }

    /// A key set made ready for verifying, once for each time that it was fetched.
    #[must_use]
    pub fn ready_keys(&self, provider: &Provider, set: &KeySet) -> Arc<ReadyKeys> {
        let key = (provider.clone(), set.fetched);
        self.ready.get_or(&key, || Arc::new(ReadyKeys::read(&set.keys)))
    }
}
