//! How far two names are apart.

/// Letters to insert, delete or replace to get from one name to the other. Names beyond 100 bytes count as strangers.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    if a.len() > 100 || b.len() > 100 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (index, left) in a.chars().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(b.chars()) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            *cell = replaced.min(diagonal + 1).min(before + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let table = [
            ("role-arn", "role-arn", 0),
            ("rolearn", "role-arn", 1),
            ("role_arn", "role-arn", 1),
            ("eks.amazon.com", "eks.amazonaws.com", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
        ];
        for (a, b, wanted) in table {
            assert_eq!(distance(a, b), wanted, "{a} {b}");
        }
        assert_eq!(distance(&"a".repeat(200), "a"), usize::MAX);
    }
}
