//! Matching without backtracking beyond the last run: linear for most patterns, never worse than the product of lengths.

use super::{Case, Piece};
use crate::context::Context;
use crate::variable::Filling;

/// How pieces are compared.
pub(super) struct Matcher<'c> {
    pub case: Case,
    /// For variables; without it they match nothing.
    pub context: Option<&'c Context>,
}

impl<'c> Matcher<'c> {
    /// The chunk before the first run stands at the beginning, the one after the last run at the end; each one between
    /// is found as far left as it goes, which is enough for this language.
    pub fn glob(&self, pieces: &'c [Piece], value: &str) -> bool {
        let mut chunks = pieces.split(|piece| *piece == Piece::Run);
        let Some(rest) = chunks.next().and_then(|head| self.strip_front(head, value)) else { return false };
        let Some(tail) = chunks.next_back() else { return rest.is_empty() };
        let Some(mut rest) = self.strip_back(tail, rest) else { return false };
        for chunk in chunks {
            match self.find(chunk, rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }

    /// What follows the leftmost place where a chunk matches.
    fn find<'v>(&self, chunk: &'c [Piece], value: &'v str) -> Option<&'v str> {
        let mut rest = value;
        loop {
            if let (Case::Sensitive, Some(Piece::Text(text))) = (self.case, chunk.first()) {
                rest = rest.get(rest.find(&**text)?..)?;
            }
            if let Some(after) = self.strip_front(chunk, rest) {
                return Some(after);
            }
            rest = rest.get(rest.chars().next()?.len_utf8()..)?;
        }
    }

    fn strip_front<'v>(&self, chunk: &'c [Piece], value: &'v str) -> Option<&'v str> {
        chunk.iter().try_fold(value, |rest, piece| match piece {
            Piece::One => rest.get(rest.chars().next()?.len_utf8()..),
            piece => self.strip_text(rest, self.text(piece)?),
        })
    }

    fn strip_back<'v>(&self, chunk: &'c [Piece], value: &'v str) -> Option<&'v str> {
        chunk.iter().rev().try_fold(value, |rest, piece| match piece {
            Piece::One => rest.get(..rest.len() - rest.chars().next_back()?.len_utf8()),
            piece => {
                let text = self.text(piece)?;
                let (front, back) = rest.split_at_checked(rest.len().checked_sub(text.len())?)?;
                self.same(back, text).then_some(front)
            }
        })
    }

    /// What follows a text that the value begins with.
    pub fn strip_text<'v>(&self, value: &'v str, text: &str) -> Option<&'v str> {
        let (front, rest) = value.split_at_checked(text.len())?;
        self.same(front, text).then_some(rest)
    }

    fn same(&self, a: &str, b: &str) -> bool {
        match self.case {
            Case::Sensitive => a == b,
            Case::Insensitive => a.eq_ignore_ascii_case(b),
        }
    }

    fn text(&self, piece: &'c Piece) -> Option<&'c str> {
        match piece {
            Piece::Text(text) => Some(text),
            Piece::Variable(variable) => match variable.fill(self.context?) {
                Filling::Text(text) => Some(text),
                _ => None,
            },
            Piece::One | Piece::Run => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matches;
    use super::*;
    use proptest::prelude::*;

    /// The definition, exponential and plain.
    fn slow(pattern: &[char], value: &[char]) -> bool {
        match pattern.split_first() {
            None => value.is_empty(),
            Some(('*', rest)) => (0..=value.len()).any(|at| slow(rest, &value[at..])),
            Some(('?', rest)) => value.split_first().is_some_and(|(_, after)| slow(rest, after)),
            Some((c, rest)) => value.split_first().is_some_and(|(d, after)| c == d && slow(rest, after)),
        }
    }

    proptest! {
        #[test]
        fn as_the_definition_says(pattern in "[ab*?é]{0,8}", value in "[abé]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                matches(&pattern, &value, Case::Sensitive),
                slow(&chars(&pattern), &chars(&value))
            );
        }
    }
}
