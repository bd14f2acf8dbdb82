//! Why something could not be read, in the words that the common tool would print, with what to do about it.

use std::error::Error;
use std::time::Duration;

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One line, as the AWS CLI or kubectl prints it.
    pub line: String,
    /// Of what sort it is.
    pub kind: RefusalKind,
    /// What to do about it, where that is known.
    pub remedy: Option<String>,
}

/// Sorts of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// It was looked for and is not there.
    NotFound,
    /// These credentials may not read it.
    Forbidden,
    /// There are no credentials, or they are not taken.
    Credentials,
    /// Nobody answers.
    Unreachable,
    /// Too many calls.
    Throttled,
    /// The time was up.
    Time,
    /// Something else.
    Other,
}

impl Refusal {
    /// A refusal without a remedy.
    #[must_use]
    pub fn new(kind: RefusalKind, line: impl Into<String>) -> Self {
        let line: String = line.into();
        let line = line.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Refusal { line, kind, remedy: None }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn remedied(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The time was up.
    pub(crate) fn time(what: &str, budget: Duration) -> Self {
        Refusal::new(RefusalKind::Time, format!("no answer to {what} within {} seconds", budget.as_secs()))
            .remedied(
                "give it more time with `--timeout`, or look whether the endpoint is paused or behind a VPN",
            )
    }
}

/// An error and what caused it, in one line; causes that repeat what was said are left out.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = error.source();
    }
    text
}
