//! One GET request over a connection of its own, every part of the answer bounded.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::Options;
use super::connect::connect;
use super::target::Target;
use crate::certificate::Verifier;
use crate::error::ErrorKind;
use crate::key_set::VerificationMethod;

/// Types of both documents. A kube-apiserver answers 406 for its key set where the second is not among them.
const ACCEPT: &str = "application/json, application/jwk-set+json, */*;q=0.1";

/// Largest head of an answer in bytes, and the most headers in it.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;

/// What a server answered.
pub(super) enum Answer {
    /// Status 200 with this body.
    Body(Bytes),
    /// A redirect to this location.
    Redirect(String),
}

/// Gets the target, its certificate judged by `verifier`.
pub(super) async fn get(
    target: &Target,
    options: &Options,
    verifier: Arc<Verifier>,
) -> Result<(Answer, VerificationMethod), ErrorKind> {
    let stream = connect(target, options.resolver.as_ref(), options.allow_local).await?;
    // The answer is awaited whole: waiting to fill packets only costs time.
    let _ = stream.set_nodelay(true);
    if !target.tls {
        return Ok((exchange(stream, target, options).await?, VerificationMethod::Plain));
    }
    let name =
        ServerName::try_from(target.host.clone()).map_err(|_| ErrorKind::Url("its host is no host name"))?;
    let connector = TlsConnector::from(Arc::new(config(Arc::clone(&verifier))?));
    match connector.connect(name, stream).await {
        Ok(stream) => {
            let method = verifier.method().ok_or(ErrorKind::Abandoned)?;
            Ok((exchange(stream, target, options).await?, method))
        }
        Err(error) => Err(verifier.refusal().unwrap_or(ErrorKind::Tls(error))),
    }
}

/// No resumption: a resumed session would be verified by nobody.
fn config(verifier: Arc<Verifier>) -> Result<ClientConfig, ErrorKind> {
    let builder = ClientConfig::builder_with_provider(verifier.provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| ErrorKind::Tls(std::io::Error::other(error)))?;
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

async fn exchange<S>(stream: S, target: &Target, options: &Options) -> Result<Answer, ErrorKind>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let unsound = |error: hyper::Error| ErrorKind::Http(Box::new(error));
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD).max_headers(MAX_HEADERS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(unsound)?;
    // Dropped at the end of this function, and with it the connection, whatever the server still sends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let request = Request::get(target.path.as_str())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, concat!("rolecall/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, ACCEPT)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| ErrorKind::Url("it cannot be sent"))?;
    let response = sender.send_request(request).await.map_err(unsound)?;
    match response.status() {
        StatusCode::OK => body(response.into_body(), options.max_body).await.map(Answer::Body),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => {
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            location.map(|location| Answer::Redirect(location.to_owned())).ok_or(ErrorKind::Location)
        }
        other => Err(ErrorKind::Status(other.as_u16())),
    }
}

async fn body(body: hyper::body::Incoming, limit: usize) -> Result<Bytes, ErrorKind> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ErrorKind::Size(limit)),
        Err(error) => Err(ErrorKind::Http(error)),
    }
}
