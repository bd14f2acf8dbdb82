//! Sentences of the doctor taken apart into prose and quoted values, for formats that have a look of their own for code.

use super::plain;

/// A part of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Prose.
    Prose(&'a str),
    /// What stood between backticks: a value, a name, a command.
    Code(&'a str),
}

/// The sentence on one line, control characters made visible.
pub fn one_line(sentence: &str) -> String {
    plain(sentence).replace(['\n', '\t'], " ")
}

/// The parts of a sentence, in order, none of them empty. A backtick without a partner is prose. Values come from
/// strangers and may hold backticks themselves: whatever the parts are, each has to be escaped for what it is shown as.
pub fn pieces(sentence: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = sentence;
    while let Some((prose, tail)) = rest.split_once('`') {
        let Some((code, after)) = tail.split_once('`') else { break };
        pieces.push(Piece::Prose(prose));
        pieces.push(Piece::Code(code));
        rest = after;
    }
    pieces.push(Piece::Prose(rest));
    pieces.retain(|piece| !matches!(piece, Piece::Prose("") | Piece::Code("")));
    pieces
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Prose};
    use super::*;

    #[test]
    fn sentences_come_apart_at_backticks() {
        let table: [(&str, &[Piece<'_>]); 5] = [
            ("plain", &[Prose("plain")]),
            ("`a` wants `b`", &[Code("a"), Prose(" wants "), Code("b")]),
            ("one ` alone", &[Prose("one ` alone")]),
            ("`a` and ` alone", &[Code("a"), Prose(" and ` alone")]),
            ("``", &[]),
        ];
        for (sentence, wanted) in table {
            assert_eq!(pieces(sentence), wanted, "{sentence}");
        }
    }
}
