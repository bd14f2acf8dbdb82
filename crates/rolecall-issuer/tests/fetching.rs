//! Key sets fetched from servers on loopback, and everything that must stop a fetch.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod local;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local::{Answer, Authority, HOST, Names, Server, fetch, name, options};
use rolecall_issuer::fetch::{Fetcher, Options};
use rolecall_issuer::provider::Provider;

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What the discovery document's path or the key set's answers, and what is made of it.
#[tokio::test]
async fn answers() {
    let text = |status, text: &str| Answer::Text(status, text.to_owned());
    let deep = format!(r#"{{"keys": {}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let other = r#"{"issuer": "https://other.test", "jwks_uri": "https://other.test/jwks"}"#;
    let rows = [
        (DISCOVERY, text(404, ""), "status"),
        (DISCOVERY, text(500, "{}"), "status"),
        (DISCOVERY, text(206, "{}"), "status"),
        (DISCOVERY, text(200, "<html>sign in</html>"), "not-json"),
        (DISCOVERY, text(200, ""), "not-json"),
        (DISCOVERY, text(200, "[]"), "not-json"),
        (DISCOVERY, text(200, "{}"), "issuer-differs"),
        (DISCOVERY, text(200, other), "issuer-differs"),
        (DISCOVERY, Answer::Nowhere, "location"),
        (DISCOVERY, Answer::Endless, "size"),
        ("/jwks", text(200, "{\"keys\": ["), "not-json"),
        ("/jwks", text(200, &deep), "not-json"),
        ("/jwks", text(200, "{}"), "not-a-key-set"),
        ("/jwks", text(200, r#"{"keys": {}}"#), "not-a-key-set"),
        ("/jwks", text(503, ""), "status"),
        ("/jwks", Answer::Endless, "size"),
        ("/jwks", Answer::Redirect("/jwks".into()), "redirects"),
    ];
    for (path, answer, wanted) in rows {
        let server = Server::plain().await.issuer(&["k1"]);
        server.route(path, answer);
        let error = fetch(options(&[]), &server, &[]).await.unwrap_err();
        assert_eq!(error.kind.name(), wanted, "{path} {}", error.chain());
        assert!(error.url.ends_with(path), "{}", error.chain());
    }
}

#[tokio::test]
async fn redirects_are_followed_so_far() {
    let server = Server::plain().await.issuer(&["k1"]);
    server.keys(&["k1"]).route(DISCOVERY, Answer::Redirect("/1".into()));
    for hop in 1..5 {
        server.route(&format!("/{hop}"), Answer::Redirect(server.url(&format!("/{}", hop + 1))));
    }
    let document = format!(r#"{{"issuer": "{}", "jwks_uri": "{}"}}"#, server.url(""), server.url("/jwks"));
    server.route("/5", Answer::Text(200, document));
    assert_eq!(name(&fetch(options(&[]), &server, &[]).await), "plain");
    let fewer = Options { max_redirects: 4, ..options(&[]) };
    assert_eq!(name(&fetch(fewer, &server, &[]).await), "redirects");
}

/// Where no request may go, by way of a redirect, of `jwks_uri`, or of the issuer itself; even local issuers may not.
#[tokio::test]
async fn forbidden_places() {
    let rows = [
        ("http://169.254.169.254/latest/meta-data/", "address-refused"),
        ("https://169.254.169.254/", "address-refused"),
        ("https://[fd00:ec2::254]/", "address-refused"),
        ("https://[::ffff:169.254.169.254]/", "address-refused"),
        ("https://[64:ff9b::a9fe:a9fe]/", "address-refused"),
        ("http://10.0.0.1/", "address-refused"),
        ("http://8.8.8.8/", "address-refused"),
        ("https://0.0.0.0/", "address-refused"),
        ("https://metadata.test/", "address-refused"),
        ("https://nowhere.invalid/", "dns"),
        ("file:///etc/passwd", "url"),
        ("ftp://idp.test/", "url"),
        ("https://user@idp.test/", "url"),
    ];
    let local = || {
        let metadata: IpAddr = "169.254.169.254".parse().unwrap();
        Options { resolver: Arc::new(Names(vec![("metadata.test", metadata)])), ..options(&[]) }
    };
    for (place, wanted) in rows {
        let server = Server::plain().await.issuer(&["k1"]);
        server.discovery(place);
        assert_eq!(name(&fetch(local(), &server, &[]).await), wanted, "jwks_uri {place}");
        server.discovery(&server.url("/jwks")).route("/jwks", Answer::Redirect(place.into()));
        assert_eq!(name(&fetch(local(), &server, &[]).await), wanted, "redirect to {place}");
        let error = Fetcher::new(local()).key_set(&Provider::new(place, [])).await.unwrap_err();
        assert_eq!(error.kind.name(), wanted, "issuer {place}");
    }
}

/// Without leave for local issuers nothing on loopback is reached, whatever name it goes by.
#[tokio::test]
async fn local_issuers_need_leave() {
    let root = Authority::root("root");
    let server = Server::tls(&root.certify(HOST), &[]).await.issuer(&["k1"]);
    let strict = Options { allow_local: false, ..options(&[&root]) };
    assert_eq!(name(&fetch(strict.clone(), &server, &[]).await), "url", "a port");
    for (issuer, wanted) in [
        ("https://idp.test", "address-refused"),
        ("https://127.0.0.1", "address-refused"),
        ("https://[::1]", "address-refused"),
        ("http://idp.test", "url"),
    ] {
        let error = Fetcher::new(strict.clone()).key_set(&Provider::new(issuer, [])).await.unwrap_err();
        assert_eq!(error.kind.name(), wanted, "{issuer}");
    }
    assert_eq!(server.requests(), 0);
}

/// A name that resolves to a public address first and to a forbidden one afterwards: each resolution is checked, and the
/// connection goes to an address that was.
#[tokio::test]
async fn rebinding() {
    use rolecall_issuer::fetch::{Resolve, Resolving};
    use std::sync::atomic::{AtomicUsize, Ordering};
    struct Rebinding(AtomicUsize);
    impl Resolve for Rebinding {
        fn resolve<'r>(&'r self, _: &'r str, port: u16) -> Resolving<'r> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            let address: IpAddr = if first { "127.0.0.1" } else { "169.254.169.254" }.parse().unwrap();
            Box::pin(async move { Ok(vec![(address, port).into()]) })
        }
    }
    let server = Server::plain().await.issuer(&["k1"]);
    let rebinding = Options { resolver: Arc::new(Rebinding(AtomicUsize::new(0))), ..options(&[]) };
    let error = fetch(rebinding, &server, &[]).await.unwrap_err();
    assert_eq!((error.kind.name(), server.requests()), ("address-refused", 1), "{error:?}");
}

/// Of several addresses the forbidden ones are passed over, and one that refuses the connection is not the end.
#[tokio::test]
async fn several_addresses() {
    let server = Server::plain().await.issuer(&["k1"]);
    let addresses =
        ["169.254.169.254", "::1", "127.0.0.2", "127.0.0.1"].map(|one| (HOST, one.parse().unwrap()));
    let several = Options { resolver: Arc::new(Names(addresses.to_vec())), ..options(&[]) };
    assert_eq!(name(&fetch(several, &server, &[]).await), "plain");
}

/// Time counts for everything together: a server that says nothing, one that drips, one that does not even speak TLS.
#[tokio::test]
async fn slow_issuers() {
    let quick = || Options { timeout: Duration::from_millis(300), ..options(&[]) };
    for (path, answer) in [(DISCOVERY, Answer::Silence), ("/jwks", Answer::Silence), ("/jwks", Answer::Drip)]
    {
        let server = Server::plain().await.issuer(&["k1"]);
        server.route(path, answer);
        let begun = Instant::now();
        let error = fetch(quick(), &server, &[]).await.unwrap_err();
        assert_eq!(error.kind.name(), "time", "{}", error.chain());
        assert!(error.url.ends_with(path), "{}", error.chain());
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{HOST}:{}", mute.local_addr().unwrap().port());
    let error = Fetcher::new(quick()).key_set(&Provider::new(&url, [])).await.unwrap_err();
    assert_eq!(error.kind.name(), "time", "a handshake that is not answered");
    assert_eq!(Options::new(Arc::clone(&quick().roots)).timeout, Duration::from_secs(5), "AWS's");
}

#[tokio::test]
async fn no_connection() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let error =
        Fetcher::new(options(&[])).key_set(&Provider::new(&format!("https://{HOST}:{port}"), [])).await;
    assert_eq!(error.unwrap_err().kind.name(), "connect");
    let plain = Server::plain().await;
    let url = plain.url("").replace("http:", "https:");
    let error = Fetcher::new(options(&[])).key_set(&Provider::new(&url, [])).await.unwrap_err();
    assert_eq!(error.kind.name(), "tls", "{}", error.chain());
}

#[test]
fn without_a_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async { Server::plain().await.issuer(&["k1"]) });
    let set = rolecall_issuer::fetch::blocking(options(&[]), &Provider::new(&server.url(""), [])).unwrap();
    assert!(set.has("k1"));
    drop(server);
}

/// Documents are given as they were answered; what cannot be had is told apart, and the hosts' certificates stand beside it.
#[tokio::test]
async fn documents() {
    let text = |status, text: &str| Answer::Text(status, text.to_owned());
    let rows = [
        (DISCOVERY, text(404, ""), Err("status"), None),
        (DISCOVERY, text(200, "<html>sign in</html>"), Ok("<html>sign in</html>"), None),
        (
            DISCOVERY,
            text(200, r#"{"issuer": "https://other.test", "jwks_uri": "https://other.test/k"}"#),
            Ok("other"),
            None,
        ),
        ("/jwks", text(503, ""), Ok("jwks_uri"), Some(Err("status"))),
        ("/jwks", text(200, "none"), Ok("jwks_uri"), Some(Ok("none"))),
    ];
    let told = |result: &Result<String, rolecall_issuer::error::Error>| match result {
        Ok(text) => Ok(text.clone()),
        Err(error) => Err(error.kind.name()),
    };
    for (path, answer, discovery, keys) in rows {
        let server = Server::plain().await.issuer(&["k1"]);
        server.route(path, answer);
        let provider = Provider::new(&server.url(""), []);
        let found = Fetcher::new(options(&[])).documents(&provider).await;
        for (found, wanted) in
            [(Some(told(&found.discovery)), Some(discovery)), (found.keys.as_ref().map(told), keys)]
        {
            match (&found, wanted) {
                (Some(Ok(text)), Some(Ok(part))) => assert!(text.contains(part), "{path}: {text}"),
                (Some(Err(found)), Some(Err(wanted))) => assert_eq!(*found, wanted, "{path}"),
                (None, None) => {}
                other => panic!("{path}: {other:?}"),
            }
        }
        assert!(found.chains.is_empty(), "plain HTTP presents no certificate");
    }
}
