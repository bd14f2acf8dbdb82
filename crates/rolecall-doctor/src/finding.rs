//! Findings: what is wrong, how sure that is, where it stands and what mends it.

use rolecall_model::document::At;

use crate::check::Check;
use crate::fix::Fix;
use crate::fix::edit::Edit;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It makes the attempt fail.
    Error,
    /// It works now; it will break, or it admits more than meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The evidence decides it.
    Certain,
    /// The evidence points there and nothing speaks against it, yet a fact that would decide was not read.
    Likely,
    /// One of several explanations.
    Possible,
}

/// A place that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub at: At,
    /// A few words beside the caret.
    pub label: String,
    /// Whether this is the byte that did it; the others say why.
    pub primary: bool,
    /// What would have been right.
    pub expected: Option<String>,
    /// What is there or was sent.
    pub actual: Option<String>,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It admits nobody but this caller and loses nothing.
    Safe,
    /// Somebody should read it first.
    Review,
    /// It has placeholders or needs a decision; it is shown and never applied.
    ShowOnly,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The cause's slug.
    pub cause: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// One line for this case, lower case, without a full stop.
    pub title: String,
    /// What happened and why, in whole sentences.
    pub explanation: String,
    /// Where, the primary place first.
    pub places: Vec<Place>,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// Ways to mend it, the narrowest first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// A finding of `check` with its own severity.
    #[must_use]
    pub fn new(check: &Check, certainty: Certainty, title: impl Into<String>) -> Self {
        Finding {
            cause: check.slug,
            severity: check.severity,
            certainty,
            title: title.into(),
            explanation: String::new(),
            places: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says what happened and why.
    #[must_use]
    pub fn because(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = explanation.into();
        self
    }

    /// Points at the byte that did it.
    #[must_use]
    pub fn at(self, at: At, label: impl Into<String>) -> Self {
        self.place(Place { at, label: label.into(), primary: true, expected: None, actual: None })
    }

    /// Points at a place that says why.
    #[must_use]
    pub fn beside(self, at: At, label: impl Into<String>) -> Self {
        self.place(Place { at, label: label.into(), primary: false, expected: None, actual: None })
    }

    /// Points at the answer that was seen: beside what did it, or in its place where that was not read.
    #[must_use]
    pub fn answered(self, at: At) -> Self {
        let primary = !self.places.iter().any(|place| place.primary);
        self.place(Place { at, label: "STS's answer".into(), primary, expected: None, actual: None })
    }

    /// Points at a value that is not what it should be.
    #[must_use]
    pub fn differs(
        self,
        at: At,
        label: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        self.place(Place {
            at,
            label: label.into(),
            primary: true,
            expected: Some(expected.into()),
            actual: Some(actual.into()),
        })
    }

    /// Adds a place.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds advice on how to mend it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, safety: Safety, commands: &[String]) -> Self {
        self.fixes.push(Fix::advice(title, safety, commands));
        self
    }

    /// Adds a change that can be previewed.
    #[must_use]
    pub fn change(mut self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Self {
        self.fixes.push(Fix::change(title, safety, edits));
        self
    }
}

/// Quotes a word for a POSIX shell, so that nothing in it is expanded.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_words() {
        assert_eq!(shell_word("arn:aws:iam::1:role/x"), "arn:aws:iam::1:role/x");
        assert_eq!(shell_word("$(id)"), "'$(id)'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
