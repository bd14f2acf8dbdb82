//! What the service has at hand for every call: state, keys, caches, issuers, clock and randomness.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rolecall_state::state::State;

use crate::clock::Clock;
use crate::compiled::CompiledPolicies;
use crate::config::Config;
use crate::keys::{Key, Ring};
use crate::random::Random;

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
    /// Policies ready for evaluation.
    pub compiled: CompiledPolicies,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}
