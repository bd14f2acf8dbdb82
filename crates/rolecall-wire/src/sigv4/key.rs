//! Signing keys (reference sigv4.md §3).

use aws_lc_rs::hmac;
use std::fmt;

/// The key that signs for one secret, day, region and service. Making one takes four hashes, so a server may
/// keep it; it is as secret as the secret it comes from, though for its day, region and service alone. The
/// `Debug` says nothing.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key from the secret access key, `yyyymmdd`, the region and the service's signing name.
    #[must_use]
    pub fn derive(secret: &str, date: &str, region: &str, service: &str) -> SigningKey {
        let mut first = zeroize::Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        first.extend_from_slice(b"AWS4");
        first.extend_from_slice(secret.as_bytes());
        let key = [date, region, service, super::TERMINATOR]
            .iter()
            .fold(hmac::Key::new(hmac::HMAC_SHA256, &first), |key, part| {
                hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
            });
        SigningKey(key)
    }

    pub(super) fn sign(&self, text: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, text)
    }

    /// Compares in constant time.
    pub(super) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, text, signature).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[signing key]")
    }
}
