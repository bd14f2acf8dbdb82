//! Two values side by side, and the first segment in which they differ.

/// Where two values part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The segment, from 1.
    pub segment: usize,
    /// Byte in the second value where that segment begins.
    pub start: usize,
    /// Byte in the second value after that segment.
    pub end: usize,
    /// Whether the values are equal but for letter case.
    pub case_only: bool,
}

/// The first segment of `actual` that differs from the same segment of `expected`; segments end at `:` and `/`.
/// None where the values are equal.
#[must_use]
pub fn first_difference(expected: &str, actual: &str) -> Option<Difference> {
    if expected == actual {
        return None;
    }
    let case_only = expected.eq_ignore_ascii_case(actual);
    let mut start = 0;
    let mut wanted = expected.split([':', '/']);
    for (index, segment) in actual.split([':', '/']).enumerate() {
        let end = start + segment.len();
        if wanted.next() != Some(segment) {
            return Some(Difference { segment: index + 1, start, end, case_only });
        }
        start = end + 1;
    }
    let count = actual.split([':', '/']).count();
    Some(Difference { segment: count + 1, start: actual.len(), end: actual.len(), case_only })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_at_the_first_segment() {
        let table = [
            ("system:serviceaccount:a:b", "system:serviceaccount:a:c", Some((4, 24, 25, false))),
            ("repo:Org/x:*", "repo:org/x:*", Some((2, 5, 8, true))),
            ("a:b:c", "a:b", Some((3, 3, 3, false))),
            ("a:b", "a:b:c", Some((3, 4, 5, false))),
            ("same", "same", None),
        ];
        for (expected, actual, wanted) in table {
            let found = first_difference(expected, actual).map(|d| (d.segment, d.start, d.end, d.case_only));
            assert_eq!(found, wanted, "{expected} {actual}");
        }
    }
}
