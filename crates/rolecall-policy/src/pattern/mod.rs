//! Patterns: `*` stands for any run of characters, `?` for one, a variable for its value (rules 2.2, 3.2, 5.3, 6.2).

mod glob;

use crate::context::Context;
use crate::trace::Tri;
use crate::variable::{Filling, Reference, Variable, read};
use glob::Matcher;

/// Whether letter case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It counts.
    Sensitive,
    /// ASCII letters are folded; beyond that AWS says nothing (rule 5.2).
    Insensitive,
}

/// Whether `value` matches the glob `pattern` as a whole. Time grows with the product of the lengths at worst: no pattern
/// makes it explode.
#[must_use]
pub fn matches(pattern: &str, value: &str, case: Case) -> bool {
    Pattern::parse(pattern, true, false).fits(value, case)
}

/// A pattern made ready for matching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// No two texts and no two runs side by side.
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    /// Any one character.
    One,
    /// Any run of characters.
    Run,
    Variable(Variable),
}

/// How a pattern with variables meets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Told.
    Is(Tri),
    /// A variable has neither value nor default: the pattern matches nothing (rules 3.6, 6.5).
    Unresolved,
}

impl Pattern {
    /// Reads a pattern. `wildcards`: whether `*` and `?` are special here. `variables`: whether `${…}` is.
    #[must_use]
    pub fn parse(text: &str, wildcards: bool, variables: bool) -> Pattern {
        let mut pattern = Pattern::default();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((reference, after)) = variables.then(|| read(rest)).flatten() {
                match reference {
                    Reference::Literal(c) => literal.push(c),
                    Reference::Variable(variable) => pattern.add(&mut literal, Piece::Variable(variable)),
                }
                rest = after;
                continue;
            }
            match c {
                '*' if wildcards => pattern.add(&mut literal, Piece::Run),
                '?' if wildcards => pattern.add(&mut literal, Piece::One),
                c => literal.push(c),
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        pattern.flush(&mut literal);
        pattern
    }

    /// The text that every match begins with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// The text, where there is neither wildcard nor variable.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is a text and then one run: a plain prefix.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Text(_), Piece::Run])
    }

    /// Whether it is `*` alone.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Run])
    }

    /// The pattern `*`.
    #[must_use]
    pub fn any() -> Pattern {
        Pattern { pieces: vec![Piece::Run] }
    }

    /// Whether it holds a variable.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Variable(_)))
    }

    /// Whether a value matches, where there are no variables; one that is not filled in matches nothing.
    #[must_use]
    pub fn fits(&self, value: &str, case: Case) -> bool {
        Matcher { case, context: None }.glob(&self.pieces, value)
    }

    /// Whether a value matches, variables filled in.
    #[must_use]
    pub fn meets(&self, value: &str, case: Case, context: &Context) -> Fit {
        let matcher = Matcher { case, context: Some(context) };
        match self.readiness(context) {
            Filling::Unresolved => Fit::Unresolved,
            // What cannot match whatever the variable holds is told without it.
            Filling::Unknown if matcher.strip_text(value, self.prefix()).is_none() => Fit::Is(Tri::No),
            Filling::Unknown => Fit::Is(Tri::Unknown),
            Filling::Text(_) => Fit::Is(Tri::from(matcher.glob(&self.pieces, value))),
        }
    }

    /// The pattern with its variables filled in.
    ///
    /// # Errors
    /// Gives what kept a variable from being filled.
    pub fn filled(&self, context: &Context) -> Result<Pattern, Fit> {
        let mut pattern = Pattern::default();
        let mut literal = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => literal.push_str(text),
                Piece::Variable(variable) => match variable.fill(context) {
                    Filling::Text(text) => literal.push_str(text),
                    Filling::Unresolved => return Err(Fit::Unresolved),
                    Filling::Unknown => return Err(Fit::Is(Tri::Unknown)),
                },
                wildcard => pattern.add(&mut literal, wildcard.clone()),
            }
        }
        pattern.flush(&mut literal);
        Ok(pattern)
    }

    /// Cuts at the colons of its literal text, at most `limit - 1` times: colons that a variable brings are none
    /// (rule 3.5).
    #[must_use]
    pub fn split_colons(&self, limit: usize) -> Vec<Pattern> {
        let mut parts: Vec<Pattern> = Vec::new();
        let mut current = Pattern::default();
        for piece in &self.pieces {
            let Piece::Text(text) = piece else {
                current.pieces.push(piece.clone());
                continue;
            };
            let mut cuts = text.splitn(limit.saturating_sub(parts.len()).max(1), ':');
            current.add_text(cuts.next().unwrap_or_default());
            for cut in cuts {
                parts.push(std::mem::take(&mut current));
                current.add_text(cut);
            }
        }
        parts.push(current);
        parts
    }

    /// `Text` if all variables have a value, else what is wrong with the first that has none.
    fn readiness(&self, context: &Context) -> Filling<'_> {
        let mut ready = Filling::Text("");
        for piece in &self.pieces {
            let Piece::Variable(variable) = piece else { continue };
            match variable.fill(context) {
                Filling::Unresolved => return Filling::Unresolved,
                Filling::Unknown => ready = Filling::Unknown,
                Filling::Text(_) => {}
            }
        }
        ready
    }

    fn add(&mut self, literal: &mut String, piece: Piece) {
        self.flush(literal);
        if piece != Piece::Run || self.pieces.last() != Some(&Piece::Run) {
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self, literal: &mut String) {
        self.add_text(literal);
        literal.clear();
    }

    fn add_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece::Text(text.into()));
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
            ("?", "", false),
            ("??*", "é", false),
            ("*x*y*", "axby", true),
            ("*x*y*", "ayxb", false),
            ("*ab?b*", "aabab", true),
            ("*?b", "b", false),
            ("a*a", "a", false),
            ("**", "", true),
            ("A", "a", false),
            ("", "", true),
            ("", "a", false),
            ("é*é", "éé", true),
        ];
        for (pattern, value, wanted) in table {
            assert_eq!(matches(pattern, value, Case::Sensitive), wanted, "{pattern} {value}");
        }
        assert!(matches("S3:get*Ob*", "s3:GetObject", Case::Insensitive));
        let hostile = format!("{}b", "*a".repeat(60));
        assert!(!matches(&hostile, &"a".repeat(2000), Case::Sensitive));
    }

    #[test]
    fn variables_are_literal() {
        let mut context = Context::new();
        context.set("k", ["a*".to_owned()]);
        let meets = |pattern: &str, value: &str| {
            Pattern::parse(pattern, true, true).meets(value, Case::Sensitive, &context)
        };
        assert_eq!(meets("x/${k}/*", "x/a*/y"), Fit::Is(Tri::Yes));
        assert_eq!(meets("x/${k}/*", "x/ab/y"), Fit::Is(Tri::No));
        assert_eq!(meets("x/${*}", "x/y"), Fit::Is(Tri::No));
        assert_eq!(meets("x/${gone}", "x/"), Fit::Unresolved);
        assert_eq!(meets("${gone, 'a?'}", "a?"), Fit::Is(Tri::Yes));
    }

    #[test]
    fn colons() {
        let parts = Pattern::parse("a:${b:c}:*:d:e", true, true).split_colons(4);
        let wanted: Vec<_> = ["a", "${b:c}", "*", "d:e"].map(|text| Pattern::parse(text, true, true)).into();
        assert_eq!(parts, wanted);
        assert_eq!(Pattern::parse("::", true, true).split_colons(6), vec![Pattern::default(); 3]);
    }
}
