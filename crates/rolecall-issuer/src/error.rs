//! Why the keys of a provider could not be had: what failed, at which URL.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use crate::provider::Thumbprint;

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot get `{url}`")]
pub struct Error {
    /// What was being fetched: the discovery document, the key set, or where a redirect led.
    pub url: String,
    /// What failed.
    #[source]
    pub kind: ErrorKind,
}

/// What failed. STS answers `OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint` for
/// [`ErrorKind::Thumbprint`] and `Couldn't retrieve verification key` for everything else (reference sts.md §3.2).
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// The URL is not one that may be fetched.
    #[error("the URL is refused: {0}")]
    Url(&'static str),
    /// The host's name has no address.
    #[error("the host name `{host}` cannot be resolved")]
    Dns {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Every address of the host is one that is not connected to.
    #[error("the address {address} is refused: {range}")]
    AddressRefused {
        /// The first of them.
        address: IpAddr,
        /// What sort of address it is.
        range: &'static str,
    },
    /// No connection came about.
    #[error("no connection to {address}")]
    Connect {
        /// The last address tried.
        address: IpAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The certificate is of an authority that is not trusted, and no thumbprint vouches for it.
    #[error("{why}")]
    Thumbprint {
        /// Why not, with the thumbprints concerned.
        why: &'static str,
        /// Thumbprints of the chain that the server presented, its own certificate first.
        presented: Vec<Thumbprint>,
    },
    /// The certificate is refused for a reason that no thumbprint mends: expired, for another host, malformed.
    #[error("the certificate is refused: {0}")]
    Certificate(String),
    /// The TLS handshake failed otherwise.
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
    /// It took too long, all requests taken together.
    #[error("it did not answer within {0:?}")]
    Time(Duration),
    /// It answered with another status than 200.
    #[error("it answered with status {0}")]
    Status(u16),
    /// More redirects than are followed.
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    /// A redirect that names no URL, or none that can be read.
    #[error("it redirects without a usable `Location`")]
    Location,
    /// The body is too large.
    #[error("the answer is larger than {0} bytes")]
    Size(usize),
    /// The answer is no HTTP, or ended early.
    #[error("the answer is no sound HTTP")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The body is no JSON object.
    #[error("the answer is no JSON object: {0}")]
    NotJson(String),
    /// The discovery document is another issuer's (OpenID Connect Discovery 1.0 §4.3).
    #[error("the discovery document names the issuer `{0}`")]
    IssuerDiffers(String),
    /// The discovery document does not say where the keys are.
    #[error("the discovery document has no `jwks_uri`")]
    NoJwksUri,
    /// The key set has no array `keys` (RFC 7517 §5).
    #[error("the key set has no array `keys`")]
    NotAKeySet,
    /// More fetches are under way than are allowed at a time.
    #[error("too many fetches are under way")]
    Busy,
    /// The system gave no means to reach out.
    #[error("the network cannot be used")]
    Runtime(#[source] io::Error),
    /// The fetch was given up, as at the end of the process.
    #[error("the fetch was given up")]
    Abandoned,
}

impl ErrorKind {
    /// A word for metrics, logs and JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            ErrorKind::Url(_) => "url",
            ErrorKind::Dns { .. } => "dns",
            ErrorKind::AddressRefused { .. } => "address-refused",
            ErrorKind::Connect { .. } => "connect",
            ErrorKind::Thumbprint { .. } => "thumbprint",
            ErrorKind::Certificate(_) => "certificate",
            ErrorKind::Tls(_) => "tls",
            ErrorKind::Time(_) => "time",
            ErrorKind::Status(_) => "status",
            ErrorKind::Redirects(_) => "redirects",
            ErrorKind::Location => "location",
            ErrorKind::Size(_) => "size",
            ErrorKind::Http(_) => "http",
            ErrorKind::NotJson(_) => "not-json",
            ErrorKind::IssuerDiffers(_) => "issuer-differs",
            ErrorKind::NoJwksUri => "no-jwks-uri",
            ErrorKind::NotAKeySet => "not-a-key-set",
            ErrorKind::Busy => "busy",
            ErrorKind::Runtime(_) => "runtime",
            ErrorKind::Abandoned => "abandoned",
        }
    }

    /// The failure at an address, for sources of keys beside the fetcher.
    #[must_use]
    pub fn at(self, url: impl Into<String>) -> Error {
        Error { url: url.into(), kind: self }
    }
}

impl Error {
    /// Whether it is the certificate that no thumbprint vouches for, for which STS has a sentence of its own.
    #[must_use]
    pub fn is_thumbprint(&self) -> bool {
        matches!(self.kind, ErrorKind::Thumbprint { .. })
    }

    /// Whether STS would meet the same failure: what the issuer answered does not depend on who asks. Whatever else failed,
    /// a name, a connection, the time, may lie at the network that was asked from.
    #[must_use]
    pub fn is_the_issuers(&self) -> bool {
        use ErrorKind::{IssuerDiffers, NoJwksUri, NotAKeySet, NotJson, Status};
        matches!(self.kind, Status(_) | NotJson(_) | IssuerDiffers(_) | NoJwksUri | NotAKeySet)
    }

    /// The whole chain of causes in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            line.push_str(": ");
            line.push_str(&inner.to_string());
            cause = inner.source();
        }
        line
    }
}
