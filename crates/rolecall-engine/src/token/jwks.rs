//! Key sets (RFC 7517) and which key of one a token asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::json::Node;

/// Keys of each kind that STS takes at most (AWS STS API reference).
pub const MAX_KEYS: usize = 100;

/// Algorithms that STS takes: nothing else is ever verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// With SHA-384.
    Rs384,
    /// With SHA-512.
    Rs512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
}

impl Algorithm {
    /// All of them with their names (RFC 7518 §3.1).
    pub const ALL: [(&'static str, Algorithm); 6] = [
        ("RS256", Algorithm::Rs256),
        ("RS384", Algorithm::Rs384),
        ("RS512", Algorithm::Rs512),
        ("ES256", Algorithm::Es256),
        ("ES384", Algorithm::Es384),
        ("ES512", Algorithm::Es512),
    ];

    /// The algorithm of that name; none for any other, `none` and HMAC among them.
    #[must_use]
    pub fn parse(name: &str) -> Option<Algorithm> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    fn curve(self) -> Option<(&'static str, usize)> {
        match self {
            Algorithm::Es256 => Some(("P-256", 32)),
            Algorithm::Es384 => Some(("P-384", 48)),
            Algorithm::Es512 => Some(("P-521", 66)),
            _ => None,
        }
    }
}

/// A public key, its numbers as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA.
    Rsa {
        /// Modulus, big-endian.
        n: Vec<u8>,
        /// Exponent, big-endian.
        e: Vec<u8>,
    },
    /// A point on a curve, uncompressed (SEC 1 §2.3.3).
    Ec(Vec<u8>),
}

/// Why a key set gives no key for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFlaw {
    /// It is no key set.
    NotAKeySet,
    /// No key has the token's key id.
    NotFound,
    /// Keys lack the member `kid`, and STS takes such a key for no token (amazon-eks-pod-identity-webhook issue 12).
    LacksKeyId,
    /// The key cannot be used with the token's algorithm, or is not for signatures.
    Unfit(&'static str),
    /// More keys of the token's kind than STS takes.
    TooMany,
    /// The key's numbers are not in the set that was read.
    NoMaterial,
}

/// The key for a token's key id and algorithm.
///
/// # Errors
/// Says why there is none.
pub fn find(set: &Node, key_id: &str, algorithm: Algorithm) -> Result<PublicKey, KeyFlaw> {
    let keys = set.get("keys").ok_or(KeyFlaw::NotAKeySet)?.elements();
    let kind = if algorithm.curve().is_some() { "EC" } else { "RSA" };
    let of_kind = |key: &&Node| key.get("kty").and_then(Node::as_str) == Some(kind);
    if keys.iter().filter(of_kind).count() > MAX_KEYS {
        return Err(KeyFlaw::TooMany);
    }
    let named: Vec<&Node> =
        keys.iter().filter(|key| key.get("kid").and_then(Node::as_str) == Some(key_id)).collect();
    let Some(key) = named.iter().find(|key| of_kind(key)).or(named.first()) else {
        let lacking = keys.iter().any(|key| key.get("kid").is_none());
        return Err(if lacking { KeyFlaw::LacksKeyId } else { KeyFlaw::NotFound });
    };
    read(key, algorithm)
}

fn read(key: &Node, algorithm: Algorithm) -> Result<PublicKey, KeyFlaw> {
    let text = |name: &str| key.get(name).and_then(Node::as_str);
    let bytes = |name: &str| {
        let text = text(name).ok_or(KeyFlaw::NoMaterial)?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyFlaw::Unfit("its numbers are not base64url"))
    };
    if text("use").is_some_and(|usage| usage != "sig") {
        return Err(KeyFlaw::Unfit("it is not for signatures"));
    }
    let name = Algorithm::ALL.iter().find(|(_, known)| *known == algorithm).map(|(name, _)| *name);
    if text("alg").is_some_and(|wanted| Some(wanted) != name) {
        return Err(KeyFlaw::Unfit("it is for another algorithm"));
    }
    match (algorithm.curve(), text("kty")) {
        (None, Some("RSA")) => {
            let n: Vec<u8> = bytes("n")?.into_iter().skip_while(|byte| *byte == 0).collect();
            // Below 2048 bits AWS's TLS and JOSE practice refuses; above 8192 verifying costs too much to offer.
            if !(256..=1024).contains(&n.len()) {
                return Err(KeyFlaw::Unfit("its modulus is not of 2048 to 8192 bits"));
            }
            Ok(PublicKey::Rsa { n, e: bytes("e")? })
        }
        (Some((curve, size)), Some("EC")) => {
            if text("crv") != Some(curve) {
                return Err(KeyFlaw::Unfit("it is on another curve"));
            }
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != size || y.len() != size {
                return Err(KeyFlaw::Unfit("its point has the wrong size"));
            }
            Ok(PublicKey::Ec([vec![4], x, y].concat()))
        }
        _ => Err(KeyFlaw::Unfit("it is of another type than the token's algorithm")),
    }
}
