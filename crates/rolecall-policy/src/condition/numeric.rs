//! Numbers: integers and decimals, compared as exact decimals, so that 10 equals 10.0 (rule 5.5).

use std::cmp::Ordering;

/// A decimal number in normal form: no leading zeros before the point, none trailing after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

/// Reads a number; none for anything else, exponents included.
#[must_use]
pub fn parse(text: &str) -> Option<Decimal<'_>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let negative = text.starts_with('-') && !(whole.is_empty() && fraction.is_empty());
    Some(Decimal { negative, whole, fraction })
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || {
            let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(other.whole));
            whole.then_with(|| self.fraction.cmp(other.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders() {
        let order = |a, b| parse(a).unwrap().cmp(&parse(b).unwrap());
        assert_eq!(order("10", "10.0"), Ordering::Equal);
        assert_eq!(order("-0", "0.00"), Ordering::Equal);
        assert_eq!(order("9", "10"), Ordering::Less);
        assert_eq!(order("-9", "-10"), Ordering::Greater);
        assert_eq!(order("1.25", "1.3"), Ordering::Less);
        assert_eq!(order("99999999999999999999", "100000000000000000000"), Ordering::Less);
        assert!(["", ".", "-", "1e3", "ten", "1.2.3"].iter().all(|text| parse(text).is_none()));
    }
}
