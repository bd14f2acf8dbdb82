//! Identifiers as AWS makes them: unique ids and access key ids that hold their account's number, request ids.
//!
//! Source: reference sts.md §6.1, §6.2.

use crate::random::Random;

/// What an identifier names; its first four characters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// A long-term access key.
    AccessKey,
    /// A temporary access key.
    SessionKey,
    /// A role.
    Role,
    /// A user.
    User,
    /// A group.
    Group,
    /// A managed policy.
    Policy,
    /// An instance profile.
    InstanceProfile,
}

impl Prefix {
    /// The four characters.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Prefix::AccessKey => "AKIA",
            Prefix::SessionKey => "ASIA",
            Prefix::Role => "AROA",
            Prefix::User => "AIDA",
            Prefix::Group => "AGPA",
            Prefix::Policy => "ANPA",
            Prefix::InstanceProfile => "AIPA",
        }
    }
}

/// Bits of the first six bytes that hold the account's number.
const ACCOUNT_BITS: u64 = 0x7fff_ffff_ff80;
/// Letters of base 32 (RFC 4648 §6).
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";

/// A new identifier of an account (twelve digits): 20 characters for access keys, 21 for everything else, as AWS has them.
#[must_use]
pub fn mint(prefix: Prefix, account: &str, random: &dyn Random) -> String {
    let mut bytes = [0_u8; 10];
    random.fill(&mut bytes);
    let number = (account.parse::<u64>().unwrap_or_default() << 7) & ACCOUNT_BITS;
    let noise = u64::from_be_bytes([0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
    let head = (number | (noise & !ACCOUNT_BITS)).to_be_bytes();
    bytes[..6].copy_from_slice(&head[2..]);
    let mut id = String::with_capacity(21);
    id.push_str(prefix.text());
    push_base32(&mut id, bytes);
    if !matches!(prefix, Prefix::AccessKey | Prefix::SessionKey) {
        let mut last = [0_u8; 1];
        random.fill(&mut last);
        id.push(digit(ALPHABET, last[0] & 31));
    }
    id
}

/// The account in an identifier that was made as [`mint`] makes them; none for a text of another form.
#[must_use]
pub fn account(id: &str) -> Option<String> {
    let mut head = 0_u64;
    for byte in id.as_bytes().get(4..14)? {
        let digit = ALPHABET.bytes().position(|letter| letter == *byte)?;
        head = (head << 5) | u64::try_from(digit).ok()?;
    }
    // Ten letters are 50 bits, of which the first 48 are the six bytes.
    Some(format!("{:012}", ((head >> 2) & ACCOUNT_BITS) >> 7))
}

/// A new request id, event id or the like: a random UUID (RFC 9562 §5.4) in lower case.
#[must_use]
pub fn uuid(random: &dyn Random) -> String {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(digit(HEX, byte >> 4));
        text.push(digit(HEX, byte & 15));
    }
    text
}

fn digit(digits: &str, value: u8) -> char {
    digits.as_bytes().get(usize::from(value)).copied().map_or('0', char::from)
}

fn push_base32(out: &mut String, bytes: [u8; 10]) {
    for half in [&bytes[..5], &bytes[5..]] {
        let number = half.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        for letter in (0..8).rev() {
            out.push(digit(ALPHABET, u8::try_from((number >> (letter * 5)) & 31).unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    #[test]
    fn ids_hold_their_account() {
        let random = Seeded::new(7);
        for account_id in ["000000000000", "111122223333", "999999999999", "688655246681"] {
            for prefix in [Prefix::AccessKey, Prefix::SessionKey, Prefix::Role, Prefix::User, Prefix::Policy]
            {
                let id = mint(prefix, account_id, &random);
                assert_eq!(account(&id).as_deref(), Some(account_id), "{id}");
                let keys = matches!(prefix, Prefix::AccessKey | Prefix::SessionKey);
                assert_eq!(id.len(), if keys { 20 } else { 21 }, "{id}");
            }
        }
    }

    #[test]
    fn recorded_pair() {
        // reference sts.md §6.2: `ASIA2AVYNEVM…` belongs to 688655246681.
        assert_eq!(account("ASIA2AVYNEVMAAAAAAAA").unwrap()[..6], "688655246681"[..6]);
        assert_eq!(account("test"), None);
        assert_eq!(account("ASIA1111111111111111"), None);
    }

    #[test]
    fn request_ids_are_random_uuids() {
        let random = Seeded::new(1);
        let (one, two) = (uuid(&random), uuid(&random));
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
    }
}
