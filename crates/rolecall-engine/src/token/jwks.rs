//! Key sets (RFC 7517) and which key of one a token asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::json::Node;

use super::signature::PublicKey;

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

/// A key set made ready: numbers are decoded and keys set up once, for any number of tokens.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    /// None where what was read is no key set.
    keys: Option<Vec<Key>>,
    /// How many there are of each kind.
    rsa: usize,
    ec: usize,
}

#[derive(Clone, Debug)]
struct Key {
    /// None where there is no member `kid`.
    id: Option<KeyId>,
    kind: Kind,
    /// One a way of signing that the key may be used for.
    ready: Vec<(Algorithm, Result<PublicKey, KeyFlaw>)>,
}

/// A key id that is no text equals none of a token.
#[derive(Clone, Debug)]
enum KeyId {
    Text(Box<str>),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    Ec,
    Other,
}

impl Kind {
    fn of(algorithm: Algorithm) -> Kind {
        if algorithm.curve().is_some() { Kind::Ec } else { Kind::Rsa }
    }
}

impl KeySet {
    /// Makes the keys of a set ready, up to the number that STS takes of each kind.
    #[must_use]
    pub fn read(set: &Node) -> KeySet {
        let Some(keys) = set.get("keys").map(Node::elements) else { return KeySet::default() };
        let kinds: Vec<Kind> = keys.iter().map(kind).collect();
        let count = |wanted: Kind| kinds.iter().filter(|kind| **kind == wanted).count();
        let (rsa, ec) = (count(Kind::Rsa), count(Kind::Ec));
        let few = |kind: Kind| match kind {
            Kind::Rsa => rsa <= MAX_KEYS,
            Kind::Ec => ec <= MAX_KEYS,
            Kind::Other => false,
        };
        let ready = |key: &Node, kind: Kind| {
            let fit = Algorithm::ALL.iter().filter(|(_, one)| Kind::of(*one) == kind && few(kind));
            fit.map(|(_, algorithm)| (*algorithm, prepare(key, *algorithm))).collect()
        };
        let id = |key: &Node| {
            let id = key.get("kid")?;
            Some(id.as_str().map_or(KeyId::Other, |text| KeyId::Text(text.into())))
        };
        let keys = keys.iter().zip(&kinds);
        let keys = keys.map(|(key, kind)| Key { id: id(key), kind: *kind, ready: ready(key, *kind) });
        KeySet { keys: Some(keys.collect()), rsa, ec }
    }

    /// The key for a token's key id and algorithm.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn find(&self, key_id: &str, algorithm: Algorithm) -> Result<&PublicKey, KeyFlaw> {
        let keys = self.keys.as_ref().ok_or(KeyFlaw::NotAKeySet)?;
        let kind = Kind::of(algorithm);
        if (if kind == Kind::Rsa { self.rsa } else { self.ec }) > MAX_KEYS {
            return Err(KeyFlaw::TooMany);
        }
        let named = |key: &&Key| matches!(&key.id, Some(KeyId::Text(id)) if **id == *key_id);
        let of_kind = |key: &&Key| key.kind == kind;
        let mut all = keys.iter().filter(named);
        let Some(key) = all.clone().find(of_kind).or_else(|| all.next()) else {
            let lacking = keys.iter().any(|key| key.id.is_none());
            return Err(if lacking { KeyFlaw::LacksKeyId } else { KeyFlaw::NotFound });
        };
        match key.ready.iter().find(|(known, _)| *known == algorithm) {
            Some((_, ready)) => ready.as_ref().map_err(KeyFlaw::clone),
            None => Err(KeyFlaw::Unfit("it is of another type than the token's algorithm")),
        }
    }
}

fn kind(key: &Node) -> Kind {
    match key.get("kty").and_then(Node::as_str) {
        Some("RSA") => Kind::Rsa,
        Some("EC") => Kind::Ec,
        _ => Kind::Other,
    }
}

/// Makes a key ready for an algorithm of its kind.
fn prepare(key: &Node, algorithm: Algorithm) -> Result<PublicKey, KeyFlaw> {
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
    match algorithm.curve() {
        None => {
            let n: Vec<u8> = bytes("n")?.into_iter().skip_while(|byte| *byte == 0).collect();
            // Below 2048 bits AWS's TLS and JOSE practice refuses; above 8192 verifying costs too much to offer.
            if !(256..=1024).contains(&n.len()) {
                return Err(KeyFlaw::Unfit("its modulus is not of 2048 to 8192 bits"));
            }
            Ok(PublicKey::rsa(&n, &bytes("e")?, algorithm))
        }
        Some((curve, size)) => {
            if text("crv") != Some(curve) {
                return Err(KeyFlaw::Unfit("it is on another curve"));
            }
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != size || y.len() != size {
                return Err(KeyFlaw::Unfit("its point has the wrong size"));
            }
            Ok(PublicKey::ec(&[vec![4], x, y].concat(), algorithm))
        }
    }
}
