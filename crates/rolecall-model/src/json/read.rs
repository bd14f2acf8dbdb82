//! Reads JSON text into nodes (RFC 8259), as far as it goes.

use std::collections::HashSet;

use super::{Flaw, FlawKind, Kind, MAX_DEPTH, MAX_FLAWS, Member, Node, Parsed};
use crate::span::Span;

/// Reads `text` as one JSON value. A truncated text gives the part that was there and a flaw.
///
/// Follows RFC 8259; a byte order mark is skipped. Texts of 4 GiB and more are refused.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    if u32::try_from(text.len()).is_err() {
        let message = "the text is larger than 4 GiB".into();
        let flaw = Flaw { span: Span::new(0, 0), message, kind: FlawKind::Syntax };
        return Parsed { root: None, flaws: vec![flaw] };
    }
    let mut reader = Reader { bytes: text.as_bytes(), text, at: 0, flaws: Vec::new(), broken: false };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let root = reader.value(0);
    reader.blank();
    if root.is_some() && !reader.broken && reader.at < text.len() {
        reader.flaw(reader.at, text.len(), "text goes on after the end of the JSON value");
    }
    Parsed { root, flaws: reader.flaws }
}

struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    flaws: Vec<Flaw>,
    /// After the first structural flaw the rest of the text cannot be trusted; duplicates are no such flaw.
    broken: bool,
}

impl Reader<'_> {
    fn span(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    fn flaw(&mut self, start: usize, end: usize, message: impl Into<String>) {
        // Told past the limit too: whoever reads must learn that the text broke off.
        let first = !std::mem::replace(&mut self.broken, true);
        if first || self.flaws.len() < MAX_FLAWS {
            self.flaws.push(Flaw {
                span: Span::new(start, end),
                message: message.into(),
                kind: FlawKind::Syntax,
            });
        }
    }

    fn tell(&mut self, start: usize, end: usize, message: String, kind: FlawKind) {
        if self.flaws.len() < MAX_FLAWS {
            self.flaws.push(Flaw { span: Span::new(start, end), message, kind });
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blank();
        let start = self.at;
        if depth > MAX_DEPTH {
            self.flaw(start, self.after_char(), format!("values are nested more than {MAX_DEPTH} deep"));
            return None;
        }
        let kind = match self.peek() {
            None => {
                self.flaw(start, start, "the text ends where a value should stand");
                return None;
            }
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => self.word()?,
        };
        Some(Node { span: self.span(start), kind })
    }

    fn object(&mut self, depth: usize) -> Option<Kind> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        let mut seen = Seen::default();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(Kind::Object(members));
        }
        loop {
            self.blank();
            let key_start = self.at;
            if self.peek() != Some(b'"') {
                self.stray("a key in double quotes");
                return Some(Kind::Object(members));
            }
            let Some(key) = self.string() else { return Some(Kind::Object(members)) };
            let key_span = self.span(key_start);
            if !seen.insert(&key, &members) {
                let message = format!("the key `{key}` stands twice in one object");
                self.tell(key_start, self.at, message, FlawKind::DuplicateKey);
            }
            self.blank();
            if self.peek() != Some(b':') {
                self.stray("`:`");
                return Some(Kind::Object(members));
            }
            self.at += 1;
            if let Some(value) = self.value(depth + 1) {
                members.push(Member { key, key_span, value });
            }
            if self.broken || !self.separator(b'}') {
                return Some(Kind::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Kind> {
        self.at += 1;
        let mut elements = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Some(Kind::Array(elements));
        }
        loop {
            elements.extend(self.value(depth + 1));
            if self.broken || !self.separator(b']') {
                return Some(Kind::Array(elements));
            }
        }
    }

    /// After a value: `true` for a comma, `false` at the closing bracket or where the text is broken.
    fn separator(&mut self, close: u8) -> bool {
        self.blank();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.blank();
                if self.peek() == Some(close) {
                    self.flaw(self.at, self.at + 1, "a comma stands before the closing bracket");
                    self.at += 1;
                    return false;
                }
                true
            }
            Some(byte) if byte == close => {
                self.at += 1;
                false
            }
            _ => {
                self.stray(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" });
                false
            }
        }
    }

    /// Where the character ends that stands here: no place may end inside one.
    fn after_char(&self) -> usize {
        let here = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        self.at + here.map_or(0, char::len_utf8)
    }

    fn stray(&mut self, wanted: &str) {
        let message = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => format!("the text ends where {wanted} should stand"),
            Some(found) if found.is_control() => {
                format!("`{}` stands where {wanted} should stand", found.escape_default())
            }
            Some(found) => format!("`{found}` stands where {wanted} should stand"),
        };
        self.flaw(self.at, self.after_char(), message);
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let run = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            out.push_str(self.text.get(run..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Some(out);
                }
                Some(b'\\') => self.escape(&mut out),
                Some(control) => {
                    let message = format!("a string holds the control character U+{control:04X}");
                    self.tell(self.at, self.at + 1, message, FlawKind::Syntax);
                    out.push(char::from(control));
                    self.at += 1;
                }
                None => {
                    self.flaw(start, self.at, "the text ends inside a string");
                    return None;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        self.at += 2;
        let simple = match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                out.push(self.unicode(start));
                return;
            }
            _ => {
                self.at = (start + 1).min(self.bytes.len());
                let message = "a backslash starts no escape that JSON knows".into();
                self.tell(start, self.at, message, FlawKind::Syntax);
                '\\'
            }
        };
        out.push(simple);
    }

    fn unicode(&mut self, start: usize) -> char {
        let first = self.hex4();
        let code = match first {
            Some(high @ 0xD800..=0xDBFF) if self.bytes.get(self.at..self.at + 2) == Some(b"\\u") => {
                self.at += 2;
                match self.hex4() {
                    Some(low @ 0xDC00..=0xDFFF) => Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)),
                    _ => None,
                }
            }
            other => other,
        };
        code.and_then(char::from_u32).unwrap_or_else(|| {
            self.tell(start, self.at, "a \\u escape names no character".into(), FlawKind::Syntax);
            char::REPLACEMENT_CHARACTER
        })
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Option<Kind> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at)?;
        if !is_number(text) {
            self.flaw(start, self.at, format!("`{text}` is no JSON number"));
            return None;
        }
        Some(Kind::Number(text.to_owned()))
    }

    fn word(&mut self) -> Option<Kind> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some("true") => Some(Kind::Bool(true)),
            Some("false") => Some(Kind::Bool(false)),
            Some("null") => Some(Kind::Null),
            _ => {
                self.at = start;
                self.stray("a JSON value");
                None
            }
        }
    }
}

