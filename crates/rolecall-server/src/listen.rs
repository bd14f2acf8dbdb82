//! Connections: accepted within bounds, ended gracefully.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::config::Limits;
use crate::http::{Connection, Reply};
use crate::origin::Protection;

/// Who answers the requests of a port.
pub trait Service: Send + Sync + 'static {
    /// Answers one request.
    fn reply(
        self: Arc<Self>,
        connection: Connection,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Reply, Infallible>> + Send;
    /// Bounds of connections and requests.
    fn limits(&self) -> &Limits;
    /// Counts the connections that are open.
    fn connections(&self) -> &Gauge;
}

/// Connections that may wait to be accepted; the system has a limit of its own. One that finds no room tries again after a
/// second, which would be felt whenever many come at once.
const BACKLOG: u32 = 4096;

/// A port that listens and does not answer yet.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    /// Where it listens; the port is the real one where 0 was asked for.
    pub address: SocketAddr,
}

impl Port {
    /// Listens.
    ///
    /// # Errors
    /// Where the address is taken or not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Port> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A port that was left a moment ago may be taken again at once.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok(Port { listener, address })
    }

    /// Answers until `stop` turns true, then lets calls in progress end within the time that they have for it.
    pub async fn serve<S: Service>(
        self,
        service: Arc<S>,
        tls: Option<TlsAcceptor>,
        mut stop: watch::Receiver<bool>,
    ) {
        let room = Arc::new(Semaphore::new(service.limits().connections));
        let all = u32::try_from(service.limits().connections).unwrap_or(u32::MAX);
        loop {
            let Ok(place) = room.clone().acquire_owned().await else { break };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of files, mostly: others will be closed.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            };
            let (service, tls, stop) = (service.clone(), tls.clone(), stop.clone());
            tokio::spawn(async move {
                service.connections().inc();
                connection(&service, stream, peer, tls, stop).await;
                service.connections().dec();
                drop(place);
            });
        }
        drop(self.listener);
        let ended = room.acquire_many(all);
        if tokio::time::timeout(service.limits().stop_time, ended).await.is_err() {
            tracing::warn!("calls in progress were cut off");
        }
    }
}

async fn connection<S: Service>(
    service: &Arc<S>,
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) {
    // Answers are small and written whole.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return speak(service, stream, Connection { address: peer.ip(), tls: None }, stop).await;
    };
    let shaken = tokio::time::timeout(service.limits().body_time, tls.accept(stream)).await;
    if let Ok(Ok(stream)) = shaken {
        let (_, session) = stream.get_ref();
        let protection = Protection {
            version: match session.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "TLSv1.3",
            },
            suite: session
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or_default(),
        };
        speak(service, stream, Connection { address: peer.ip(), tls: Some(protection) }, stop).await;
    }
}

async fn speak<S: Service>(
    service: &Arc<S>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connection: Connection,
    mut stop: watch::Receiver<bool>,
) {
    let limits = *service.limits();
    let answering = service_fn(|request| {
        let service = Arc::clone(service);
        async move {
            // The buffer's bound alone is no limit: one read may bring more before it is noticed.
            match head_size(&request) > limits.head {
                true => Ok(crate::http::head_too_large()),
                false => service.reply(connection, request).await,
            }
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head)
        .serve_connection(TokioIo::new(stream), answering);
    tokio::pin!(serving);
    tokio::select! {
        _ = serving.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// Bytes of a request's head as it came: the request line and a line per header, each with its end.
fn head_size<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1\r\n".len();
    let headers =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + headers.sum::<usize>() + "\r\n".len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_as_long_as_its_bytes() {
        let text = "GET /x?y=z HTTP/1.1\r\nhost: localhost\r\nx-long: abc\r\n\r\n";
        let request = Request::builder()
            .uri("/x?y=z")
            .header("host", "localhost")
            .header("x-long", "abc")
            .body(())
            .unwrap();
        assert_eq!(head_size(&request), text.len());
    }
}
