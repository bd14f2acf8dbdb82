//! Signing keys that verified a signature, kept for the next one: deriving one takes four times as long as using it.
//!
//! A key is found by what it was derived from, the secret included, so that a key of before never stands for another secret.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use rolecall_model::secret::Secret;
use rolecall_wire::sigv4::{Signed, SigningKey};
use std::sync::Arc;

use crate::recent::Recent;

/// Keys that are kept at least. Only whoever signed rightly has one kept.
const KEPT: usize = 20_000;

/// The keys.
#[derive(Debug)]
pub struct SigningKeys(Recent<String, Arc<Kept>>);

#[derive(Debug)]
struct Kept {
    secret: Secret<String>,
    key: SigningKey,
}

/// A key that is not kept yet, or is.
#[derive(Debug)]
pub struct Found {
    name: String,
    kept: Arc<Kept>,
    is_new: bool,
}

impl Default for SigningKeys {
    fn default() -> Self {
        Self(Recent::new(KEPT))
    }
}

impl SigningKeys {
    /// The key of a signature's scope and the signer's secret: the one that is kept, or a new one.
    #[must_use]
    pub fn find(&self, signed: &Signed<'_>, secret: Secret<String>) -> Found {
        let name = [&*signed.access_key_id, &*signed.date, &*signed.region, &*signed.service].join("/");
        let of_secret = |kept: &Arc<Kept>| {
            verify_slices_are_equal(kept.secret.expose().as_bytes(), secret.expose().as_bytes()).is_ok()
        };
        if let Some(kept) = self.0.get(&name).filter(of_secret) {
            return Found { name, kept, is_new: false };
        }
        let key = SigningKey::derive(secret.expose(), &signed.date, &signed.region, &signed.service);
        Found { name, kept: Arc::new(Kept { secret, key }), is_new: true }
    }

    /// Keeps a key. To be called when it verified a signature, so that strangers fill nothing.
    pub fn keep(&self, found: Found) {
        if found.is_new {
            self.0.put(found.name, found.kept);
        }
    }
}

impl Found {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.kept.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_model::instant::Instant;
    use rolecall_wire::http::Head;
    use rolecall_wire::sigv4::{self, Credentials};

    const NOW: Instant = Instant(1_772_370_000);

    /// Whether a request that was signed with one secret verifies under what is found for another.
    fn verifies(keys: &SigningKeys, signed_with: &str, secret: &str) -> bool {
        let host: (&str, &[u8]) = ("host", b"localhost");
        let head = Head { method: "POST", path: "/", query: "", headers: &[host] };
        let credentials = Credentials {
            access_key_id: "AKIAEXAMPLE".to_owned(),
            secret: Secret::new(signed_with.to_owned()),
            token: None,
        };
        let added = sigv4::sign(&head, b"", &credentials, NOW, "us-east-1", "sts");
        let mut headers = vec![host];
        headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
        let head = Head { headers: &headers, ..head };
        let signed = sigv4::read(&head).unwrap().unwrap();
        let found = keys.find(&signed, Secret::new(secret.to_owned()));
        let passed = signed.verify(&head, b"", found.key()).is_ok();
        if passed {
            keys.keep(found);
        }
        passed
    }

    #[test]
    fn a_kept_key_is_of_its_secret_alone() {
        let keys = SigningKeys::default();
        assert!(!verifies(&keys, "one", "two"));
        assert!(verifies(&keys, "one", "one"));
        assert!(verifies(&keys, "one", "one"), "the kept one");
        assert!(!verifies(&keys, "one", "two"), "another secret of the same id finds no key of the first");
        assert!(verifies(&keys, "two", "two"));
        assert!(!verifies(&keys, "two", "one"));
    }
}
