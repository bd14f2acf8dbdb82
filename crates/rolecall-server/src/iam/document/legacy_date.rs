//! Dates in conditions as IAM's older reader takes them when a policy is stored (reference iam.md §5.1, rule 3).

/// Whether a value is ISO 8601, whole or in part, or seconds since 1970. Years are those of a 64-bit count of
/// milliseconds; neither the length of months nor leap seconds are looked at.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    if !text.contains(['t', '-']) {
        return text.parse::<i64>().is_ok_and(|seconds| seconds >= 0);
    }
    let (date, time) = text.split_once('t').unwrap_or((&text, ""));
    is_day(date) && is_time(time)
}

fn is_day(date: &str) -> bool {
    let (sign, date) = date.strip_prefix('-').map_or((1, date), |rest| (-1, rest));
    let parts: Vec<&str> = date.split('-').collect();
    let year = |text: &str| {
        let year = text.parse::<i64>().map(|year| sign * year);
        year.is_ok_and(|year| (-292_275_054..=292_278_993).contains(&year))
    };
    match parts.as_slice() {
        [y] => year(y),
        [y, month] => year(y) && within(month, 1, 12),
        [y, month, day] => year(y) && within(month, 1, 12) && within(day, 1, 31),
        _ => false,
    }
}

fn is_time(time: &str) -> bool {
    let mut parts = time.splitn(3, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (hours, minutes, rest) = (next(), next(), next());
    (hours.is_empty() || within(hours, 0, 23))
        && (minutes.is_empty() && rest.is_empty() || within(minutes, 0, 59))
        && (rest.is_empty() || is_seconds(rest))
}

/// Seconds with a fraction and a zone, as in `05.123z` and `05+02:00`.
fn is_seconds(text: &str) -> bool {
    let seconds = if let Some((seconds, after)) = text.split_once('z') {
        if !after.is_empty() {
            return false;
        }
        seconds
    } else if let Some((seconds, zone)) = text.split_once('+') {
        let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
        if hours.len() != 2 || minutes.len() != 2 || !within(hours, 0, 23) || !within(minutes, 0, 59) {
            return false;
        }
        seconds
    } else {
        text
    };
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    within(whole, 0, 59) && within(fraction, 0, 999_999_999)
}

fn within(text: &str, least: u32, most: u32) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for text in [
            "2013-06-30T00:00:00Z",
            "2013-06-30",
            "2013-06",
            "01T",
            "1372550400",
            "0",
            "-292275054-01-01T00:00:00z",
            "2013-02-31T00:00:00.999999999+23:59",
            "2013-06-30T00:00:00+02",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "9223372036854775808",
            "-292275055-01-01T00:00:00z",
            "2013-13-01",
            "2013-06-32",
            "2013-06-30-01",
            "2013-06-30T24:00:00Z",
            "2013-06-30T00:60:00Z",
            "2013-06-30T00:00:60Z",
            "2013-06-30T00:00:00.1234567890Z",
            "2013-06-30T00:00:00z1",
            "2013-06-30T00:00:00+2:00",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
