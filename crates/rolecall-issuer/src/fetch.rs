//! Discovery document and key set of a provider, over HTTPS: no proxy, no cookie, no credential, everything bounded.

mod connect;
mod documents;
mod get;
mod target;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rolecall_model::json::{self, Flaw, Kind, Node};
use rustls::RootCertStore;
use tokio::time::{Instant, timeout_at};

use crate::cache::{Fetching, Source};
use crate::certificate::{Trust, Verifier};
use crate::discovery;
use crate::error::{Error, ErrorKind};
use crate::key_set::{KeySet, VerificationMethod};
use crate::provider::{Provider, Thumbprint};
pub use connect::{Resolve, Resolving, SystemResolver};
pub use documents::{Chain, Documents};
use get::{Answer, get};
use target::Target;

/// How key sets are fetched.
#[derive(Clone)]
pub struct Options {
    /// Time for everything together. AWS's is 5 seconds (AWS re:Post; reference sts.md §3.5).
    pub timeout: Duration,
    /// Largest body in bytes, of either document.
    pub max_body: usize,
    /// Redirects followed for either document.
    pub max_redirects: usize,
    /// Whether ports, private networks, loopback, and plain HTTP on loopback are permitted.
    pub allow_local: bool,
    /// The trust store.
    pub roots: Arc<RootCertStore>,
    /// Addresses of host names.
    pub resolver: Arc<dyn Resolve>,
}

impl Options {
    /// The defaults with this trust store: see [`crate::certificate::system_roots`].
    #[must_use]
    pub fn new(roots: Arc<RootCertStore>) -> Options {
        Options {
            timeout: Duration::from_secs(5),
            // Two hundred RSA keys with their certificates stay below it.
            max_body: 1024 * 1024,
            max_redirects: 5,
            allow_local: false,
            roots,
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("timeout", &self.timeout)
            .field("allow_local", &self.allow_local)
            .finish_non_exhaustive()
    }
}

/// Fetches key sets.
#[derive(Clone, Debug)]
pub struct Fetcher {
    options: Options,
}

/// One fetch: what bears on it, until when it goes on, and the URL that it is at, for an error that says which one was slow.
struct Run<'r> {
    options: &'r Options,
    trust: Trust,
    until: Instant,
    at: Mutex<String>,
    chains: Mutex<Vec<Chain>>,
}

impl Fetcher {
    /// A fetcher.
    #[must_use]
    pub fn new(options: Options) -> Fetcher {
        Fetcher { options }
    }

    /// The provider's key set, by way of its discovery document.
    ///
    /// # Errors
    /// Says what failed at which URL.
    pub async fn key_set(&self, provider: &Provider) -> Result<KeySet, Error> {
        let run = self.run(self.trust(provider));
        run.bounded(run.key_set(provider)).await
    }

    /// The thumbprint that IAM would note for the provider: of the last certificate that the host of its `jwks_uri`
    /// presents (reference sts.md §3.9). Nothing is verified: whoever answers is taken at its word, once.
    ///
    /// # Errors
    /// Says what failed at which URL.
    pub async fn thumbprint(&self, provider: &Provider) -> Result<Thumbprint, Error> {
        let run = self.run(Trust::Anyone);
        run.bounded(run.thumbprint(provider)).await
    }

    fn trust(&self, provider: &Provider) -> Trust {
        let (mut roots, thumbprints) = (Arc::clone(&self.options.roots), provider.thumbprints().to_vec());
        if !provider.authorities().is_empty() {
            Arc::make_mut(&mut roots).add_parsable_certificates(provider.authorities().iter().cloned());
        }
        Trust::Verified { roots, thumbprints }
    }

    fn run(&self, trust: Trust) -> Run<'_> {
        let until = Instant::now() + self.options.timeout;
        Run { options: &self.options, trust, until, at: Mutex::default(), chains: Mutex::default() }
    }
}

impl Source for Fetcher {
    fn fetch<'f>(&'f self, provider: &'f Provider) -> Fetching<'f> {
        Box::pin(self.key_set(provider))
    }
}

