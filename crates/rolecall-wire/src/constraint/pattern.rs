//! The patterns of AWS's API models: the text that messages quote, and a function that matches it (reference
//! sts.md §2.1, iam.md §2). A handful of character classes needs no engine for regular expressions.

use std::fmt;

/// A pattern that a value must match as a whole.
pub struct Pattern {
    /// The regular expression as AWS prints it.
    pub text: &'static str,
    fits: fn(&str) -> bool,
}

impl Pattern {
    /// Whether a value matches.
    #[must_use]
    pub fn fits(&self, value: &str) -> bool {
        (self.fits)(value)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text)
    }
}

macro_rules! patterns {
    ($($name:ident $text:literal $fits:expr;)+) => {
        $(
            #[doc = concat!("`", $text, "`")]
            pub const $name: Pattern = Pattern { text: $text, fits: $fits };
        )+
        #[cfg(test)]
        const ALL: &[(&str, Pattern)] = &[$((stringify!($name), $name)),+];
    };
}

patterns! {
    ALIAS r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$" is_alias;
    ARN r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+" |v| some(v, arn);
    CLUSTER_NAME r"[0-9A-Za-z][A-Za-z0-9\-_]*" |v| v.starts_with(alphanumeric) && all(v, dashed);
    DESCRIPTION r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*" |v| all(v, described);
    DIGITS_OR_EMPTY r"[\d]*" |v| all(v, |c| c.is_ascii_digit());
    DOCUMENT r"[\u0009\u000A\u000D\u0020-\u00FF]+" |v| some(v, |c| blank(c) || latin(c));
    EXTERNAL_ID r"[\w+=,.@:\/-]*" |v| all(v, |c| word(c) || "+=,.@:/-".contains(c));
    JWT r"[A-Za-z0-9-_=]+\.[A-Za-z0-9-_=]+\.[A-Za-z0-9-_=]+" is_jwt;
    NAME r"[\w+=,.@-]+" |v| some(v, name);
    NAME_OR_EMPTY r"[\w+=,.@-]*" |v| all(v, name);
    PATH r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" is_path;
    PATH_PREFIX r"\u002F[\u0021-\u007F]*" |v| v.starts_with('/') && all(v, |c| ('\x21'..='\x7f').contains(&c));
    POLICY_PATH r"((/[A-Za-z0-9\.,\+@=_-]+)*)/" is_policy_path;
    PRINTABLE r"[\u0020-\u00FF]+" |v| some(v, latin);
    SERIAL_NUMBER r"[\w+=/:,.@-]*" |v| all(v, |c| word(c) || "+=/:,.@-".contains(c));
    SERVICE_NAMESPACE r"[\w-]*" |v| all(v, dashed);
    TAG_KEY r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+" |v| some(v, tag);
    TAG_VALUE r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*" |v| all(v, tag);
    VERSION_ID r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?" is_version_id;
    WORD r"[\w]+" |v| some(v, word);
    WORD_OR_EMPTY r"[\w]*" |v| all(v, word);
}

fn all(value: &str, class: fn(char) -> bool) -> bool {
    value.chars().all(class)
}

fn some(value: &str, class: fn(char) -> bool) -> bool {
    !value.is_empty() && all(value, class)
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn dashed(c: char) -> bool {
    word(c) || c == '-'
}

fn name(c: char) -> bool {
    word(c) || matches!(c, '+' | '=' | ',' | '.' | '@' | '-')
}

fn blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
}

fn latin(c: char) -> bool {
    ('\u{20}'..='\u{ff}').contains(&c)
}

fn described(c: char) -> bool {
    blank(c) || ('\u{20}'..='\u{7e}').contains(&c) || ('\u{a1}'..='\u{ff}').contains(&c)
}

fn arn(c: char) -> bool {
    blank(c)
        || ('\u{20}'..='\u{7e}').contains(&c)
        || c == '\u{85}'
        || ('\u{a0}'..='\u{d7ff}').contains(&c)
        || ('\u{e000}'..='\u{fffd}').contains(&c)
        || c >= '\u{10000}'
}

/// `\p{L}`, `\p{Z}`, `\p{N}` and a few more. The standard library's alphabetic characters are `\p{L}` and the
/// vowel signs that go with letters in some scripts, which AWS would refuse.
fn tag(c: char) -> bool {
    let separator = c.is_whitespace() && !c.is_control();
    c.is_alphabetic() || c.is_numeric() || separator || "_.:/=+-@".contains(c)
}

