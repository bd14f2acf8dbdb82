//! The service's own OIDC issuer at `/issuer/NAME`: discovery document, key set, tokens to play with.
//!
//! Every name shares one set of keys; a token's `iss` tells which name minted it. Source: OpenID Connect Discovery 1.0 §3.

mod key;

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::id;
use crate::keys::{Key, NotSealedHere};
use crate::random::Random;

pub use key::{Algorithm, SigningKey, Unusable};

/// Seconds that a token lives at most.
pub const LONGEST: i64 = 24 * 3600;

/// Sets of keys that stay in the key set after newer ones took over.
const KEPT: usize = 2;

/// The issuer's keys: the newest of each algorithm signs, older ones are still published.
#[derive(Debug, Default)]
pub struct Keys {
    keys: Vec<Arc<SigningKey>>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    algorithm: Algorithm,
    pkcs8: Vec<u8>,
}

impl Keys {
    /// The keys with a new one of each algorithm in front.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn rotated(&self, random: &dyn Random) -> Result<Self, Unusable> {
        let mut keys = Vec::new();
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            keys.push(Arc::new(SigningKey::generate(algorithm, id::uuid(random))?));
        }
        keys.extend(self.keys.iter().take(KEPT * 2).cloned());
        Ok(Self { keys })
    }

    /// The keys as they are stored: wrapped by the master key.
    #[must_use]
    pub fn wrapped(&self, master: &Key, random: &dyn Random) -> Vec<u8> {
        let stored: Vec<StoredKey> = self
            .keys
            .iter()
            .map(|key| StoredKey {
                id: key.id.clone(),
                algorithm: key.algorithm,
                pkcs8: key.pkcs8().to_vec(),
            })
            .collect();
        master.seal(&postcard::to_allocvec(&stored).unwrap_or_default(), ABOUT, random)
    }

    /// Reads stored keys.
    ///
    /// # Errors
    /// Where another master key wrapped them, or they were altered.
    pub fn unwrap(stored: &[u8], master: &Key) -> Result<Self, NotSealedHere> {
        let plain = master.open(stored, ABOUT)?;
        let stored: Vec<StoredKey> = postcard::from_bytes(&plain).map_err(|_| NotSealedHere)?;
        let read = |one: StoredKey| SigningKey::from_pkcs8(one.algorithm, one.id, one.pkcs8).map(Arc::new);
        let keys = stored.into_iter().map(read).collect::<Result<_, _>>().map_err(|_| NotSealedHere)?;
        Ok(Self { keys })
    }

    /// The key set, as JSON.
    #[must_use]
    pub fn set(&self) -> Value {
        json!({"keys": self.keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()})
    }

    fn signer(&self, algorithm: Algorithm) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.algorithm == algorithm)
    }
}

const ABOUT: &[u8] = b"rolecall issuer keys";

/// What a minted token says.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which issuer: `/issuer/NAME`; empty for `/issuer` itself.
    pub name: String,
    /// `sub`.
    pub subject: String,
    /// `aud`: one text, or a list of several.
    pub audience: Vec<String>,
    /// Seconds until it expires.
    pub lifetime: i64,
    /// Further claims; they win over everything but `iss`.
    pub claims: Map<String, Value>,
    /// The algorithm.
    pub algorithm: Algorithm,
}

/// Why a token was not minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMinted {
    /// The keys are still being made.
    #[error("the issuer's keys are still being made")]
    NotReady,
    /// The library refused.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// The issuer.
#[derive(Debug)]
pub struct Issuer {
    /// `https://HOST[:PORT]`, under which others reach the service.
    base: String,
    keys: ArcSwap<Keys>,
}

impl Issuer {
    /// An issuer under a base URL (scheme, host, port; no trailing slash), without keys at first.
    #[must_use]
    pub fn new(base: String) -> Self {
        Self { base, keys: ArcSwap::default() }
    }

    /// Takes keys into use.
    pub fn put(&self, keys: Keys) {
        self.keys.store(Arc::new(keys));
    }

    /// The keys in use.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }

