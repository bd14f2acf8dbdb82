//! Certificates of servers on loopback, judged by trust store and thumbprint.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod local;

use local::authority::Valid;
use local::{Authority, Certified, HOST, Server, fetch, name, options};
use rolecall_issuer::error::{Error, ErrorKind};
use rolecall_issuer::fetch::Fetcher;
use rolecall_issuer::key_set::VerificationMethod;
use rolecall_issuer::provider::{Provider, Thumbprint};

#[tokio::test]
async fn a_trusted_chain() {
    let root = Authority::root("root");
    let between = root.below("between");
    let server = Server::tls(&between.certify(HOST), &[&between.certificate]).await.issuer(&["k1"]);
    assert_eq!(fetch(options(&[&root]), &server, &[]).await.unwrap(), VerificationMethod::TrustStore);
    // A thumbprint that fits nothing does not matter where the store trusts (reference sts.md §3.5).
    let stale = Thumbprint([7; 20]);
    assert_eq!(fetch(options(&[&root]), &server, &[stale]).await.unwrap(), VerificationMethod::TrustStore);
    assert_eq!(server.requests(), 4);
}

/// What it is, the server's certificate, what is presented after it, the registered thumbprint, what comes of it.
type Row<'r> = (&'r str, &'r Certified, Vec<&'r Authority>, Option<Thumbprint>, &'r str);

/// Chains of which the store knows nothing.
#[tokio::test]
async fn thumbprints() {
    let (root, other) = (Authority::root("root"), Authority::root("other"));
    let between = root.below("between");
    let old = Authority::root_of("old", Valid::LongAgo);
    let leaf = between.certify(HOST);
    let alone = Certified::self_made(HOST, Valid::Now);
    let marked = Certified::self_made_authority(HOST);
    let by_leaf = root.certify(HOST);
    let rows: Vec<Row<'_>> = vec![
        ("the root's", &leaf, vec![&between, &root], Some(root.thumbprint()), "Thumbprint"),
        ("the one between", &leaf, vec![&between, &root], Some(between.thumbprint()), "Thumbprint"),
        ("the last that is sent", &leaf, vec![&between], Some(between.thumbprint()), "Thumbprint"),
        ("the server's own", &by_leaf, vec![], Some(by_leaf.thumbprint()), "Thumbprint"),
        ("a self-made certificate's", &alone, vec![], Some(alone.thumbprint()), "Thumbprint"),
        ("one marked as authority", &marked, vec![], Some(marked.thumbprint()), "Thumbprint"),
        ("none", &leaf, vec![&between, &root], None, "thumbprint"),
        ("another's", &leaf, vec![&between, &root], Some(other.thumbprint()), "thumbprint"),
        ("one that is not presented", &leaf, vec![&between], Some(root.thumbprint()), "thumbprint"),
        ("one that does not sign", &leaf, vec![&between, &other], Some(other.thumbprint()), "thumbprint"),
        ("a root without the one between", &leaf, vec![&root], Some(root.thumbprint()), "thumbprint"),
    ];
    for (what, certified, others, thumbprint, wanted) in rows {
        let others: Vec<_> = others.iter().map(|one| &one.certificate).collect();
        let server = Server::tls(certified, &others).await.issuer(&["k1"]);
        let thumbprints: Vec<Thumbprint> = thumbprint.into_iter().collect();
        let got = fetch(options(&[]), &server, &thumbprints).await;
        assert_eq!(name(&got), wanted, "{what}: {got:?}");
        assert_eq!(got.is_err(), got.as_ref().is_err_and(Error::is_thumbprint), "{what}");
        assert_eq!(
            server.requests(),
            if got.is_ok() { 2 } else { 0 },
            "{what}: nothing is sent to whom nobody trusts"
        );
    }
    let server = Server::tls(&old.certify(HOST), &[&old.certificate]).await.issuer(&["k1"]);
    assert_eq!(
        name(&fetch(options(&[]), &server, &[old.thumbprint()]).await),
        "certificate",
        "an expired authority"
    );
}

/// Somebody else's authority certificate that merely comes along gains nothing, even by the same name; and where the
/// trust store has an authority of that name, a thumbprint still vouches for the other one.
#[tokio::test]
async fn authorities_of_one_name() {
    let (real, forger) = (Authority::root("real"), Authority::root("real"));
    let forged = forger.certify(HOST);
    let server = Server::tls(&forged, &[&real.certificate]).await.issuer(&["k1"]);
    for trusted in [&[][..], &[&real]] {
        let error = fetch(options(trusted), &server, &[real.thumbprint()]).await.unwrap_err();
        let ErrorKind::Thumbprint { why, presented } = error.kind else { panic!("{error:?}") };
        assert!(why.contains("does not sign"), "{why}");
        assert_eq!(presented, [forged.thumbprint(), real.thumbprint()]);
    }
    let server = Server::tls(&forged, &[&forger.certificate]).await.issuer(&["k1"]);
    assert_eq!(name(&fetch(options(&[&real]), &server, &[forger.thumbprint()]).await), "Thumbprint");
}

