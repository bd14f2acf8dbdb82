//! Tokens that are really signed, with a key made on the spot.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A key of an issuer.
pub struct Signer {
    key: EcdsaKeyPair,
    key_id: &'static str,
}

/// A part of a token.
pub fn part(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

impl Signer {
    pub fn new(key_id: &'static str) -> Signer {
        Signer { key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(), key_id }
    }

    pub fn header(&self) -> String {
        format!(r#"{{"alg": "ES256", "kid": "{}"}}"#, self.key_id)
    }

    pub fn sign(&self, claims: &str) -> String {
        let signed = format!("{}.{}", part(self.header()), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", part(signature))
    }

    pub fn jwks(&self) -> String {
        // A point on the curve, uncompressed: a byte 4, then both numbers.
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        format!(
            r#"{{"keys": [{{"kty": "EC", "kid": "{}", "crv": "P-256", "x": "{}", "y": "{}"}}]}}"#,
            self.key_id,
            part(x),
            part(y)
        )
    }
}
