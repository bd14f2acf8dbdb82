//! Temporary credentials: sealed into the session token, not stored, so that issuing and verifying need no write.
//!
//! The token names the key generation and holds nonce and sealed session; access key id is bound to it. The secret access
//! key is derived from access key id and nonce, so that it need not be kept anywhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::id::{self, Prefix};
use crate::keys::{Generation, Ring};
use crate::random::Random;

/// Who a session acts as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// A role, by its unique id: a role made anew under the same name is another one.
    Role {
        /// `AROA…`
        role_id: String,
        /// RoleSessionName.
        session_name: String,
        /// How the role was assumed by web identity; none for AssumeRole.
        web_identity: Option<WebIdentity>,
    },
    /// A user, by GetSessionToken.
    User {
        /// `AIDA…`
        user_id: String,
    },
    /// The account's root, by GetSessionToken.
    Root,
    /// A session of GetFederationToken.
    Federated {
        /// The session's name.
        name: String,
        /// The user that asked for it, `AIDA…`; none where root did.
        user_id: Option<String>,
    },
}

/// What a web identity session keeps of its token (reference sts.md §6.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebIdentity {
    /// The provider's ARN or built-in name.
    pub provider: String,
    /// The provider's name in condition keys.
    pub provider_name: String,
    /// The audience that STS used.
    pub audience: String,
    /// The subject.
    pub subject: String,
    /// `amr`, if the token has it.
    pub methods: Vec<String>,
}

/// A session, as the token holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Twelve digits.
    pub account: String,
    /// Who it acts as.
    pub actor: Actor,
    /// When it was issued, seconds since 1970.
    pub issued: i64,
    /// When it ends, seconds since 1970.
    pub expires: i64,
    /// The source identity, which no later session may change.
    pub source_identity: Option<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// Keys of tags that go on to sessions assumed with this one.
    pub transitive: Vec<String>,
    /// The inline session policy's text.
    pub policy: Option<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<String>,
}

impl Session {
    /// Whether the session has session policies.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.policy.is_some() || !self.policy_arns.is_empty()
    }
}

/// Credentials as they are given out.
#[derive(Debug)]
pub struct Credentials {
    /// `ASIA…`
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: Secret<String>,
    /// The sealed session.
    pub session_token: Secret<String>,
    /// Seconds since 1970.
    pub expires: i64,
}

/// Why a session token gives no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Altered, made elsewhere, for another access key, or of a generation that is no longer kept.
    #[error("the session token is not one of this service and this access key")]
    Foreign,
    /// Its time is over.
    #[error("the session has expired")]
    Expired,
}

/// Longest session token that is looked at.
const MAX_LENGTH: usize = 16 * 1024;
/// First byte of a token; another layout gets another number.
const LAYOUT: u8 = 1;

/// Issues credentials for a session; none only where the ring has no generation.
#[must_use]
pub fn issue(session: &Session, ring: &Ring, random: &dyn Random) -> Option<Credentials> {
    let generation = ring.newest()?;
    let access_key_id = id::mint(Prefix::SessionKey, &session.account, random);
    let plain = postcard::to_allocvec(session).ok()?;
    let sealed = generation.sealing.seal(&plain, access_key_id.as_bytes(), random);
    let mut bytes = Vec::with_capacity(5 + sealed.len());
    bytes.push(LAYOUT);
    bytes.extend_from_slice(&generation.id.to_be_bytes());
    bytes.extend_from_slice(&sealed);
    Some(Credentials {
        secret_access_key: secret(generation, &access_key_id, &sealed),
        session_token: Secret::new(STANDARD.encode(&bytes)),
        expires: session.expires,
        access_key_id,
    })
}

