//! How large a policy may be (section 12).

use rolecall_model::span::Span;

use crate::document::{FlawKind, PolicyFlaw};

use super::Usage;

/// Characters of a document as IAM counts them: white space outside of strings is left out.
#[must_use]
pub fn size(text: &str) -> usize {
    let (mut count, mut inside, mut escaped) = (0, false, false);
    for c in text.chars() {
        count += usize::from(inside || !c.is_ascii_whitespace());
        inside ^= c == '"' && !escaped;
        escaped = inside && c == '\\' && !escaped;
    }
    count
}

/// Whether a document is larger than the default quota of its kind. Inline policies share a quota with their neighbours, and
/// quotas of resource policies are the services' own: those are not told here.
#[must_use]
pub fn too_large(text: &str, usage: Usage) -> Option<PolicyFlaw> {
    let all = text.chars().count();
    let (counted, limit, message) = match usage {
        Usage::Trust => (size(text), 2048, "Cannot exceed quota for ACLSizePerRole: 2048"),
        Usage::Identity | Usage::Boundary => (size(text), 6144, "Cannot exceed quota for PolicySize: 6144"),
        Usage::Session => (all, 2048, "the plain text of session policies is limited to 2048 characters"),
        Usage::Scp | Usage::Rcp => (all, 5120, "organization policies are limited to 5120 characters"),
        Usage::Resource | Usage::VpcEndpoint => return None,
    };
    let flaw =
        PolicyFlaw { span: Span::new(0, text.len()), kind: FlawKind::Refused, message: message.to_owned() };
    (counted > limit).then_some(flaw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_count_inside_strings_alone() {
        assert_eq!(size("{ \"a b\" :\n1 }"), "{\"a b\":1}".len());
        assert_eq!(size(r#"{"a\" b" : 1}"#), r#"{"a\" b":1}"#.len());
        assert!(too_large(&"x".repeat(2049), Usage::Trust).is_some());
        assert!(too_large(&" ".repeat(9000), Usage::Trust).is_none());
    }
}
