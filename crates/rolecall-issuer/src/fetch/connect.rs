//! A connection to a host: resolved, every address checked, and only a checked address connected to, so that a name
//! which resolves otherwise a moment later (DNS rebinding) gains nothing.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::target::Target;
use crate::address;
use crate::error::ErrorKind;

/// Addresses of one host that are tried.
const ATTEMPTS: usize = 6;

/// Time after which the next address is tried beside the one that does not answer (RFC 8305 §5).
const NEXT: Duration = Duration::from_millis(250);

/// What a [`Resolve`] gives.
pub type Resolving<'r> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'r>>;

/// Addresses of host names. What it gives is checked as any address.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host, the preferred one first, with the port.
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// Connects to the target's host.
pub(super) async fn connect(
    target: &Target,
    resolver: &dyn Resolve,
    allow_local: bool,
) -> Result<TcpStream, ErrorKind> {
    let dns = |source| ErrorKind::Dns { host: target.host.clone(), source };
    let found = resolver.resolve(&target.host, target.port).await.map_err(dns)?;
    let mut refused = None;
    let mut permitted = Vec::new();
    for address in found.into_iter().take(64) {
        match check(address, target, allow_local) {
            Ok(()) => permitted.push(address),
            Err(range) => refused = refused.or(Some((address.ip(), range))),
        }
    }
    permitted.truncate(ATTEMPTS);
    match (permitted.is_empty(), refused) {
        (false, _) => race(permitted).await,
        (true, Some((address, range))) => Err(ErrorKind::AddressRefused { address, range }),
        (true, None) => Err(dns(io::Error::new(io::ErrorKind::NotFound, "it has no address"))),
    }
}

fn check(address: SocketAddr, target: &Target, allow_local: bool) -> Result<(), &'static str> {
    address::check(address.ip(), allow_local)?;
    if !target.tls && !address::is_loopback(address.ip()) {
        return Err("plain HTTP is for loopback alone");
    }
    Ok(())
}

/// The first connection that comes about; the next address is tried when the last one failed or takes long.
async fn race(addresses: Vec<SocketAddr>) -> Result<TcpStream, ErrorKind> {
    let mut tries = JoinSet::new();
    let mut left = addresses.into_iter();
    let mut failure = ErrorKind::Abandoned;
    loop {
        let more = match left.next() {
            Some(address) => {
                tries.spawn(async move { (address, TcpStream::connect(address).await) });
                left.len() > 0
            }
            None => false,
        };
        let ended = match more {
            true => timeout(NEXT, tries.join_next()).await,
            false => Ok(tries.join_next().await),
        };
        match ended {
            Ok(Some(Ok((_, Ok(stream))))) => return Ok(stream),
            Ok(Some(Ok((address, Err(source))))) => {
                failure = ErrorKind::Connect { address: address.ip(), source };
            }
            // Slow, or a try that was given up: on to the next address.
            Err(_) | Ok(Some(Err(_))) => {}
            Ok(None) => return Err(failure),
        }
    }
}
