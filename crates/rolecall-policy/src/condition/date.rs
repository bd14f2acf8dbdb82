//! Dates: the W3C profile of ISO 8601, or epoch seconds; a four-digit value is a year (rule 5.6).

/// Seconds since 1970 and nanoseconds, UTC.
pub type Moment = (i64, u32);

/// Reads a date; none for anything else. A time without a zone counts as UTC.
#[must_use]
pub fn parse(text: &str) -> Option<Moment> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) && text.len() != 4 {
        return Some((text.parse().ok()?, 0));
    }
    if let Some((whole, fraction)) =
        text.split_once('.').filter(|(whole, fraction)| digits(whole) && digits(fraction))
    {
        return Some((whole.parse().ok()?, nanoseconds(fraction)?));
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = parts.next().filter(|year| year.len() == 4 && digits(year))?.parse().ok()?;
    let month = two(parts.next(), 1)?;
    let day = two(parts.next(), 1)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_from_civil(year, month, day).checked_mul(86_400)?;
    let (seconds, nanos) = match time {
        Some(time) if date.len() == 10 => time_of_day(time)?,
        Some(_) => return None,
        None => (0, 0),
    };
    Some((midnight.checked_add(seconds)?, nanos))
}

/// Two digits; `missing` where the part is not there.
fn two(part: Option<&str>, missing: i64) -> Option<i64> {
    match part {
        None => Some(missing),
        Some(text) if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        Some(_) => None,
    }
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s…`, then `Z`, `+hh:mm`, `-hh:mm` or nothing: seconds from midnight UTC.
fn time_of_day(text: &str) -> Option<(i64, u32)> {
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => (text.get(..at)?, text.get(at..)?),
        None => (text, "Z"),
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, "0"), |(clock, fraction)| (clock, fraction));
    let mut parts = clock.split(':');
    let (hour, minute) = (two(Some(parts.next()?), 0)?, two(Some(parts.next()?), 0)?);
    let second = two(parts.next(), 0)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match zone {
        "Z" => 0,
        signed => {
            let (hours, minutes) = signed.get(1..)?.split_once(':')?;
            let minutes = two(Some(hours), 0)? * 60 + two(Some(minutes), 0)?;
            if signed.starts_with('-') { -minutes } else { minutes }
        }
    };
    Some((hour * 3600 + minute * 60 + second - offset * 60, nanoseconds(fraction)?))
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let table = [
            ("2025-06-01T12:00:00Z", Some((1_748_779_200, 0))),
            ("2025-06-01T14:00+02:00", Some((1_748_779_200, 0))),
            ("2025-06-01T12:00:00.5Z", Some((1_748_779_200, 500_000_000))),
            ("1748779200", Some((1_748_779_200, 0))),
            ("2025-06-01", Some((1_748_736_000, 0))),
            ("2025-06", Some((1_748_736_000, 0))),
            ("1970", Some((0, 0))),
            ("2024-02-29", Some((1_709_164_800, 0))),
            ("2025-02-29", None),
            ("2025-13-01", None),
            ("2025-06T12:00Z", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, wanted) in table {
            assert_eq!(parse(text), wanted, "{text}");
        }
    }
}
