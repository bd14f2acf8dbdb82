//! Lengths of time in words.

/// A length in its two largest units, without sign: `2 h 5 min`.
pub fn words(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (unit, length) in units {
        let count = left / length;
        left %= length;
        if count > 0 || (unit == "s" && parts.is_empty()) {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    parts.join(" ")
}

/// Where an instant lies as seen from another: `in 5 min`, `3 d ago`, `now`.
pub fn from_now(seconds: i64) -> String {
    match seconds {
        0 => "now".into(),
        1.. => format!("in {}", words(seconds)),
        _ => format!("{} ago", words(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let table = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_661, "1 h 1 min"),
            (3_601, "1 h"),
            (86_400, "1 d"),
            (90_061, "1 d 1 h"),
            (-7_200, "2 h"),
            (i64::MIN, "106751991167300 d 15 h"),
        ];
        for (seconds, wanted) in table {
            assert_eq!(words(seconds), wanted, "{seconds}");
        }
        assert_eq!([from_now(0), from_now(300), from_now(-86_400)], ["now", "in 5 min", "1 d ago"]);
    }
}
