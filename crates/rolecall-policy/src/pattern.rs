//! Patterns: `*` stands for any run of characters, `?` for one (rules 2.2, 3.2, 5.3).

/// Whether letter case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It counts.
    Sensitive,
    /// ASCII letters are folded.
    Insensitive,
}

/// Whether `value` matches `pattern` as a whole. Time grows with the product of the lengths at worst: no pattern makes
/// it explode.
#[must_use]
pub fn matches(pattern: &str, value: &str, case: Case) -> bool {
    let tokens = |text: &str| text.chars().map(Token::of_pattern).collect::<Vec<_>>();
    glob(&tokens(pattern), value, case)
}

/// One element of a compiled pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// This character.
    Is(char),
    /// Any one character.
    One,
    /// Any run of characters.
    Run,
}

impl Token {
    /// A character of a pattern.
    #[must_use]
    pub fn of_pattern(c: char) -> Token {
        match c {
            '*' => Token::Run,
            '?' => Token::One,
            c => Token::Is(c),
        }
    }

    fn fits(self, c: char, case: Case) -> bool {
        match self {
            Token::Is(wanted) if case == Case::Insensitive => wanted.eq_ignore_ascii_case(&c),
            Token::Is(wanted) => wanted == c,
            Token::One => true,
            Token::Run => false,
        }
    }
}

/// Matches tokens against a text: greedy, going back to the last run alone, which is enough for this language.
#[must_use]
pub fn glob(tokens: &[Token], value: &str, case: Case) -> bool {
    let mut at = 0;
    let mut rest = value;
    let mut back: Option<(usize, &str)> = None;
    loop {
        match (tokens.get(at), rest.chars().next()) {
            (Some(Token::Run), _) => {
                at += 1;
                back = Some((at, rest));
            }
            (Some(token), Some(c)) if token.fits(c, case) => {
                at += 1;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
            (None, None) => return true,
            _ => {
                let Some((run, from)) = back else { return false };
                let mut skipped = from.chars();
                if skipped.next().is_none() {
                    return false;
                }
                at = run;
                rest = skipped.as_str();
                back = Some((run, rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let table = [
            ("*", "", true),
            ("a*c", "abc/d:c", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("*x*y*", "axby", true),
            ("*x*y*", "ayxb", false),
            ("A", "a", false),
            ("", "", true),
            ("", "a", false),
        ];
        for (pattern, value, wanted) in table {
            assert_eq!(matches(pattern, value, Case::Sensitive), wanted, "{pattern} {value}");
        }
        assert!(matches("S3:get*", "s3:GetObject", Case::Insensitive));
        let hostile = format!("{}b", "*a".repeat(60));
        assert!(!matches(&hostile, &"a".repeat(2000), Case::Sensitive));
    }
}
