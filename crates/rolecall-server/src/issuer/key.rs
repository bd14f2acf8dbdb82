//! A signing key of the service's own issuer: made here, signs here, shows its public half as a JWK (RFC 7517, RFC 7518).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::secret::Secret;
use serde_json::{Value, json};

/// The algorithm of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// RSA of 2048 bits with SHA-256.
    Rs256,
    /// P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Its name in a token's header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
        }
    }
}

/// Why a key could not be made or used: the library refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing key cannot be used")]
pub struct Unusable;

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
}

/// A signing key.
pub struct SigningKey {
    /// Its id: `kid` in tokens and key set.
    pub id: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    pair: Pair,
    pkcs8: Secret<Vec<u8>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Makes a key. For RSA this takes a good part of a second.
    ///
    /// # Errors
    /// Where the library fails, as without randomness.
    pub fn generate(algorithm: Algorithm, id: String) -> Result<Self, Unusable> {
        let pkcs8 = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| Unusable)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Unusable)?;
                der.as_ref().to_vec()
            }
            Algorithm::Es256 => {
                let made =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
                made.map_err(|_| Unusable)?.as_ref().to_vec()
            }
        };
        Self::from_pkcs8(algorithm, id, pkcs8)
    }

    /// A key from its PKCS #8 form.
    ///
    /// # Errors
    /// Where the bytes are no such key.
    pub fn from_pkcs8(algorithm: Algorithm, id: String, pkcs8: Vec<u8>) -> Result<Self, Unusable> {
        let pair = match algorithm {
            Algorithm::Rs256 => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| Unusable)?)),
            Algorithm::Es256 => {
                let read = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
                Pair::Ec(Box::new(read.map_err(|_| Unusable)?))
            }
        };
        Ok(Self { id, algorithm, pair, pkcs8: Secret::new(pkcs8) })
    }

    /// PKCS #8, to be kept wrapped.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.expose()
    }

    /// The public half as a member of a key set.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "kid": self.id, "use": "sig", "alg": "RS256", "n": n, "e": e})
            }
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
                json!({"kty": "EC", "kid": self.id, "use": "sig", "alg": "ES256", "crv": "P-256",
                       "x": text(x), "y": text(y)})
            }
        }
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// Where the library fails, as without randomness.
    pub fn sign(&self, claims: &Value) -> Result<String, Unusable> {
        let header = json!({"alg": self.algorithm.name(), "kid": self.id, "typ": "JWT"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut token = format!("{}.{}", part(&header), part(claims));
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
                    .map_err(|_| Unusable)?;
                signature
            }
            Pair::Ec(pair) => {
                let made = pair.sign(&SystemRandom::new(), token.as_bytes()).map_err(|_| Unusable)?;
                made.as_ref().to_vec()
            }
        };
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_engine::token::{jwks, jwt};
    use rolecall_model::json;

    #[test]
    fn tokens_verify_with_the_key_set_and_survive_storage() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            let key = SigningKey::generate(algorithm, "k1".into()).unwrap();
            let kept = SigningKey::from_pkcs8(algorithm, "k1".into(), key.pkcs8().to_vec()).unwrap();
            let token = kept.sign(&json!({"sub": "x"})).unwrap();
            let set = json::parse(&json!({"keys": [key.jwk()]}).to_string()).root.unwrap();
            let parsed = jwt::parse(&token).unwrap();
            let wanted = jwks::Algorithm::parse(algorithm.name()).unwrap();
            assert!(jwks::KeySet::read(&set).find("k1", wanted).unwrap().verifies(&parsed));
            assert!(!format!("{key:?}").contains("pkcs8"));
        }
        assert!(SigningKey::from_pkcs8(Algorithm::Rs256, "x".into(), vec![1, 2, 3]).is_err());
    }
}
