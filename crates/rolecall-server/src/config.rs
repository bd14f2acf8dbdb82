//! What the service is told at its start; nothing else is read from the environment later.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use rolecall_model::secret::Secret;

/// The port where nothing else is asked for.
pub const PORT: u16 = 8403;

/// Age from which an issuer's keys are fetched anew, where nothing else is asked for.
pub const ISSUER_KEYS_AGE: Duration = Duration::from_secs(300);

/// Everything the service is told.
#[derive(Debug)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The data folder; none keeps everything in memory and forgets it at the end.
    pub data: Option<PathBuf>,
    /// The file of the master key, outside the data folder.
    pub key_file: Option<PathBuf>,
    /// The master key itself (base64 of 32 bytes), where it is given rather than kept in a file.
    pub master_key: Option<Secret<String>>,
    /// The account that root credentials are for, twelve digits.
    pub account: String,
    /// Further accounts, each with root credentials of its own.
    pub more_accounts: Vec<String>,
    /// Root credentials of the first account, if they are given rather than made.
    pub root: Option<RootCredentials>,
    /// The partition in ARNs: `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: String,
    /// TLS, or none.
    pub tls: Tls,
    /// `https://HOST[:PORT]` under which others reach the service; none means the address it listens on.
    pub public_url: Option<String>,
    /// Whether issuers may have ports, private addresses, and plain HTTP on loopback.
    pub allow_local_issuers: bool,
    /// Age from which an issuer's keys are fetched anew; a key that its issuer dropped serves for twice as long at
    /// most, while the issuer can be reached.
    pub issuer_keys_age: Duration,
    /// Whether a refusal's sentence carries the cause. Loopback only.
    pub explain_denials: bool,
    /// Whether requests from web pages of other origins are refused, as `--dev` does.
    pub refuse_foreign_origins: bool,
    /// Files of a real account that are taken over at the start ([`crate::import`]).
    pub import: Option<PathBuf>,
    /// What becomes of the audit record.
    pub trail: Trail,
    /// Bounds.
    pub limits: Limits,
}

/// What becomes of the audit record beside the data folder's own segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Where closed segments are delivered, in the layout of CloudTrail's buckets.
    pub out: Option<PathBuf>,
    /// Bytes of segments that the data folder keeps; none keeps all.
    pub keep: Option<u64>,
}

/// Credentials of an account's root.
#[derive(Debug)]
pub struct RootCredentials {
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: Secret<String>,
}

/// How connections are protected.
#[derive(Debug, Default)]
pub enum Tls {
    /// Plain HTTP: on loopback, or behind a proxy that ends TLS.
    #[default]
    None,
    /// A certificate made at the start, for these names and addresses.
    SelfMade(Vec<String>),
    /// Certificate chain and private key, PEM.
    Files {
        /// The chain, leaf first.
        chain: PathBuf,
        /// The key.
        key: PathBuf,
    },
}

/// Bounds on what a stranger can send or hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// Bytes of a request's body.
    pub body: usize,
    /// Bytes of a request's head.
    pub head: usize,
    /// Time for a request's head to arrive, also on a connection that is kept open.
    pub head_time: Duration,
    /// Time for a request's body to arrive.
    pub body_time: Duration,
    /// Time that calls in progress have when the service stops.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 20_000,
            // A policy document of 131,072 characters, each of which percent-encoding may make three bytes.
            body: 512 * 1024,
            head: 64 * 1024,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(10),
            stop_time: Duration::from_secs(10),
        }
    }
}

/// Why a configuration is refused: the fact, and the remedy apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fact}")]
pub struct Refused {
    /// What does not fit.
    pub fact: String,
    /// What to do instead.
    pub remedy: String,
}

impl Config {
    /// A configuration for tests and demonstrations: loopback, memory, issuers anywhere. Port 0 takes a free one.
    #[must_use]
    pub fn dev(port: u16) -> Self {
        Config {
            listen: SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port),
            data: None,
            key_file: None,
            master_key: None,
            account: "111122223333".to_owned(),
            more_accounts: Vec::new(),
            root: Some(RootCredentials {
                access_key_id: "test".to_owned(),
                secret_access_key: Secret::new("test".to_owned()),
            }),
            partition: "aws".to_owned(),
            tls: Tls::None,
            public_url: None,
            allow_local_issuers: true,
            issuer_keys_age: ISSUER_KEYS_AGE,
            explain_denials: false,
            refuse_foreign_origins: true,
            import: None,
            trail: Trail::default(),
            limits: Limits::default(),
        }
    }

    /// Whether the parts fit together.
    ///
    /// # Errors
    /// Names the first that does not, and what to do instead.
    pub fn check(&self) -> Result<(), Refused> {
        let refused = |fact: String, remedy: &str| Err(Refused { fact, remedy: remedy.to_owned() });
        for account in std::iter::once(&self.account).chain(&self.more_accounts) {
            if !rolecall_model::arn::is_account(account) {
                return refused(format!("`{account}` is no account id"), "an account id is twelve digits");
            }
        }
        let loopback = self.listen.ip().is_loopback();
        if self.explain_denials && !loopback {
            return refused(
                format!("refusals may not be explained to callers on `{}`", self.listen),
                "listen on 127.0.0.1, or ask with `rolecall diagnose --event`",
            );
        }
        if self.refuse_foreign_origins && !loopback {
            return refused(
                format!("`--dev` does not listen on `{}`", self.listen),
                "listen on 127.0.0.1, or start without `--dev`",
            );
        }
        if self.data.is_none() && self.trail != Trail::default() {
            return refused(
                "there is no audit record on disk to deliver or to bound".to_owned(),
                "give `--data FOLDER` in place of `--dev`",
            );
        }
        if matches!(self.tls, Tls::None) && !loopback && self.public_url.is_none() {
            return refused(
                format!("plain HTTP on `{}` would show credentials to the network", self.listen),
                "give `--tls-cert` and `--tls-key`, or `--tls-self-made`, or say with `--public-url https://…` that a proxy ends TLS",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_and_what_is_not() {
        let open: SocketAddr = "0.0.0.0:8403".parse().unwrap();
        let plain = || Config { refuse_foreign_origins: false, ..Config::dev(0) };
        let table = [
            (Config::dev(0), None),
            (Config { explain_denials: true, ..Config::dev(0) }, None),
            (Config { listen: open, ..Config::dev(0) }, Some("`--dev` does not listen")),
            (Config { listen: open, ..plain() }, Some("plain HTTP")),
            (Config { listen: open, public_url: Some("https://x".into()), ..plain() }, None),
            (Config { listen: open, tls: Tls::SelfMade(vec![]), ..plain() }, None),
            (
                Config { listen: open, tls: Tls::SelfMade(vec![]), explain_denials: true, ..plain() },
                Some("may not be explained"),
            ),
            (Config { account: "12".into(), ..plain() }, Some("no account id")),
            (
                Config { trail: Trail { keep: Some(1), ..Trail::default() }, ..Config::dev(0) },
                Some("no audit record"),
            ),
        ];
        for (at, (config, wanted)) in table.into_iter().enumerate() {
            let fact = config.check().err().map(|refused| refused.fact);
            match wanted {
                None => assert_eq!(fact, None, "row {at}"),
                Some(part) => assert!(fact.unwrap().contains(part), "row {at}"),
            }
        }
    }
}
