//! ARNs: six parts compared one by one, wildcards within a part, the sixth being all that follows (rules 3.2, 3.3, 5.10).

use crate::context::Context;
use crate::pattern::{Case, Fit, Pattern};
use crate::trace::Tri;

/// Parts of an ARN.
const PARTS: usize = 6;

/// Whether a value is an ARN by its shape: six parts, the first of them `arn`.
#[must_use]
pub fn is_arn(value: &str) -> bool {
    value.starts_with("arn:") && value.splitn(PARTS, ':').count() == PARTS
}

/// A pattern for ARNs, made ready for matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnPattern {
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// `*`
    Any,
    /// No wildcard, no variable.
    Exact(Box<str>),
    /// Five literal parts, and a sixth that is literal but for a star at its end.
    Prefix(Box<str>),
    /// What every match begins with, and the parts.
    Parts(Box<str>, Box<[Pattern]>),
    /// Fewer than six parts, at least until its variables are filled in.
    Short(Pattern),
    /// Matches nothing.
    Never,
}

impl ArnPattern {
    /// A pattern of a Resource element. One of fewer than six parts is completed with stars (IAM User Guide, "IAM
    /// identifiers": `arn:aws:sqs` is `arn:aws:sqs:*:*:*`). A variable may stand in the sixth part alone (rule 3.5).
    #[must_use]
    pub fn of_resource(text: &str, variables: bool) -> ArnPattern {
        let pattern = Pattern::parse(text, true, variables);
        if pattern.is_any() {
            return ArnPattern { shape: Shape::Any };
        }
        let mut parts = pattern.split_colons(PARTS);
        if parts.iter().take(PARTS - 1).any(Pattern::has_variables) {
            return ArnPattern { shape: Shape::Never };
        }
        if parts.len() < PARTS {
            parts.resize(PARTS, Pattern::any());
            return ArnPattern { shape: Shape::Parts(pattern.prefix().into(), parts.into()) };
        }
        ArnPattern { shape: whole(&pattern, parts) }
    }

    /// A value of an ARN operator. One of fewer than six parts is no ARN, `*` excepted: our choice (open question 11).
    /// A variable may bring the missing parts.
    #[must_use]
    pub fn of_condition(text: &str, variables: bool) -> ArnPattern {
        let pattern = Pattern::parse(text, true, variables);
        if pattern.is_any() {
            return ArnPattern { shape: Shape::Any };
        }
        let parts = pattern.split_colons(PARTS);
        let shape = if parts.len() < PARTS { Shape::Short(pattern) } else { whole(&pattern, parts) };
        ArnPattern { shape }
    }

    /// The text that every match begins with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match &self.shape {
            Shape::Exact(text) | Shape::Prefix(text) | Shape::Parts(text, _) => text,
            Shape::Any | Shape::Short(_) | Shape::Never => "",
        }
    }

    /// Whether it can be held against an ARN at all.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        match &self.shape {
            Shape::Short(pattern) => pattern.has_variables(),
            _ => true,
        }
    }

    /// Whether a value matches.
    #[must_use]
    pub fn meets(&self, value: &str, context: &Context) -> Fit {
        match &self.shape {
            Shape::Any => Fit::Is(Tri::Yes),
            Shape::Never => Fit::Is(Tri::No),
            Shape::Exact(text) => Fit::Is(Tri::from(**text == *value)),
            Shape::Prefix(text) => Fit::Is(Tri::from(value.starts_with(&**text))),
            Shape::Parts(prefix, _) if !value.starts_with(&**prefix) => Fit::Is(Tri::No),
            Shape::Parts(_, parts) => by_parts(parts, value, context),
            Shape::Short(pattern) => match pattern.filled(context) {
                Ok(filled) => by_parts(&filled.split_colons(PARTS), value, context),
                Err(fit) => fit,
            },
        }
    }
}

fn whole(pattern: &Pattern, parts: Vec<Pattern>) -> Shape {
    match pattern.literal() {
        Some(text) => Shape::Exact(text.into()),
        None if pattern.is_prefix() => Shape::Prefix(pattern.prefix().into()),
        None => Shape::Parts(pattern.prefix().into(), parts.into()),
    }
}

fn by_parts(parts: &[Pattern], value: &str, context: &Context) -> Fit {
    if parts.len() < PARTS {
        return Fit::Is(Tri::No);
    }
    let mut values = value.splitn(PARTS, ':');
    let mut all = Tri::Yes;
    for part in parts {
        let Some(value) = values.next() else { return Fit::Is(Tri::No) };
        match part.meets(value, Case::Sensitive, context) {
            Fit::Is(fits) => all = all.and(fits),
            unresolved => return unresolved,
        }
        if all == Tri::No {
            break;
        }
    }
    Fit::Is(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let mut context = Context::new();
        context.set("aws:username", ["a:b*".to_owned()]);
        context.set("aws:sourcearn", ["arn:aws:sns:eu-west-1:111122223333:topic".to_owned()]);
        context
    }

    #[test]
    fn resources() {
        let table = [
            ("*", "anything", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::B/x", false),
            ("arn:aws:s3:::b", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::*", "*", false),
            ("arn:aws:sqs:*:111122223333:q?", "arn:aws:sqs:eu-west-1:111122223333:q1", true),
            ("arn:aws:sqs:*:q1", "arn:aws:sqs:eu-west-1:111122223333:q1", false),
            ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:111122223333:q1", true),
            ("arn:aws:sqs:us-*", "arn:aws:sqs:eu-west-1:111122223333:q1", false),
            ("arn:aws:iam::*:role/x", "arn:aws:iam::1:2:role/x", false),
            ("arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/a:b*", true),
            ("arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/a:bc", false),
            ("arn:aws:sqs:${aws:username}:1:q", "arn:aws:sqs:a:b*:1:q", false),
        ];
        for (pattern, value, wanted) in table {
            let fit = ArnPattern::of_resource(pattern, true).meets(value, &context());
            assert_eq!(fit, Fit::Is(Tri::from(wanted)), "{pattern} {value}");
        }
    }

    #[test]
    fn conditions() {
        let topic = "arn:aws:sns:eu-west-1:111122223333:topic";
        let table = [
            ("*", true),
            ("arn:aws:sns:*:111122223333:topic", true),
            ("arn:aws:sns:*:topic", false),
            ("arn:aws:sns:*:*:*", true),
            ("${aws:SourceArn}", true),
            ("${aws:SourceArn}x", false),
        ];
        for (pattern, wanted) in table {
            let fit = ArnPattern::of_condition(pattern, true).meets(topic, &context());
            assert_eq!(fit, Fit::Is(Tri::from(wanted)), "{pattern}");
        }
        assert!(!ArnPattern::of_condition("arn:aws:sqs", true).is_sound());
        assert!(ArnPattern::of_condition("${aws:SourceArn}", true).is_sound());
    }
}