    /// The issuer URL of a name.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let slash = if name.is_empty() { "" } else { "/" };
        format!("{}/issuer{slash}{name}", self.base)
    }

    /// The name that an issuer URL is of, if it is one of this service.
    #[must_use]
    pub fn name_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        name_in(url.strip_prefix(&self.base)?.strip_prefix("/issuer")?)
    }

    /// What a GET of a path is answered with, if the path is the issuer's.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Value> {
        let rest = path.strip_prefix("/issuer")?;
        if let Some(segments) = rest.strip_suffix("/.well-known/openid-configuration") {
            return name_in(segments).map(|name| self.discovery(name));
        }
        name_in(rest.strip_suffix("/keys")?).map(|_| self.keys().set())
    }

    /// Mints a token at `now` (seconds since 1970).
    ///
    /// # Errors
    /// Before the first keys are made, or where the library fails.
    pub fn mint(&self, wish: &Wish, now: i64, random: &dyn Random) -> Result<String, NotMinted> {
        let keys = self.keys();
        let signer = keys.signer(wish.algorithm).ok_or(NotMinted::NotReady)?;
        let audience = match wish.audience.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        let mut claims = Map::new();
        claims.insert("sub".into(), json!(wish.subject));
        claims.insert("aud".into(), audience);
        claims.insert("iat".into(), json!(now));
        claims.insert("nbf".into(), json!(now));
        claims.insert("exp".into(), json!(now.saturating_add(wish.lifetime)));
        claims.insert("jti".into(), json!(id::uuid(random)));
        claims.extend(wish.claims.clone());
        claims.insert("iss".into(), json!(self.url(&wish.name)));
        Ok(signer.sign(&Value::Object(claims))?)
    }

    fn discovery(&self, name: &str) -> Value {
        let url = self.url(name);
        json!({
            "issuer": url,
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "claims_supported": ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"],
        })
    }
}

/// The name in what follows `/issuer`: nothing, or a slash and short path segments.
fn name_in(segments: &str) -> Option<&str> {
    if segments.is_empty() {
        return Some("");
    }
    segments.strip_prefix('/').filter(|name| is_name(name))
}

/// Whether a text may name an issuer: letters, digits, `-` and `_` in segments divided by slashes, 1 to 64 characters.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.len() <= 64 && name.split('/').all(|segment| !segment.is_empty() && segment.chars().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    fn issuer() -> Issuer {
        let issuer = Issuer::new("http://127.0.0.1:8403".into());
        issuer.put(Keys::default().rotated(&Seeded::new(1)).unwrap());
        issuer
    }

    #[test]
    fn discovery_points_to_the_key_set() {
        let issuer = issuer();
        for name in ["", "ci", "team/a"] {
            let slash = if name.is_empty() { String::new() } else { format!("/{name}") };
            let document = issuer.get(&format!("/issuer{slash}/.well-known/openid-configuration")).unwrap();
            let url = document["issuer"].as_str().unwrap();
            assert_eq!(issuer.name_of(url), Some(name));
            let keys = document["jwks_uri"].as_str().unwrap();
            let set = issuer.get(keys.strip_prefix("http://127.0.0.1:8403").unwrap()).unwrap();
            assert_eq!(set["keys"].as_array().unwrap().len(), 2);
        }
        for path in ["/issuer", "/issuerx/keys", "/issuer/../keys", "/issuer//keys", "/other"] {
            assert_eq!(issuer.get(path), None, "{path}");
        }
        assert_eq!(issuer.name_of("https://127.0.0.1:8403/issuer"), None);
    }

    #[test]
    fn minted_claims() {
        let issuer = issuer();
        let mut claims = Map::new();
        claims.insert("iss".into(), json!("https://token.actions.githubusercontent.com"));
        claims.insert("exp".into(), json!(5));
        let wish = Wish {
            name: "ci".into(),
            subject: "repo:octo/app".into(),
            audience: vec!["sts.amazonaws.com".into()],
            lifetime: 600,
            claims,
            algorithm: Algorithm::Es256,
        };
        let token = issuer.mint(&wish, 1000, &Seeded::new(2)).unwrap();
        let jwt = rolecall_engine::token::jwt::parse(&token).unwrap();
        let text = |name: &str| jwt.claims.get(name).and_then(|node| node.as_str().map(str::to_owned));
        assert_eq!(text("iss").as_deref(), Some("http://127.0.0.1:8403/issuer/ci"), "no name but its own");
        assert_eq!(text("aud").as_deref(), Some("sts.amazonaws.com"));
        assert_eq!(
            jwt.claims.get("exp").and_then(|node| node.scalar().map(str::to_owned)).as_deref(),
            Some("5")
        );
        let empty = Issuer::new("http://x".into());
        assert_eq!(empty.mint(&wish, 1, &Seeded::new(3)), Err(NotMinted::NotReady));
    }

    #[test]
    fn older_keys_stay_published_for_a_while() {
        let random = Seeded::new(4);
        let mut keys = Keys::default();
        for _ in 0..5 {
            keys = keys.rotated(&random).unwrap();
        }
        assert_eq!(keys.set()["keys"].as_array().unwrap().len(), 6);
        let master = Key::new(&[1; 32]).unwrap();
        let read = Keys::unwrap(&keys.wrapped(&master, &random), &master).unwrap();
        assert_eq!(read.set(), keys.set());
    }
}
