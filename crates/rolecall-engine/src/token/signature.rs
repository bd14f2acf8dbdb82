//! THE ONLY FILE that touches cryptography: whether a signature verifies. Everything comes from aws-lc-rs.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RsaPublicKeyComponents,
};

use super::jwks::Algorithm;
use super::jwt::Jwt;

/// A public key set up for one algorithm; none whose numbers make no key: it verifies nothing.
#[derive(Clone)]
pub struct PublicKey(Option<ParsedPublicKey>);

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("PublicKey").field(&self.0.is_some()).finish()
    }
}

impl PublicKey {
    /// An RSA key: modulus and exponent, big-endian.
    pub(super) fn rsa(n: &[u8], e: &[u8], algorithm: Algorithm) -> PublicKey {
        let parameters = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            _ => return PublicKey(None),
        };
        PublicKey(RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).ok())
    }

    /// A point on a curve, uncompressed (SEC 1 §2.3.3).
    pub(super) fn ec(point: &[u8], algorithm: Algorithm) -> PublicKey {
        let parameters = match algorithm {
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
            _ => return PublicKey(None),
        };
        PublicKey(ParsedPublicKey::new(parameters, point).ok())
    }

    /// Whether the token's signature was made with this key (RFC 7515 §5.2).
    #[must_use]
    pub fn verifies(&self, jwt: &Jwt<'_>) -> bool {
        let key = self.0.as_ref();
        key.is_some_and(|key| key.verify_sig(jwt.signed.as_bytes(), jwt.signature()).is_ok())
    }
}
