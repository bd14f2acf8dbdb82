//! A server on loopback that answers by path, over TLS or not, and counts.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::{Body, Frame};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Certified, HOST};

/// What a path answers.
#[derive(Clone)]
pub enum Answer {
    /// Status and body.
    Text(u16, String),
    /// A redirect to there.
    Redirect(String),
    /// A redirect that does not say where to.
    Nowhere,
    /// A body without end.
    Endless,
    /// A byte now and then.
    Drip,
    /// Nothing, ever.
    Silence,
}

/// A server; it ends when it is dropped.
pub struct Server {
    pub port: u16,
    scheme: &'static str,
    routes: Arc<Mutex<HashMap<String, Answer>>>,
    requests: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Speaks TLS and presents these certificates after its own.
    pub async fn tls(certified: &Certified, others: &[&CertificateDer<'static>]) -> Server {
        let mut chain = vec![certified.certificate.clone()];
        chain.extend(others.iter().map(|one| (*one).clone()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, certified.key.clone_key())
            .unwrap();
        Server::start("https", Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    /// Speaks plain HTTP.
    pub async fn plain() -> Server {
        Server::start("http", None).await
    }

    async fn start(scheme: &'static str, acceptor: Option<TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (routes, requests) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        let (known, counter) = (Arc::clone(&routes), Arc::clone(&requests));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, acceptor.clone(), Arc::clone(&known), Arc::clone(&counter)));
            }
        });
        Server { port, scheme, routes, requests, _tasks: tasks }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{HOST}:{}{path}", self.scheme, self.port)
    }

    /// Answers a path so from now on.
    pub fn route(&self, path: &str, answer: Answer) -> &Server {
        self.routes.lock().unwrap().insert(path.to_owned(), answer);
        self
    }

    /// A sound issuer: discovery document and a key set with these key ids.
    pub fn issuer(self, key_ids: &[&str]) -> Server {
        let jwks = self.url("/jwks");
        self.discovery(&jwks).keys(key_ids);
        self
    }

    /// The discovery document, with this `jwks_uri`.
    pub fn discovery(&self, jwks_uri: &str) -> &Server {
        let document = format!(r#"{{"issuer": "{}", "jwks_uri": "{jwks_uri}"}}"#, self.url(""));
        self.route("/.well-known/openid-configuration", Answer::Text(200, document))
    }

    /// The key set, with these key ids.
    pub fn keys(&self, key_ids: &[&str]) -> &Server {
        let keys: Vec<String> =
            key_ids.iter().map(|id| format!(r#"{{"kty": "RSA", "kid": "{id}"}}"#)).collect();
        self.route("/jwks", Answer::Text(200, format!(r#"{{"keys": [{}]}}"#, keys.join(","))))
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    routes: Arc<Mutex<HashMap<String, Answer>>>,
    requests: Arc<AtomicUsize>,
) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        requests.fetch_add(1, Ordering::SeqCst);
        let answer = routes.lock().unwrap().get(request.uri().path()).cloned();
        async move {
            if matches!(answer, Some(Answer::Silence)) {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(response(answer))
        }
    });
    let http = hyper::server::conn::http1::Builder::new();
    // Clients of these tests break off as they like.
    match acceptor {
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            }
        }
        None => {
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        }
    }
}

fn response(answer: Option<Answer>) -> Response<Stream> {
    let builder = Response::builder();
    let response = match answer {
        None => builder.status(StatusCode::NOT_FOUND).body(Stream::Text(None)),
        Some(Answer::Text(status, text)) => builder.status(status).body(Stream::Text(Some(text))),
        Some(Answer::Redirect(location)) => {
            builder.status(302).header("location", location).body(Stream::Text(None))
        }
        Some(Answer::Nowhere) => builder.status(302).body(Stream::Text(None)),
        Some(Answer::Endless) => builder.body(Stream::Endless),
        Some(Answer::Drip | Answer::Silence) => {
            builder.body(Stream::Drip(Box::pin(tokio::time::sleep(PAUSE))))
        }
    };
    response.unwrap()
}

const PAUSE: Duration = Duration::from_millis(20);

enum Stream {
    Text(Option<String>),
    Endless,
    Drip(Pin<Box<tokio::time::Sleep>>),
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Stream::Text(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text.into())))),
            Stream::Endless => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 4096]))))),
            Stream::Drip(pause) => {
                std::task::ready!(pause.as_mut().poll(context));
                *pause = Box::pin(tokio::time::sleep(PAUSE));
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
            }
        }
    }
}
