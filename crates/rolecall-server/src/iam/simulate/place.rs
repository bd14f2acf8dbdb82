//! Where a statement stands in its policy, as the simulator tells it (reference simulator.md §2.2).

use rolecall_model::json::{Kind, parse};
use rolecall_model::span::{Position, position};

/// From where to where a statement reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// For a single statement just after its opening brace; in an array where IAM's reader is before it reads the
    /// element: just after the bracket, or after the comma behind the element before.
    pub start: Position,
    /// Just after the closing brace.
    pub end: Position,
}

/// The place of a statement by its number; none where the text holds no such statement.
pub(super) fn of(text: &str, index: usize) -> Option<Place> {
    let root = parse(text).root?;
    let statements = root.get("Statement")?;
    let at = |offset: u32| position(text, offset);
    match &statements.kind {
        Kind::Array(elements) => {
            let element = elements.get(index)?;
            let start = match index.checked_sub(1).and_then(|before| elements.get(before)) {
                None => statements.span.start + 1,
                Some(before) => {
                    let between = text.get(before.span.end as usize..element.span.start as usize)?;
                    before.span.end + u32::try_from(between.find(',')?).ok()? + 1
                }
            };
            Some(Place { start: at(start), end: at(element.span.end) })
        }
        _ => Some(Place { start: at(statements.span.start + 1), end: at(statements.span.end) })
            .filter(|_| index == 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_places() {
        let single = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
        let place = of(single, 0).unwrap();
        assert_eq!(place.start, Position { line: 1, column: 41 });
        assert_eq!(place.end.column as usize, single.len());
        let short = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        assert_eq!(of(short, 0).unwrap().start, Position { line: 1, column: 38 });
        let pretty = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": \"codecommit:ListRepositories\",\n            \"Resource\": \"*\",\n            \"Sid\": \"x\"\n        },\n        {}\n    ]\n}";
        let first = of(pretty, 0).unwrap();
        assert_eq!(first.start, Position { line: 3, column: 19 });
        assert_eq!(first.end, Position { line: 9, column: 10 });
        assert_eq!(of(pretty, 1).unwrap().start, Position { line: 9, column: 11 });
        assert_eq!(of(pretty, 2), None);
        assert_eq!(of(single, 1), None);
    }
}