/// A cluster's own authority is trusted for the cluster, and for nobody else.
#[tokio::test]
async fn authorities_of_a_provider() {
    let (root, other) = (Authority::root("root"), Authority::root("other"));
    let server = Server::tls(&root.certify(HOST), &[]).await.issuer(&["k1"]);
    let fetcher = Fetcher::new(options(&[]));
    let provider = Provider::new(&server.url(""), []);
    for (authority, works) in [(&root, true), (&other, false)] {
        let provider = provider.clone().with_authorities(vec![authority.certificate.clone()]);
        assert_eq!(fetcher.key_set(&provider).await.is_ok(), works);
    }
    assert!(fetcher.key_set(&provider).await.is_err(), "what one provider trusts says nothing of another");
    assert_ne!(provider.clone().with_authorities(vec![root.certificate.clone()]), provider);
}

/// A certificate of a server, not of an authority, that signs another's: its thumbprint admits itself alone.
#[tokio::test]
async fn a_server_is_no_authority() {
    let root = Authority::root("root");
    let (server_as_authority, below) = root.certify_badly("neighbour.test", HOST);
    let others = [&server_as_authority, &root.certificate];
    let server = Server::tls(&below, &others).await.issuer(&["k1"]);
    let thumbprint = rolecall_issuer::certificate::thumbprint(&server_as_authority);
    for trusted in [&[][..], &[&root]] {
        let got = fetch(options(trusted), &server, &[thumbprint]).await;
        assert_eq!(name(&got), "thumbprint", "{got:?}");
    }
}

#[tokio::test]
async fn certificates_that_nothing_mends() {
    let root = Authority::root("root");
    for (what, host, valid) in [
        ("expired", HOST, Valid::LongAgo),
        ("of the future", HOST, Valid::LongHence),
        ("for another host", "other.test", Valid::Now),
    ] {
        let signed = root.certify_for(host, valid);
        let server = Server::tls(&signed, &[&root.certificate]).await.issuer(&["k1"]);
        let trusted = fetch(options(&[&root]), &server, &[]).await;
        assert_eq!(name(&trusted), "certificate", "{what}, trusted");
        for thumbprint in [root.thumbprint(), signed.thumbprint()] {
            let vouched = fetch(options(&[]), &server, &[thumbprint]).await;
            assert_eq!(name(&vouched), "certificate", "{what}, thumbprint: {vouched:?}");
        }
        let alone = Certified::self_made(host, valid);
        let server = Server::tls(&alone, &[]).await.issuer(&["k1"]);
        let pinned = fetch(options(&[]), &server, &[alone.thumbprint()]).await;
        assert_eq!(name(&pinned), "certificate", "{what}, self-made: {pinned:?}");
    }
}

/// The key set's host is judged on its own: the weaker verification counts, and both need their thumbprints.
#[tokio::test]
async fn keys_on_another_host() {
    let (root, own) = (Authority::root("root"), Authority::root("own"));
    let keys = Server::tls(&own.certify(HOST), &[&own.certificate]).await.issuer(&["k1"]);
    let front = Server::tls(&root.certify(HOST), &[]).await;
    front.discovery(&keys.url("/jwks"));
    assert_eq!(name(&fetch(options(&[&root]), &front, &[own.thumbprint()]).await), "Thumbprint");
    let error = fetch(options(&[&root]), &front, &[]).await.unwrap_err();
    assert!(error.is_thumbprint() && error.url == keys.url("/jwks"), "{error:?}");
}

/// IAM notes the last certificate that the key set's host presents, not the issuer's.
#[tokio::test]
async fn thumbprint_of_a_new_provider() {
    let (root, own) = (Authority::root("root"), Authority::root("own"));
    let between = own.below("between");
    let keys = Server::tls(&between.certify(HOST), &[&between.certificate]).await.issuer(&["k1"]);
    let front = Server::tls(&root.certify(HOST), &[&root.certificate]).await;
    front.discovery(&keys.url("/jwks"));
    let fetcher = Fetcher::new(options(&[]));
    let thumbprint = |server: &Server| Provider::new(&server.url(""), []);
    assert_eq!(fetcher.thumbprint(&thumbprint(&front)).await.unwrap(), between.thumbprint());
    let alone = Certified::self_made(HOST, Valid::Now);
    let server = Server::tls(&alone, &[]).await.issuer(&["k1"]);
    assert_eq!(fetcher.thumbprint(&thumbprint(&server)).await.unwrap(), alone.thumbprint());
    let plain = Server::plain().await.issuer(&["k1"]);
    assert_eq!(fetcher.thumbprint(&thumbprint(&plain)).await.unwrap_err().kind.name(), "url");
}
