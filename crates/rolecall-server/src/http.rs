//! HTTP around the pipeline: bodies within bounds, the paths that are not AWS's, answers as bytes.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request as HttpRequest, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use prometheus_client::metrics::gauge::Gauge;
use rolecall_wire::http::{Answer, Head};

use crate::config::Limits;
use crate::desk::Desk;
use crate::listen::Service;
use crate::origin::{Origin, Protection};
use crate::pipeline::{Answered, Request, answer};

/// A response.
pub type Reply = Response<Full<Bytes>>;

/// A connection, as every request on it has it.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// The peer's address.
    pub address: IpAddr,
    /// What protects it.
    pub tls: Option<Protection>,
}

impl Service for Desk {
    async fn reply(
        self: Arc<Self>,
        connection: Connection,
        request: HttpRequest<Incoming>,
    ) -> Result<Reply, Infallible> {
        reply(self, connection, request).await
    }

    fn limits(&self) -> &Limits {
        &self.config.limits
    }

    fn connections(&self) -> &Gauge {
        &self.metrics.connections
    }
}

/// Answers one HTTP request.
async fn reply(
    desk: Arc<Desk>,
    connection: Connection,
    request: HttpRequest<Incoming>,
) -> Result<Reply, Infallible> {
    let (parts, body) = request.into_parts();
    if desk.config.refuse_foreign_origins && is_foreign(&parts.headers) {
        return Ok(plain(StatusCode::FORBIDDEN, "requests from web pages of other origins are refused\n"));
    }
    let path = parts.uri.path();
    if parts.method == Method::GET {
        match path {
            "/healthz" => return Ok(plain(StatusCode::OK, "ok\n")),
            "/metrics" => return Ok(metrics(&desk)),
            _ => {}
        }
        if let Some(document) = desk.issuer.get(path) {
            return Ok(typed("application/json", document.to_string()));
        }
    }
    let limit = desk.config.limits.body;
    let collected = tokio::time::timeout(desk.config.limits.body_time, Limited::new(body, limit).collect());
    let body = match collected.await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large\n"));
        }
        Ok(Err(_)) => return Ok(plain(StatusCode::BAD_REQUEST, "the request broke off\n")),
        Err(_) => return Ok(plain(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time\n")),
    };
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = Head {
        method: parts.method.as_str(),
        path,
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
    };
    let origin = Origin {
        address: connection.address,
        user_agent: head.text("user-agent").unwrap_or_default(),
        tls: connection.tls,
        host: head.text("host").unwrap_or_default(),
    };
    let Answered { answer, request_id } = answer(&desk, &Request { head, body: &body, origin }).await;
    Ok(wire(answer, &request_id))
}

/// What is answered to a head that is too long.
pub fn head_too_large() -> Reply {
    plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large\n")
}

fn wire(answer: Answer, request_id: &str) -> Reply {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    if let Some(kind) = answer.error_type {
        headers.insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind));
    }
    response
}

fn metrics(desk: &Desk) -> Reply {
    typed("application/openmetrics-text; version=1.0.0; charset=utf-8", desk.metrics.text(desk))
}

fn typed(kind: &'static str, text: String) -> Reply {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Reply {
    let mut response = typed("text/plain; charset=utf-8", text.to_owned());
    *response.status_mut() = status;
    response
}

/// Whether a web page of another origin sent it. Browsers say so in `Origin`, which no SDK sends (RFC 6454 §7), and in
/// `Sec-Fetch-Site`, also for what has no `Origin`: the source of a picture may be a presigned call, since the
/// credentials of `--dev` are known to all (Fetch Metadata Request Headers §2.4). A page whose host name was made to point
/// here says another `Host`.
fn is_foreign(headers: &http::HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let local = rolecall_model::provider_url::is_loopback(host) || is_aws(host);
    let other = text("origin").is_some_and(|origin| {
        let bare = origin.split_once("://").map_or(origin, |(_, bare)| bare);
        bare != host
    });
    let cross_site = text("sec-fetch-site").is_some_and(|site| !matches!(site, "none" | "same-origin"));
    other || cross_site || !local
}

/// Hosts of AWS itself, which clients name when they are led here by a proxy or by their resolver.
fn is_aws(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|suffix| name.ends_with(suffix))
}
