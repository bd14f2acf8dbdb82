//! A key set that was fetched, ready for use.

use std::sync::Arc;
use std::time::Duration;

use rolecall_model::json::Node;
use tokio::time::Instant;

/// The keys of an issuer and how they came.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// The key set (RFC 7517): an object with the array `keys`.
    pub keys: Arc<Node>,
    /// How the connections were verified.
    pub method: VerificationMethod,
    /// When it was fetched, by tokio's clock.
    pub fetched: Instant,
}

/// How the connections to an issuer were verified. Where discovery document and key set came by different ways, the
/// weaker one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerificationMethod {
    /// By a root of the trust store.
    TrustStore,
    /// By a registered thumbprint of a certificate that signs the chain.
    Thumbprint,
    /// Not at all: plain HTTP on loopback, which local issuers may use.
    Plain,
}

impl VerificationMethod {
    /// CloudTrail's `identityProviderConnectionVerificationMethod` (reference sts.md §3.5); none where AWS has no word.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            VerificationMethod::TrustStore => Some("IAMTrustStore"),
            VerificationMethod::Thumbprint => Some("Thumbprint"),
            VerificationMethod::Plain => None,
        }
    }
}

impl KeySet {
    /// Whether a key of that id is in it.
    #[must_use]
    pub fn has(&self, key_id: &str) -> bool {
        let keys = self.keys.get("keys").map(Node::elements).unwrap_or_default();
        keys.iter().any(|key| key.get("kid").and_then(Node::as_str) == Some(key_id))
    }

    /// How long ago it was fetched.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.fetched.elapsed()
    }
}
