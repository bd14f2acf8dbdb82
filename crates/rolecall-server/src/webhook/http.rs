//! HTTP around the webhook: `/mutate` over TLS; health and metrics on both ports.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request as HttpRequest, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use prometheus_client::metrics::gauge::Gauge;

use super::Webhook;
use super::metrics::Outcome;
use super::review::{NoReview, Review, parse};
use crate::config::Limits;
use crate::http::{Connection, Reply};
use crate::listen::Service;

/// Where reviews are sent.
pub const PATH: &str = "/mutate";

/// Largest review: an object of etcd has 1.5 MB, and JSON of one with its metadata of the request is not three times that.
pub const BODY: usize = 4 * 1024 * 1024;

/// Bounds that fit a webhook, whose only client is the API server.
#[must_use]
pub fn limits() -> Limits {
    Limits { connections: 2_000, body: BODY, ..Limits::default() }
}

/// The port of reviews.
pub struct Reviews {
    /// The webhook.
    pub webhook: Arc<Webhook>,
}

/// The port of metrics and health, plain HTTP.
pub struct Watch {
    /// The webhook.
    pub webhook: Arc<Webhook>,
    /// Answers `/debug/alpha/cache`, where that is switched on.
    pub debug: Option<Box<dyn Fn() -> String + Send + Sync>>,
    /// Connections that are open.
    pub connections: Gauge,
}

impl Service for Reviews {
    async fn reply(
        self: Arc<Self>,
        _: Connection,
        request: HttpRequest<Incoming>,
    ) -> Result<Reply, Infallible> {
        let path = request.uri().path();
        Ok(match (request.method(), path) {
            (&Method::POST, PATH) => self.webhook.mutate(request).await,
            (&Method::GET, path) => health(&self.webhook, path),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, "reviews are sent with POST\n".to_owned()),
        })
    }

    fn limits(&self) -> &Limits {
        &self.webhook.limits
    }

    fn connections(&self) -> &Gauge {
        &self.webhook.metrics.connections
    }
}

impl Service for Watch {
    async fn reply(
        self: Arc<Self>,
        _: Connection,
        request: HttpRequest<Incoming>,
    ) -> Result<Reply, Infallible> {
        Ok(match (request.uri().path(), &self.debug) {
            ("/debug/alpha/cache", Some(debug)) => typed("application/json", debug()),
            (path, _) => health(&self.webhook, path),
        })
    }

    fn limits(&self) -> &Limits {
        &self.webhook.limits
    }

    fn connections(&self) -> &Gauge {
        &self.connections
    }
}

impl Webhook {
    async fn mutate(&self, request: HttpRequest<Incoming>) -> Reply {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            let said = "the content type of a review is application/json\n";
            return self.refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, said.to_owned());
        }
        let collected = Limited::new(request.into_body(), self.limits.body).collect();
        let body = match tokio::time::timeout(self.limits.body_time, collected).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                return self.refused(StatusCode::PAYLOAD_TOO_LARGE, "the review is too large\n".to_owned());
            }
            Ok(Err(_)) => return self.refused(StatusCode::BAD_REQUEST, "the review broke off\n".to_owned()),
            Err(_) => {
                let said = "the review did not arrive in time\n".to_owned();
                return self.refused(StatusCode::REQUEST_TIMEOUT, said);
            }
        };
        match self.answer(&body).await {
            Ok(document) => typed("application/json", document),
            Err(no_review) => self.refused(StatusCode::BAD_REQUEST, format!("{no_review}\n")),
        }
    }

    /// Answers a review's bytes with a review's text.
    ///
    /// # Errors
    /// Where there is no request that could be answered. What the API server does then is its `failurePolicy`'s.
    pub async fn answer(&self, body: &[u8]) -> Result<String, NoReview> {
        let root = parse(body)?;
        let review = Review::read(&root)?;
        Ok(self.admit(&review).await.document(&review))
    }

    /// Refused as HTTP: there is no request to answer, and the API server goes by its `failurePolicy`.
    fn refused(&self, status: StatusCode, said: String) -> Reply {
        self.metrics.admission(Outcome::NoReview, Duration::ZERO);
        tracing::warn!(status = status.as_u16(), "a request could not be answered: {}", said.trim_end());
        plain(status, said)
    }
}

fn health(webhook: &Webhook, path: &str) -> Reply {
    match path {
        "/healthz" => plain(StatusCode::OK, "ok".to_owned()),
        "/readyz" if webhook.is_ready() => plain(StatusCode::OK, "ok".to_owned()),
        "/readyz" => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "not ready: service accounts have not been read, or there is no certificate\n".to_owned(),
        ),
        "/metrics" => {
            typed("application/openmetrics-text; version=1.0.0; charset=utf-8", webhook.metrics.text(webhook))
        }
        _ => plain(StatusCode::NOT_FOUND, "there is nothing here; reviews are sent to /mutate\n".to_owned()),
    }
}

fn typed(kind: &'static str, text: String) -> Reply {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn plain(status: StatusCode, text: String) -> Reply {
    let mut response = typed("text/plain; charset=utf-8", text);
    *response.status_mut() = status;
    response
}
