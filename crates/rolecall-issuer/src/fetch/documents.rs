//! Both documents of an issuer as they were answered, and the certificates of its hosts: what a diagnosis looks at.

use std::sync::PoisonError;

use rolecall_model::json;

use super::{Fetcher, Run};
use crate::certificate::{Presented, Verifier};
use crate::discovery;
use crate::error::{Error, ErrorKind};
use crate::key_set::VerificationMethod;
use crate::provider::Provider;

/// What an issuer publishes, or why it could not be had.
#[derive(Debug)]
pub struct Documents {
    /// The text of the discovery document, whatever it says.
    pub discovery: Result<String, Error>,
    /// The text of the key set; none where the discovery document is not this issuer's or does not say where the keys are.
    pub keys: Option<Result<String, Error>>,
    /// Certificates that its hosts presented, one chain per host.
    pub chains: Vec<Chain>,
}

/// The certificates that a host presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The host.
    pub host: String,
    /// The server's own certificate first.
    pub certificates: Vec<Presented>,
    /// How they were verified; none where they were refused.
    pub method: Option<VerificationMethod>,
}

impl Fetcher {
    /// What the provider's issuer publishes. Both documents share the time that one key set has.
    pub async fn documents(&self, provider: &Provider) -> Documents {
        let run = self.run(self.trust(provider));
        let discovery = run.bounded(run.text(&discovery::url(provider.url()))).await;
        let keys = match discovery.as_deref().ok().and_then(|text| jwks_uri(text, provider.url())) {
            Some(uri) => Some(run.bounded(run.text(&uri)).await),
            None => None,
        };
        Documents { discovery, keys, chains: run.chains.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }
}

fn jwks_uri(text: &str, issuer: &str) -> Option<String> {
    let document = json::parse(text).root?;
    discovery::jwks_uri(&document, issuer).ok().map(str::to_owned)
}

impl Run<'_> {
    async fn text(&self, url: &str) -> Result<String, ErrorKind> {
        let (bytes, _) = self.body(url).await?;
        String::from_utf8(bytes.to_vec()).map_err(|_| ErrorKind::NotJson("it is no UTF-8".to_owned()))
    }

    /// Keeps what a host presented, once.
    pub(super) fn note(&self, host: &str, verifier: &Verifier, method: Option<VerificationMethod>) {
        let chain = Chain { host: host.to_owned(), certificates: verifier.presented(), method };
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if !chain.certificates.is_empty() && !chains.contains(&chain) {
            chains.push(chain);
        }
    }
}
