//! A check: one cause, what it reads, its page for users, and the function that looks for it.

use crate::case::Case;
use crate::finding::{Finding, Severity};
use crate::link::Link;

/// One cause and how it is found.
#[derive(Clone, Copy)]
pub struct Check {
    /// `link.fault`, the name everywhere: file, page, argument, JSON value.
    pub slug: &'static str,
    /// The cause in one line, lower case, without a full stop.
    pub title: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// Links it reads; a test holds it to them. The attempt itself may always be read.
    pub reads: &'static [Link],
    /// Source text of its file, whose module comment is the user's page.
    pub source: &'static str,
    /// Looks for the cause.
    pub run: fn(&Case<'_>) -> Option<Finding>,
}

impl Check {
    /// The page for users: the module comment of the check's file, as markdown.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self.source.lines().take_while(|line| line.starts_with("//!"));
        let text = |line: &str| {
            let text = line.trim_start_matches("//!");
            text.strip_prefix(' ').unwrap_or(text).to_owned()
        };
        lines.map(text).collect::<Vec<_>>().join("\n")
    }

    /// The link that its slug begins with.
    #[must_use]
    pub fn link(&self) -> Link {
        Link::of_slug(self.slug).unwrap_or(Link::Workload)
    }
}
