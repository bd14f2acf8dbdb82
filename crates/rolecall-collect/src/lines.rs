//! Lines of indented text, as `kubectl describe` prints it.

/// A line without its indent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'t> {
    /// Blanks before it.
    pub indent: usize,
    /// The text, without blanks at either end.
    pub text: &'t str,
    /// The byte at which `text` begins.
    pub start: usize,
}

/// The lines of a text that are not empty.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        if !bare.trim_end().is_empty() {
            found.push(Line { indent, text: bare.trim_end(), start: start + indent });
        }
        start += line.len();
    }
    found
}

impl<'t> Line<'t> {
    /// What stands before the first colon.
    pub(crate) fn key(&self) -> Option<&'t str> {
        self.text.split_once(':').map(|(key, _)| key)
    }

    /// What stands behind the first colon, and where.
    pub(crate) fn value(&self) -> Option<(&'t str, usize)> {
        let (_, rest) = self.text.split_once(':')?;
        let value = rest.trim_start();
        Some((value, self.start + self.text.len() - value.len()))
    }
}
