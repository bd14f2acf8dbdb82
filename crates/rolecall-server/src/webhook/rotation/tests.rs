//! Rotation over years: at every hour, on every replica, what is served is trusted.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::*;

const BEGIN: Instant = Instant(1_790_000_000);
const HOUR: i64 = 3600;

fn server() -> Vec<String> {
    vec!["pod-identity-webhook.eks.svc".to_owned(), "127.0.0.1".to_owned()]
}

/// Whether a client that trusts the bundle accepts what is served.
fn accepted(bundle: &str, leaf: &str, now: Instant, name: &str) -> bool {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bundle.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .build()
        .unwrap();
    let leaf = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.0.unsigned_abs()));
    verifier.verify_server_cert(&leaf, &[], &ServerName::try_from(name.to_owned()).unwrap(), &[], now).is_ok()
}

#[test]
fn nothing_is_served_that_is_not_trusted() {
    // Shorter than in life, so that a few hundred looks see several authorities.
    let terms = Terms { authority: 100 * HOUR, leaf: 20 * HOUR, spread: HOUR };
    let (mut kept, mut published) = (None::<Kept>, String::new());
    let (mut authorities, mut leaves) = (Vec::new(), Vec::new());
    for hour in 0..400 {
        let now = Instant(BEGIN.0 + hour * HOUR);
        let is_published = kept.as_ref().is_some_and(|kept| kept.bundle() == published);
        let served_before = kept.as_ref().map(|kept| kept.leaf.certificate.clone());
        if let Some(next) = step(kept.as_ref(), is_published, &server(), &terms, now).unwrap() {
            // A replica that has not looked yet goes on serving the old certificate under the new bundle.
            if let Some(served) = &served_before {
                assert!(accepted(&next.bundle(), served, now, "pod-identity-webhook.eks.svc"), "hour {hour}");
            }
            // An API server that has not heard yet trusts the old bundle.
            if !published.is_empty() {
                assert!(accepted(&published, &next.leaf.certificate, now, "127.0.0.1"), "hour {hour}");
            }
            kept = Some(next);
        }
        let now_kept = kept.as_ref().unwrap();
        // Publishing fails for a day now and then: nothing may rest on it.
        if !(150..174).contains(&hour) {
            published = now_kept.bundle();
        }
        assert!(accepted(&published, &now_kept.leaf.certificate, now, "127.0.0.1"), "hour {hour}");
        authorities.push(now_kept.authority.certificate.clone());
        leaves.push(now_kept.leaf.certificate.clone());
    }
    authorities.dedup();
    leaves.dedup();
    assert!(authorities.len() >= 4, "{} authorities", authorities.len());
    assert!(leaves.len() >= 20, "{} certificates", leaves.len());
    assert!(kept.unwrap().bundle().matches("BEGIN").count() <= 2);
}

#[test]
fn an_authority_that_was_not_published_is_not_used() {
    let terms = Terms { authority: 30 * HOUR, leaf: 30 * HOUR, spread: HOUR };
    let mut kept = step(None, false, &server(), &terms, BEGIN).unwrap();
    for hour in 0..25 {
        let now = Instant(BEGIN.0 + hour * HOUR);
        kept = step(kept.as_ref(), false, &server(), &terms, now).unwrap().or(kept);
    }
    let kept = kept.unwrap();
    let next = kept.next.clone().unwrap();
    let now = Instant(BEGIN.0 + 25 * HOUR);
    assert!(step(Some(&kept), false, &server(), &terms, now).unwrap().is_none());
    let used = step(Some(&kept), true, &server(), &terms, now).unwrap().unwrap();
    assert_eq!(used.authority.certificate, next.certificate);
    assert_eq!(used.previous.as_deref(), Some(kept.authority.certificate.as_str()));
}

#[test]
fn a_new_name_and_a_lost_state_lead_to_a_new_certificate() {
    let terms = Terms::default();
    let kept = step(None, true, &server(), &terms, BEGIN).unwrap().unwrap();
    assert!(step(Some(&kept), true, &server(), &terms, BEGIN).unwrap().is_none());
    let more: Vec<String> = server().into_iter().chain(["::1".to_owned()]).collect();
    let renewed = step(Some(&kept), true, &more, &terms, BEGIN).unwrap().unwrap();
    assert_eq!(renewed.authority.certificate, kept.authority.certificate);
    assert!(accepted(&kept.bundle(), &renewed.leaf.certificate, BEGIN, "::1"));
    let long_after = Instant(BEGIN.0 + 10 * terms.authority);
    let anew = step(Some(&kept), true, &server(), &terms, long_after).unwrap().unwrap();
    assert_ne!(anew.authority.certificate, kept.authority.certificate);
}

#[test]
fn entries_read_back_as_they_were() {
    let terms = Terms { authority: 30 * HOUR, leaf: 30 * HOUR, spread: HOUR };
    let kept = step(None, true, &server(), &terms, BEGIN).unwrap().unwrap();
    let now = Instant(BEGIN.0 + 21 * HOUR);
    let kept = step(Some(&kept), true, &server(), &terms, now).unwrap().unwrap();
    let entries = kept.entries();
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["ca-current.crt", "ca-current.key", "ca-next.crt", "ca-next.key", "ca.crt", "tls.crt", "tls.key"]
    );
    let read = Kept::read(&entries).unwrap();
    assert_eq!(read.bundle(), kept.bundle());
    assert_eq!(read.next.unwrap().key.expose(), kept.next.unwrap().key.expose());
    for lost in ["ca-current.key", "tls.crt"] {
        let mut entries = entries.clone();
        entries.insert(lost.to_owned(), Secret::new("-----BEGIN NOTHING-----".to_owned()));
        assert!(Kept::read(&entries).is_none(), "{lost}");
    }
    assert!(!format!("{kept:?}", kept = kept.authority).contains("PRIVATE KEY"));
}
