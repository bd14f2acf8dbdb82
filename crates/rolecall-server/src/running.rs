//! A service that runs: bound, set up, answering, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::config::{Config, Tls};
use crate::desk::Desk;
use crate::import::{self, Imported};
use crate::listen::Port;
use crate::random::Random;
use crate::start::{self, StartError};
use crate::tls::{self, TlsError};
use crate::uses;

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The port cannot be had.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It cannot be set up.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A service that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// `http[s]://HOST:PORT` under which clients on this machine reach it, or the public URL.
    pub url: String,
    /// What its calls share.
    pub desk: Arc<Desk>,
    /// What was taken over of a real account, where that was asked for.
    pub imported: Option<Imported>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Starts the service; it answers when this returns. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Says what stands in the way; nothing is left running then.
    pub async fn start(
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Running, RunError> {
        config.check().map_err(StartError::from)?;
        let address = config.listen;
        let port = Port::bind(address).await.map_err(|source| RunError::Listen { address, source })?;
        let address = port.address;
        let url = url(&config, address);
        let desk = start::desk(config, url.clone(), clock, random).await?;
        let imported = match &desk.config.import {
            Some(folder) => Some(import::run(&desk, folder).await.map_err(StartError::from)?),
            None => None,
        };
        let acceptor = tls::acceptor(&desk.config.tls, desk.config.data.as_deref())?;
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(port.serve(desk.clone(), acceptor, stopped));
        tokio::spawn(start::tend_ring(desk.clone()));
        tokio::spawn(uses::tend(desk.clone()));
        let keys = desk.clone();
        tokio::spawn(async move {
            // The port answers before: making an RSA key takes a good part of a second.
            if let Err(error) = start::issuer_keys(&keys).await {
                tracing::error!(%error, "the issuer has no keys");
            }
        });
        Ok(Running { address, url, desk, imported, stop, serving })
    }

    /// Stops accepting, lets calls in progress end, and returns when they have.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.serving.await;
        uses::write(&self.desk).await;
    }
}

fn url(config: &Config, address: SocketAddr) -> String {
    if let Some(public) = &config.public_url {
        return public.trim_end_matches('/').to_owned();
    }
    let scheme = if matches!(config.tls, Tls::None) { "http" } else { "https" };
    match address.ip().is_unspecified() {
        true => format!("{scheme}://localhost:{}", address.port()),
        false => format!("{scheme}://{address}"),
    }
}
