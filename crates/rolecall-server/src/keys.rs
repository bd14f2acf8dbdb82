//! The service's own secrets: the master key outside the data folder, and the ring of generations that seal sessions.
//!
//! The master key wraps what is stored (secret access keys, the ring); the ring's newest generation seals new sessions,
//! older ones are kept as long as a session they sealed may live (design: "sealed, not stored").

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rolecall_model::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Seconds that a generation is the newest before another one takes its place.
pub const ROTATION: i64 = 24 * 3600;

/// Seconds that a generation is kept after it was the newest: the longest session (36 hours, GetSessionToken) and skew.
pub const KEPT: i64 = 36 * 3600 + 900;

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;

/// Why a wrapped or sealed value could not be opened: it is no such value, it was altered, or another key made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value was not sealed with this key")]
pub struct NotSealedHere;

/// A key for AES-256-GCM-SIV (RFC 8452), which stays safe where a nonce should come twice.
pub struct Key(LessSafeKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("[secret]")
    }
}

impl Key {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_LENGTH]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM_SIV, bytes).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Nonce and sealed bytes; `about` is bound to them, but not inside.
    #[must_use]
    pub fn seal(&self, plain: &[u8], about: &[u8], random: &dyn Random) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE_LEN];
        random.fill(&mut nonce);
        let mut body = plain.to_vec();
        let sealed =
            self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut body);
        let mut out = nonce.to_vec();
        // Sealing fails for texts of 64 GiB alone.
        if sealed.is_ok() {
            out.append(&mut body);
        }
        out
    }

    /// What was sealed.
    ///
    /// # Errors
    /// Where it was altered, sealed with another key, or is about something else.
    pub fn open(&self, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, NotSealedHere> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(NotSealedHere)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotSealedHere)?;
        let mut body = body.to_vec();
        let length =
            self.0.open_in_place(nonce, Aad::from(about), &mut body).map_err(|_| NotSealedHere)?.len();
        body.truncate(length);
        Ok(body)
    }
}

/// A generation as it is stored, wrapped by the master key.
#[derive(Clone, Serialize, Deserialize)]
struct StoredGeneration {
    id: u32,
    /// Seconds since 1970.
    created: i64,
    key: [u8; KEY_LENGTH],
}

/// A generation of the ring.
#[derive(Debug)]
pub struct Generation {
    /// Its number, which each session token names.
    pub id: u32,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Seals sessions.
    pub sealing: Key,
    /// Derives secret access keys (HMAC-SHA-256).
    pub deriving: aws_lc_rs::hmac::Key,
    bytes: Secret<[u8; KEY_LENGTH]>,
}

impl Generation {
    fn new(id: u32, created: i64, bytes: [u8; KEY_LENGTH]) -> Option<Self> {
        use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
        // Two keys of one secret, so that neither use tells anything of the other (RFC 5869).
        let secret = Salt::new(HKDF_SHA256, b"rolecall session").extract(&bytes);
        let expand = |purpose: &'static [u8]| {
            let mut key = [0_u8; KEY_LENGTH];
            secret.expand(&[purpose], HKDF_SHA256).and_then(|okm| okm.fill(&mut key)).ok().map(|()| key)
        };
        let sealing = Key::new(&expand(b"sealing")?)?;
        let deriving =
            aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &expand(b"secret access key")?);
        Some(Self { id, created, sealing, deriving, bytes: Secret::new(bytes) })
    }
}

/// The ring: generations by age, the newest last.
#[derive(Debug, Default)]
pub struct Ring {
    generations: Vec<std::sync::Arc<Generation>>,
}

impl Ring {
    /// The generation that seals now.
    #[must_use]
    pub fn newest(&self) -> Option<&std::sync::Arc<Generation>> {
        self.generations.last()
    }

    /// The generation of a number, if it is still kept.
    #[must_use]
    pub fn generation(&self, id: u32) -> Option<&std::sync::Arc<Generation>> {
        self.generations.iter().find(|generation| generation.id == id)
    }

