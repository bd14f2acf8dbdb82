//! Issuers on loopback: certificates made on the spot, servers that answer as a table says.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

pub mod authority;
pub mod server;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rolecall_issuer::error::Error;
use rolecall_issuer::fetch::{Fetcher, Options, Resolve, Resolving};
use rolecall_issuer::key_set::VerificationMethod;
use rolecall_issuer::provider::{Provider, Thumbprint};
use rustls::RootCertStore;

pub use authority::{Authority, Certified};
pub use server::{Answer, Server};

/// The name under which every local issuer answers.
pub const HOST: &str = "idp.test";

/// Names to addresses: `idp.test` and its like are loopback; addresses are themselves.
pub struct Names(pub Vec<(&'static str, IpAddr)>);

impl Resolve for Names {
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
        let found = self.0.iter().filter(|(name, _)| *name == host).map(|(_, address)| *address);
        let mut found: Vec<SocketAddr> = found.map(|address| SocketAddr::new(address, port)).collect();
        found.extend(host.parse().map(|address: IpAddr| SocketAddr::new(address, port)));
        if host.ends_with(".test") && found.is_empty() {
            found.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
        }
        Box::pin(async move { Ok(found) })
    }
}

/// Options for local issuers, with these authorities in the trust store.
pub fn options(trusted: &[&Authority]) -> Options {
    let mut roots = RootCertStore::empty();
    for authority in trusted {
        roots.add(authority.certificate.clone()).unwrap();
    }
    Options {
        allow_local: true,
        timeout: Duration::from_secs(20),
        resolver: Arc::new(Names(Vec::new())),
        ..Options::new(Arc::new(roots))
    }
}

/// Fetches the server's key set, with these thumbprints registered.
pub async fn fetch(
    options: Options,
    server: &Server,
    thumbprints: &[Thumbprint],
) -> Result<VerificationMethod, Error> {
    let provider = Provider::new(&server.url(""), thumbprints.iter().copied());
    let set = Fetcher::new(options).key_set(&provider).await?;
    assert!(set.has("k1") && !set.has("k2"));
    Ok(set.method)
}

/// How the connection was verified, or the name of what failed.
pub fn name(result: &Result<VerificationMethod, Error>) -> String {
    match result {
        Ok(method) => method.name().unwrap_or("plain").to_owned(),
        Err(error) => error.kind.name().to_owned(),
    }
}
