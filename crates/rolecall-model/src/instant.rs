//! Instants as seconds since 1970, UTC; time is always handed in.

use std::fmt;

/// Whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Reads an RFC 3339 / ISO 8601 instant with a zone (`Z` or an offset), or epoch seconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Instant> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<i64>() {
            return Some(Instant(seconds));
        }
        text.parse::<jiff::Timestamp>().ok().map(|stamp| Instant(stamp.as_second()))
    }
}

impl fmt::Display for Instant {
    /// `2025-06-01T12:00:00Z`; the bare number where the calendar ends.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(stamp) => write!(out, "{stamp}"),
            Err(_) => write!(out, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        assert_eq!(Instant::parse("2025-06-01T12:00:00Z\n"), Some(Instant(1_748_779_200)));
        assert_eq!(Instant::parse("2025-06-01T14:00:00+02:00"), Some(Instant(1_748_779_200)));
        assert_eq!(Instant::parse("1748779200"), Some(Instant(1_748_779_200)));
        assert_eq!(Instant::parse("yesterday"), None);
        assert_eq!(Instant(1_748_779_200).to_string(), "2025-06-01T12:00:00Z");
        assert_eq!(Instant(i64::MAX).to_string(), i64::MAX.to_string());
    }
}
