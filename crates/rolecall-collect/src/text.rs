//! From bytes to text, and small ways of looking into texts.

/// The bytes as text: UTF-8, or UTF-16 as PowerShell writes it.
///
/// # Errors
/// Says in a sentence why the bytes are no text.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_le_bytes),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if text.contains('\0') => Err("it holds zero bytes, so it is no text".into()),
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(format!("byte {} is neither UTF-8 nor UTF-16", error.valid_up_to())),
        },
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Result<String, String> {
    let units = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok().map(read));
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| "it is no sound UTF-16".into())
}

/// Control characters made visible, for names of files.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

/// Every place where `needle` stands.
pub(crate) fn places(text: &str, needle: &str) -> Vec<usize> {
    text.match_indices(needle).map(|(at, _)| at).collect()
}

/// The line around a byte, and where it begins.
pub(crate) fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline);
    (start, text.get(start..end).unwrap_or_default())
}

/// A word as it stands in a log: up to a blank, a quote, a bracket, or an escaped line end.
pub(crate) fn word(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '"', '\'', '\\', '`', '[']);
    let end = text.find(|c: char| c.is_whitespace() || "\"'\\`<>,;[]){}".contains(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(decode(b"plain").unwrap(), "plain");
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&wide).unwrap(), "{\"a\":1}");
        assert_eq!(decode(wide.get(2..).unwrap()).unwrap(), "{\"a\":1}");
        assert!(decode(&[0x80, 0x81]).unwrap_err().contains("byte 0"));
        assert!(decode(b"a\0b").is_err());
    }

    #[test]
    fn words() {
        assert_eq!(word("https://x/y\\n\\tstatus"), "https://x/y");
        assert_eq!(word(" \"arn:aws:s3:::b\" because"), "arn:aws:s3:::b");
    }
}