/// The session that a token holds and the secret access key that goes with it.
///
/// # Errors
/// Where the token is not of this service and this access key id, or the session has ended.
pub fn open(
    token: &str,
    access_key_id: &str,
    ring: &Ring,
    now: i64,
) -> Result<(Session, Secret<String>), TokenFault> {
    if token.len() > MAX_LENGTH {
        return Err(TokenFault::Foreign);
    }
    let bytes = STANDARD.decode(token).map_err(|_| TokenFault::Foreign)?;
    let [LAYOUT, a, b, c, d, sealed @ ..] = bytes.as_slice() else { return Err(TokenFault::Foreign) };
    let generation = ring.generation(u32::from_be_bytes([*a, *b, *c, *d])).ok_or(TokenFault::Foreign)?;
    let plain = generation.sealing.open(sealed, access_key_id.as_bytes()).map_err(|_| TokenFault::Foreign)?;
    let session: Session = postcard::from_bytes(&plain).map_err(|_| TokenFault::Foreign)?;
    if now >= session.expires {
        return Err(TokenFault::Expired);
    }
    Ok((session, secret(generation, access_key_id, sealed)))
}

/// Thirty bytes of HMAC over access key id and nonce, as forty characters.
fn secret(generation: &Generation, access_key_id: &str, sealed: &[u8]) -> Secret<String> {
    let nonce = sealed.get(..aws_lc_rs::aead::NONCE_LEN).unwrap_or_default();
    let mut context = aws_lc_rs::hmac::Context::with_key(&generation.deriving);
    context.update(access_key_id.as_bytes());
    context.update(nonce);
    let tag = context.sign();
    Secret::new(STANDARD.encode(tag.as_ref().get(..30).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    fn session() -> Session {
        Session {
            account: "111122223333".into(),
            actor: Actor::Role {
                role_id: "AROAEXAMPLEEXAMPLEEXA".into(),
                session_name: "build-17".into(),
                web_identity: None,
            },
            issued: 100,
            expires: 3700,
            source_identity: Some("alice".into()),
            tags: vec![("Project".into(), "x".into())],
            transitive: vec![],
            policy: None,
            policy_arns: vec![],
        }
    }

    #[test]
    fn issued_credentials_open() {
        let random = Seeded::new(11);
        let ring = Ring::default().rotated(0, &random);
        let issued = issue(&session(), &ring, &random).unwrap();
        assert_eq!(issued.secret_access_key.expose().len(), 40);
        assert_eq!(id::account(&issued.access_key_id).as_deref(), Some("111122223333"));
        let (read, secret) = open(issued.session_token.expose(), &issued.access_key_id, &ring, 200).unwrap();
        assert_eq!(read, session());
        assert_eq!(secret.expose(), issued.secret_access_key.expose());
    }

    #[test]
    fn a_token_opens_for_its_access_key_within_its_time_and_unaltered() {
        let random = Seeded::new(13);
        let ring = Ring::default().rotated(0, &random);
        let issued = issue(&session(), &ring, &random).unwrap();
        let (token, key) = (issued.session_token.expose(), &issued.access_key_id);
        assert_eq!(open(token, key, &ring, 3700).unwrap_err(), TokenFault::Expired);
        assert!(open(token, key, &ring, 3699).is_ok());
        assert_eq!(open(token, "ASIAOTHEROTHEROTHERO", &ring, 200).unwrap_err(), TokenFault::Foreign);
        let other = Ring::default().rotated(0, &random);
        assert_eq!(open(token, key, &other, 200).unwrap_err(), TokenFault::Foreign);
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(open(&altered, key, &ring, 200).unwrap_err(), TokenFault::Foreign, "byte {at}");
        }
        for text in ["", "AAAA", "not base64!", &"A".repeat(MAX_LENGTH + 4)] {
            assert_eq!(open(text, key, &ring, 200).unwrap_err(), TokenFault::Foreign);
        }
    }

    #[test]
    fn revoked_generations_open_nothing() {
        let random = Seeded::new(17);
        let ring = Ring::default().rotated(50, &random);
        let issued = issue(&session(), &ring, &random).unwrap();
        let revoked = ring.rotated(60, &random).without_through(1);
        let read = open(issued.session_token.expose(), &issued.access_key_id, &revoked, 200);
        assert_eq!(read.unwrap_err(), TokenFault::Foreign);
    }

    #[test]
    fn debug_shows_no_secret() {
        let random = Seeded::new(19);
        let ring = Ring::default().rotated(0, &random);
        let issued = issue(&session(), &ring, &random).unwrap();
        let shown = format!("{issued:?}");
        assert!(!shown.contains(issued.secret_access_key.expose()));
        assert!(!shown.contains(issued.session_token.expose()));
    }
}