/// [`Fetcher::key_set`] for a caller without a runtime, such as a command.
///
/// # Errors
/// As that does; or where the system gives no runtime.
pub fn blocking(options: Options, provider: &Provider) -> Result<KeySet, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ErrorKind::Runtime(error).at(provider.url()))?;
    let fetched = runtime.block_on(Fetcher::new(options).key_set(provider));
    // A resolver that still hangs must not hold the command up.
    runtime.shutdown_background();
    fetched
}

impl Run<'_> {
    async fn bounded<T>(&self, work: impl Future<Output = Result<T, ErrorKind>>) -> Result<T, Error> {
        let late = ErrorKind::Time(self.options.timeout);
        let done = timeout_at(self.until, work).await.unwrap_or(Err(late));
        done.map_err(|kind| kind.at(self.at.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    async fn key_set(&self, provider: &Provider) -> Result<KeySet, ErrorKind> {
        let (document, found) = self.json(&discovery::url(provider.url())).await?;
        let jwks_uri = discovery::jwks_uri(&document, provider.url())?;
        let (keys, method) = self.json(jwks_uri).await?;
        if !matches!(keys.get("keys").map(|keys| &keys.kind), Some(Kind::Array(_))) {
            return Err(ErrorKind::NotAKeySet);
        }
        Ok(KeySet { keys: Arc::new(keys), method: method.max(found), fetched: Instant::now() })
    }

    async fn thumbprint(&self, provider: &Provider) -> Result<Thumbprint, ErrorKind> {
        let (document, _) = self.json(&discovery::url(provider.url())).await?;
        let target = self.target(discovery::jwks_uri(&document, provider.url())?)?;
        let verifier = Arc::new(Verifier::new(self.trust.clone()));
        // What it answers does not matter, as long as it presented its certificates.
        let answered = get(&target, self.options, Arc::clone(&verifier)).await;
        match (verifier.last_presented(), answered) {
            (Some(thumbprint), _) => Ok(thumbprint),
            (None, Err(kind)) => Err(kind),
            (None, Ok(_)) => Err(ErrorKind::Url("it is not `https`")),
        }
    }

    /// The JSON object at a URL.
    async fn json(&self, url: &str) -> Result<(Node, VerificationMethod), ErrorKind> {
        let (bytes, method) = self.body(url).await?;
        Ok((object(&bytes)?, method))
    }

    /// The body at a URL, redirects followed, each hop judged as the first.
    async fn body(&self, url: &str) -> Result<(Bytes, VerificationMethod), ErrorKind> {
        let mut url = url.to_owned();
        let mut weakest = VerificationMethod::TrustStore;
        for _ in 0..=self.options.max_redirects {
            let target = self.target(&url)?;
            let verifier = Arc::new(Verifier::new(self.trust.clone()));
            let answered = get(&target, self.options, Arc::clone(&verifier)).await;
            self.note(&target.host, &verifier, answered.as_ref().ok().map(|(_, method)| *method));
            let (answer, method) = answered?;
            weakest = weakest.max(method);
            match answer {
                Answer::Body(bytes) => return Ok((bytes, weakest)),
                Answer::Redirect(location) => url = target.resolve(&location).ok_or(ErrorKind::Location)?,
            }
        }
        Err(ErrorKind::Redirects(self.options.max_redirects))
    }

    fn target(&self, url: &str) -> Result<Target, ErrorKind> {
        url.clone_into(&mut self.at.lock().unwrap_or_else(PoisonError::into_inner));
        Target::parse(url, self.options.allow_local)
    }
}

fn object(bytes: &[u8]) -> Result<Node, ErrorKind> {
    let not_json = |why: &str| ErrorKind::NotJson(why.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| not_json("it is no UTF-8"))?;
    let parsed = json::parse(text);
    if let Some(flaw) = parsed.flaws.iter().find(|flaw| flaw.is_syntax()) {
        let Flaw { message, span, .. } = flaw;
        return Err(ErrorKind::NotJson(format!("{message}, at byte {}", span.start)));
    }
    match parsed.root {
        Some(node) if matches!(node.kind, Kind::Object(_)) => Ok(node),
        Some(node) => Err(ErrorKind::NotJson(format!("it is {}", node.kind_name()))),
        None => Err(not_json("there is nothing")),
    }
}
