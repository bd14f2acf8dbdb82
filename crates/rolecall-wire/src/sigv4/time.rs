//! Dates of signatures: `20260301T120000Z`, or the `Date` header's form.

use rolecall_model::instant::Instant;
use std::fmt::Write as _;

/// Reads `yyyymmddThhmmssZ`.
pub(super) fn parse(stamp: &str) -> Option<Instant> {
    let bytes: &[u8; 16] = stamp.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = *bytes else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_i16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i16::from(*digit - b'0')))
    };
    let two = |a, b| number(&[a, b]).and_then(|value| i8::try_from(value).ok());
    let date = jiff::civil::Date::new(number(&[y1, y2, y3, y4])?, two(m1, m2)?, two(d1, d2)?).ok()?;
    let time = jiff::civil::Time::new(two(h1, h2)?, two(n1, n2)?, two(s1, s2)?, 0).ok()?;
    let stamp = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Some(Instant(stamp.as_second()))
}

/// Reads the `Date` header: RFC 1123, or the basic form that a few clients put there.
pub(super) fn parse_header(text: &str) -> Option<Instant> {
    parse(text).or_else(|| {
        let stamp = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Instant(stamp.as_second()))
    })
}

/// Writes `yyyymmddThhmmssZ`; instants beyond the calendar are written as its beginning.
pub(super) fn stamp(instant: Instant) -> String {
    let time = jiff::Timestamp::from_second(instant.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let time = jiff::tz::Offset::UTC.to_datetime(time);
    let mut out = String::with_capacity(16);
    let (year, month, day) = (time.year(), time.month(), time.day());
    let _ = write!(
        out,
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        time.hour(),
        time.minute(),
        time.second()
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        let noon = Instant(1_772_366_400);
        assert_eq!(parse("20260301T120000Z"), Some(noon));
        assert_eq!(parse_header("Sun, 01 Mar 2026 12:00:00 GMT"), Some(noon));
        assert_eq!(stamp(noon), "20260301T120000Z");
        for wrong in [
            "",
            "20260301T120000",
            "2026-03-01T12:00Z",
            "20261301T120000Z",
            "20260301T250000Z",
            "2026030１T12000Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
