//! Lengths of time as flags of Go programs have them.

use std::time::Duration;

/// Go's `time.ParseDuration`, as far as whole numbers go: `100ms`, `1m30s`, `0`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is written as `100ms`, `30s`, `10m` or `24h`".to_owned();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (mut rest, mut all) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit).ok_or_else(wrong)?;
        let milliseconds: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(wrong)?;
        all = all.checked_add(part).ok_or_else(wrong)?;
        rest = after;
    }
    if text.is_empty() { Err(wrong()) } else { Ok(all) }
}

/// A certificate's life.
pub(super) fn life(text: &str) -> Result<Duration, String> {
    let life = duration(text)?;
    if life < Duration::from_secs(30) || life > Duration::from_secs(50 * 365 * 86_400) {
        return Err("a certificate lives thirty seconds at least, and fifty years at most".into());
    }
    Ok(life)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_go_writes_them() {
        for (text, milliseconds) in [("100ms", 100), ("0", 0), ("1m30s", 90_000), ("2h", 7_200_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "1", "ms", "1d", "-1s", "99999999999999999999s", "1.5s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
