//! A mint of tokens: compact JWTs (RFC 7515) signed with keys made for tests, and the key sets that go with them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A key that signs tokens.
pub struct Signer {
    key_id: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// Why nothing was signed: the key or the algorithm is not one that the mint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintError;

impl Signer {
    /// The first RSA key of 2048 bits.
    ///
    /// # Errors
    /// Where the key cannot be read.
    pub fn rsa(key_id: &str) -> Result<Signer, MintError> {
        Self::from_rsa(key_id, include_bytes!("../keys/rsa-1.der"))
    }

    /// Another RSA key of 2048 bits.
    ///
    /// # Errors
    /// Where the key cannot be read.
    pub fn other_rsa(key_id: &str) -> Result<Signer, MintError> {
        Self::from_rsa(key_id, include_bytes!("../keys/rsa-2.der"))
    }

    /// A key on P-256.
    ///
    /// # Errors
    /// Where the key cannot be read.
    pub fn p256(key_id: &str) -> Result<Signer, MintError> {
        let bytes = include_bytes!("../keys/p256.der");
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).map_err(|_| MintError)?;
        Ok(Signer { key_id: key_id.into(), pair: Pair::P256(Box::new(pair)) })
    }

    fn from_rsa(key_id: &str, bytes: &[u8]) -> Result<Signer, MintError> {
        let pair = rsa::KeyPair::from_pkcs8(bytes).map_err(|_| MintError)?;
        Ok(Signer { key_id: key_id.into(), pair: Pair::Rsa(Box::new(pair)) })
    }

    /// A token of the key's own algorithm: RS256 or ES256.
    ///
    /// # Errors
    /// Where signing fails.
    pub fn sign(&self, claims: &Value) -> Result<String, MintError> {
        let algorithm = match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
        };
        self.sign_with(&json!({ "alg": algorithm, "kid": self.key_id, "typ": "JWT" }), claims)
    }

    /// A token with this header; its `alg` tells how it is signed.
    ///
    /// # Errors
    /// Where the key does not have that algorithm.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> Result<String, MintError> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let signature = match (&self.pair, header.get("alg").and_then(Value::as_str)) {
            (Pair::Rsa(pair), Some(name)) => {
                let padding = match name {
                    "RS256" => &RSA_PKCS1_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    _ => return Err(MintError),
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, signed.as_bytes(), &mut signature).map_err(|_| MintError)?;
                signature
            }
            (Pair::P256(pair), Some("ES256")) => {
                pair.sign(&random, signed.as_bytes()).map_err(|_| MintError)?.as_ref().to_vec()
            }
            _ => return Err(MintError),
        };
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public key as a member of a key set (RFC 7517 §4).
    #[must_use]
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                // PKCS #1 DER of a key of 2048 bits with exponent 65537: nine bytes, the modulus, two bytes, the exponent.
                let der = pair.public_key().as_ref();
                let (n, e) = (der.get(9..265).unwrap_or_default(), der.get(267..).unwrap_or_default());
                json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id, "n": text(n), "e": text(e) })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
                json!({ "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": self.key_id,
                        "x": text(x), "y": text(y) })
            }
        }
    }
}

/// A key set of these signers (RFC 7517 §5).
#[must_use]
pub fn jwks(signers: &[&Signer]) -> Value {
    json!({ "keys": signers.iter().map(|signer| signer.jwk()).collect::<Vec<_>>() })
}