    /// Whether a new generation is due.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        self.newest().is_none_or(|newest| now.saturating_sub(newest.created) >= ROTATION)
    }

    /// The ring with a new generation in front, and without those that no living session can need.
    #[must_use]
    pub fn rotated(&self, now: i64, random: &dyn Random) -> Self {
        let mut bytes = [0_u8; KEY_LENGTH];
        random.fill(&mut bytes);
        let id = self.newest().map_or(1, |newest| newest.id.wrapping_add(1));
        // A generation stops being the newest when its successor is made.
        let needed = |at: usize| {
            self.generations.get(at + 1).is_none_or(|successor| now.saturating_sub(successor.created) < KEPT)
        };
        let kept = self.generations.iter().enumerate().filter(|(at, _)| needed(*at));
        let mut generations: Vec<_> = kept.map(|(_, generation)| generation.clone()).collect();
        generations.extend(Generation::new(id, now, bytes).map(std::sync::Arc::new));
        Self { generations }
    }

    /// The ring without the generations up to a number: every session they sealed ends at once.
    #[must_use]
    pub fn without_through(&self, id: u32) -> Self {
        let last = self.generations.iter().position(|generation| generation.id == id);
        let kept = self.generations.iter().skip(last.map_or(0, |at| at + 1));
        Self { generations: kept.cloned().collect() }
    }

    /// The ring as it is stored: wrapped by the master key.
    #[must_use]
    pub fn wrapped(&self, master: &Key, random: &dyn Random) -> Vec<u8> {
        let stored: Vec<StoredGeneration> = self
            .generations
            .iter()
            .map(|one| StoredGeneration { id: one.id, created: one.created, key: *one.bytes.expose() })
            .collect();
        let plain = Secret::new(postcard::to_allocvec(&stored).unwrap_or_default());
        master.seal(plain.expose(), RING, random)
    }

    /// Reads a stored ring.
    ///
    /// # Errors
    /// Where another master key wrapped it, or it was altered.
    pub fn unwrap(stored: &[u8], master: &Key) -> Result<Self, NotSealedHere> {
        let plain = Secret::new(master.open(stored, RING)?);
        let stored: Vec<StoredGeneration> =
            postcard::from_bytes(plain.expose()).map_err(|_| NotSealedHere)?;
        let generations = stored.into_iter().filter_map(|one| Generation::new(one.id, one.created, one.key));
        Ok(Self { generations: generations.map(std::sync::Arc::new).collect() })
    }
}

const RING: &[u8] = b"rolecall key ring";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    fn master() -> Key {
        Key::new(&[7; KEY_LENGTH]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does() {
        let (key, random) = (master(), Seeded::new(3));
        let sealed = key.seal(b"plain", b"about", &random);
        assert_eq!(key.open(&sealed, b"about").unwrap(), b"plain");
        assert!(key.open(&sealed, b"other").is_err());
        assert!(Key::new(&[8; KEY_LENGTH]).unwrap().open(&sealed, b"about").is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open(&altered, b"about").is_err(), "byte {at}");
        }
        assert!(key.open(b"", b"").is_err());
    }

    #[test]
    fn a_ring_rotates_and_forgets_only_what_no_session_needs() {
        let random = Seeded::new(5);
        let ring = Ring::default().rotated(0, &random);
        assert!(!ring.is_due(ROTATION - 1));
        assert!(ring.is_due(ROTATION));
        let second = ring.rotated(ROTATION, &random);
        assert!(second.generation(1).is_some() && second.newest().unwrap().id == 2);
        let third = second.rotated(ROTATION + KEPT - 1, &random);
        assert!(third.generation(1).is_some(), "a session of the first generation may still live");
        let fourth = third.rotated(ROTATION + KEPT, &random);
        assert!(fourth.generation(1).is_none());
        assert!(fourth.generation(2).is_some());
    }

    #[test]
    fn a_stored_ring_opens_with_its_master_key_alone() {
        let random = Seeded::new(9);
        let ring = Ring::default().rotated(10, &random).rotated(20, &random);
        let stored = ring.wrapped(&master(), &random);
        let read = Ring::unwrap(&stored, &master()).unwrap();
        assert_eq!(read.newest().unwrap().id, 2);
        assert_eq!(read.generation(1).unwrap().bytes.expose(), ring.generation(1).unwrap().bytes.expose());
        assert!(Ring::unwrap(&stored, &Key::new(&[0; KEY_LENGTH]).unwrap()).is_err());
        let bytes = format!("{:?}", ring.generation(1).unwrap().bytes.expose());
        assert!(!format!("{ring:?}").contains(&bytes));
    }
}
