//! ARNs: six parts compared one by one, wildcards within a part, the sixth being all that follows (rule 5.10).

use crate::pattern::{Case, Token, glob};

/// Whether a value is an ARN by its shape: six parts, the first of them `arn`.
#[must_use]
pub fn is_arn(value: &str) -> bool {
    value.starts_with("arn:") && value.splitn(6, ':').count() == 6
}

/// Whether an ARN matches a pattern part by part. A pattern of fewer than six parts matches only if it is `*` alone; that
/// is our choice (open question 11 of the reference).
#[must_use]
pub fn matches(pattern: &[Token], value: &str) -> bool {
    if pattern == [Token::Run] {
        return true;
    }
    let mut rest = pattern;
    let mut parts = value.splitn(6, ':');
    for _ in 0..5 {
        let Some(end) = rest.iter().position(|token| *token == Token::Is(':')) else { return false };
        let (part, after) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
        if !parts.next().is_some_and(|value| glob(part, value, Case::Sensitive)) {
            return false;
        }
        rest = after;
    }
    parts.next().is_some_and(|value| glob(rest, value, Case::Sensitive))
}