/// The keys of an object so far: most objects are so small that looking through them is faster than hashing.
#[derive(Default)]
struct Seen(Option<HashSet<String>>);

impl Seen {
    /// Up to this many members are looked through.
    const FEW: usize = 16;

    /// Whether the key is new.
    fn insert(&mut self, key: &str, members: &[Member]) -> bool {
        if let Some(keys) = &mut self.0 {
            return keys.insert(key.to_owned());
        }
        let new = members.iter().all(|member| member.key != key);
        if members.len() >= Self::FEW {
            let known = members.iter().map(|member| member.key.clone());
            self.0 = Some(known.chain([key.to_owned()]).collect());
        }
        new
    }
}

/// RFC 8259 section 6.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at).unwrap_or_default(), unsigned.get(at + 1..)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        parse(text).flaws.into_iter().map(|flaw| flaw.message).collect()
    }

    #[test]
    fn places_are_byte_exact() {
        let text = r#"{"a": {"ü/b": ["x", 1.50]}}"#;
        let root = parse(text).root.unwrap();
        let inner = root.path(&["a", "ü/b"]).unwrap();
        let number = &inner.elements()[1];
        assert_eq!(&text[number.span.range()], "1.50");
        assert_eq!(root.pointer_to(number.span), "/a/ü~1b/1");
        assert_eq!(number.scalar(), Some("1.50"));
    }

    #[test]
    fn duplicates_are_kept_and_told() {
        let parsed = parse(r#"{"a":1,"a":2}"#);
        let root = parsed.root.unwrap();
        assert_eq!(root.members().len(), 2);
        assert_eq!(root.get("a").unwrap().as_integer(), Some(2));
        assert_eq!(parsed.flaws[0].message, "the key `a` stands twice in one object");
        assert_eq!(parsed.flaws[0].span, Span::new(7, 10));
    }

    #[test]
    fn broken_text_gives_what_was_there() {
        let parsed = parse(r#"{"Role": {"RoleName": "x", "Arn": "arn:aws"#);
        assert_eq!(parsed.root.unwrap().path(&["Role", "RoleName"]).unwrap().as_str(), Some("x"));
        assert_eq!(parsed.flaws.last().unwrap().message, "the text ends inside a string");
        assert_eq!(messages("[1 2]"), ["`2` stands where `,` or `]` should stand"]);
        assert_eq!(messages("[1,]"), ["a comma stands before the closing bracket"]);
        assert_eq!(messages(""), ["the text ends where a value should stand"]);
        assert_eq!(messages("{'a':1}"), ["`'` stands where a key in double quotes should stand"]);
        assert_eq!(messages("{} x"), ["text goes on after the end of the JSON value"]);
        assert_eq!(messages("01"), ["`01` is no JSON number"]);
        assert_eq!(messages("nul"), ["`n` stands where a JSON value should stand"]);
    }

    #[test]
    fn flaws_take_whole_characters() {
        for text in
            ["{\u{7b0}: 1}", "[é]", "é", "[1 é]", "{\"a\": é}", "\"\\é\"", &format!("{}é", "[".repeat(65))]
        {
            for flaw in parse(text).flaws {
                assert!(text.get(flaw.span.range()).is_some(), "{text}: {flaw:?}");
            }
        }
    }

    #[test]
    fn escapes_are_resolved() {
        let root = parse(r#""a\n\u00e9\ud83d\ude00\/""#).root.unwrap();
        assert_eq!(root.as_str(), Some("a\né😀/"));
        assert_eq!(messages(r#""\ud83d""#), ["a \\u escape names no character"]);
        assert_eq!(messages(r#""\q""#), ["a backslash starts no escape that JSON knows"]);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(messages(&deep)[0].contains("nested more than"));
    }
}
