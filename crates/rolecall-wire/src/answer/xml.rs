//! What XML escapes.

/// Appends text with `&`, `<`, `>` and carriage returns escaped. Quotes stay, as in recorded bodies. Characters that
/// XML cannot express at all become U+FFFD, so that hostile input never makes an answer unreadable.
pub fn escape_into(out: &mut String, text: &str) {
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | 0..=8 | 0x0b..=0x1f | 0xef);
    if !text.bytes().any(special) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}')
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes() {
        for (text, expected) in [
            ("plain 'a' \"b\"\n\t", "plain 'a' \"b\"\n\t"),
            ("<a>&amp;", "&lt;a&gt;&amp;amp;"),
            ("a\0b\u{1b}[0m\r\u{ffff}\u{fffd}é", "a\u{fffd}b\u{fffd}[0m&#xD;\u{fffd}\u{fffd}é"),
        ] {
            let mut out = String::new();
            super::escape_into(&mut out, text);
            assert_eq!(out, expected);
        }
    }
}