fn is_alias(value: &str) -> bool {
    (3..=63).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !value.starts_with('-')
        && !value.ends_with('-')
        && !value.contains("--")
}

fn is_jwt(value: &str) -> bool {
    let part = |part: &str| some(part, |c| dashed(c) || c == '=');
    value.split('.').count() == 3 && value.split('.').all(part)
}

fn is_path(value: &str) -> bool {
    let inside = value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    value == "/" || inside.is_some_and(|inside| some(inside, |c| ('\x21'..='\x7e').contains(&c)))
}

fn is_policy_path(value: &str) -> bool {
    let part = |part: &str| some(part, name);
    let Some(inside) = value.strip_suffix('/') else { return false };
    inside.is_empty() || inside.strip_prefix('/').is_some_and(|parts| parts.split('/').all(part))
}

fn is_version_id(value: &str) -> bool {
    let Some(rest) = value.strip_prefix('v') else { return false };
    let (number, suffix) = rest.split_once('.').unwrap_or((rest, ""));
    some(number, |c| c.is_ascii_digit())
        && !number.starts_with('0')
        && all(suffix, |c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each pattern: what fits, what does not.
    const CASES: &[(Pattern, &[&str], &[&str])] = &[
        (ALIAS, &["abc", "a-b", "0a0"], &["ab", "-ab", "ab-", "a--b", "Abc", "a_b"]),
        (ARN, &["a", "\t\u{85}ä\u{1f600}"], &["", "\0", "\u{80}", "\u{fffe}"]),
        (CLUSTER_NAME, &["a", "A-_0"], &["", "-a", "a.b", "ä"]),
        (DESCRIPTION, &["", "a b\n\u{ff}"], &["\u{a0}", "\0", "\u{100}", "’"]),
        (DIGITS_OR_EMPTY, &["", "012"], &["a", "１"]),
        (DOCUMENT, &["{}", "\t\u{7f}\u{ff}"], &["", "\u{100}", "\x0b"]),
        (EXTERNAL_ID, &["", "a:/b-"], &["a b", "#"]),
        (JWT, &["a.b.c", "a-_=.b.c"], &["a.b", "a.b.c.d", "a..c", ""]),
        (NAME, &["a", "_+=,.@-0"], &["", "a:b", "ä", "a b", "a\n"]),
        (NAME_OR_EMPTY, &["", "a"], &["Session1:2"]),
        (PATH, &["/", "/a/", "/a/b~/", "//a/", "///"], &["", "//", "a/", "/a", "/a b/", "/ä/"]),
        (PATH_PREFIX, &["/", "/a", "/a/"], &["", "a", "/ "]),
        (POLICY_PATH, &["/", "/a/", "/a/b.,+@=_-/"], &["", "//", "/a", "a/", "/a~/"]),
        (PRINTABLE, &[" ", "\u{ff}"], &["", "\t"]),
        (SERIAL_NUMBER, &["", "arn:aws:iam::1:mfa/a"], &["a b"]),
        (SERVICE_NAMESPACE, &["", "s3-x"], &["a.b"]),
        (TAG_KEY, &["a b", "ключ", "a@:/=+-_.", "\u{2028}"], &["", "a#b", "a\tb", "a\nb", "\u{1f600}"]),
        (TAG_VALUE, &[""], &["{}"]),
        (VERSION_ID, &["v1", "v10.a-b", "v1."], &["v0", "v", "1", "v1.a.b", "V1", "v01"]),
        (WORD, &["aZ_0"], &["", "a-b"]),
        (WORD_OR_EMPTY, &[""], &["-"]),
    ];

    #[test]
    fn what_fits_and_what_does_not() {
        for (pattern, fitting, other) in CASES {
            fitting.iter().for_each(|value| assert!(pattern.fits(value), "{pattern:?} {value:?}"));
            other.iter().for_each(|value| assert!(!pattern.fits(value), "{pattern:?} {value:?}"));
        }
    }

    #[test]
    fn each_has_its_cases() {
        for (name, pattern) in ALL {
            assert!(CASES.iter().any(|(case, ..)| case.text == pattern.text), "{name}");
        }
    }
}
