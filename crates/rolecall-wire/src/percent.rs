//! Percent-encoding as RFC 3986 and AWS have it: everything but letters, digits, `-`, `.`, `_`, `~` becomes
//! `%XX`.

use std::borrow::Cow;

/// Appends the encoded text. Spaces become `%20`, hexadecimal digits are capitals.
pub fn encode_into(out: &mut String, bytes: impl IntoIterator<Item = u8>) {
    for byte in bytes {
        if unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 15));
        }
    }
}

/// The encoded text, as IAM gives policy documents (reference iam.md §1).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    encode_into(&mut out, text.bytes());
    out
}

/// Decodes a form's or query's name or value: `+` is a space. `None` for a `%` that no two hexadecimal digits
/// follow, and for what is not UTF-8 afterwards.
#[must_use]
pub fn decode_form(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(Cow::Borrowed(raw));
    }
    let mut out = Vec::with_capacity(raw.len());
    for byte in (Decoded { rest: raw.as_bytes(), plus: true }) {
        out.push(byte?);
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// Decodes a segment of a path: `+` is itself. `None` as for [`decode_form`].
#[must_use]
pub fn decode_path(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('%') {
        return Some(Cow::Borrowed(raw));
    }
    let bytes: Option<Vec<u8>> = Decoded { rest: raw.as_bytes(), plus: false }.collect();
    String::from_utf8(bytes?).ok().map(Cow::Owned)
}

/// The bytes that an encoded text stands for; a broken `%` gives `None` and is passed over.
pub(crate) struct Decoded<'a> {
    pub rest: &'a [u8],
    /// Whether `+` is a space.
    pub plus: bool,
}

impl Iterator for Decoded<'_> {
    type Item = Option<u8>;

    fn next(&mut self) -> Option<Option<u8>> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        match byte {
            b'+' if self.plus => Some(Some(b' ')),
            b'%' => {
                let Some((digits, rest)) = rest.split_first_chunk::<2>() else { return Some(None) };
                let [high, low] = *digits;
                let (Some(high), Some(low)) = (from_hex(high), from_hex(low)) else { return Some(None) };
                self.rest = rest;
                Some(Some(high << 4 | low))
            }
            byte => Some(Some(byte)),
        }
    }
}

/// The value of a hexadecimal digit of either case.
pub(crate) fn from_hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

pub(crate) fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn hex_digit(value: u8) -> char {
    char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        assert_eq!(encode("a b/ä%3A~"), "a%20b%2F%C3%A4%253A~");
        assert_eq!(decode_form("a+b%2b%C3%A4").as_deref(), Some("a b+ä"));
        assert_eq!(decode_path("a+b%2fc").as_deref(), Some("a+b/c"));
        assert!(matches!(decode_form("plain"), Some(Cow::Borrowed("plain"))));
        for broken in ["%", "%4", "%zz", "a%4", "%C3", "%ff", "%%41"] {
            assert_eq!(decode_form(broken), None, "{broken}");
            assert_eq!(decode_path(broken), None, "{broken}");
        }
    }
}
