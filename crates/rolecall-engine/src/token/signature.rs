//! THE ONLY FILE that touches cryptography: whether a signature verifies. Everything comes from aws-lc-rs.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::jwks::{Algorithm, PublicKey};
use super::jwt::Jwt;

/// Whether the token's signature was made with this key by this algorithm (RFC 7515 §5.2).
#[must_use]
pub fn verifies(jwt: &Jwt<'_>, key: &PublicKey, algorithm: Algorithm) -> bool {
    let (message, signature) = (jwt.signed.as_bytes(), jwt.signature());
    match (key, algorithm) {
        (PublicKey::Rsa { n, e }, _) => {
            let parameters = match algorithm {
                Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                _ => return false,
            };
            RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
        }
        (PublicKey::Ec(point), _) => {
            let parameters = match algorithm {
                Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
                Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
                Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
                _ => return false,
            };
            UnparsedPublicKey::new(parameters, point).verify(message, signature).is_ok()
        }
    }
}
