//! Kubernetes label selectors.

use rolecall_model::evidence::serviceaccount::Pair;
use rolecall_model::json::Node;

/// Whether a label selector selects these labels. An unknown operator selects.
pub(super) fn selects(selector: &Node, labels: &[Pair]) -> bool {
    let value =
        |key: &str| labels.iter().find(|label| label.key.value == key).map(|label| &label.value.value);
    let exact = selector.get("matchLabels").map(Node::members).unwrap_or_default();
    let exact = exact.iter().all(|member| value(&member.key).map(String::as_str) == member.value.scalar());
    let expressions = selector.get("matchExpressions").map(Node::elements).unwrap_or_default();
    exact
        && expressions.iter().all(|expression| {
            let key = expression.get("key").and_then(Node::as_str).unwrap_or_default();
            let values = expression.get("values").map(Node::elements).unwrap_or_default();
            let listed =
                || value(key).is_some_and(|v| values.iter().any(|one| one.scalar() == Some(v.as_str())));
            match expression.get("operator").and_then(Node::as_str) {
                Some("Exists") => value(key).is_some(),
                Some("DoesNotExist") => value(key).is_none(),
                Some("In") => listed(),
                Some("NotIn") => !listed(),
                _ => true,
            }
        })
}

#[cfg(test)]
mod tests {
    use rolecall_model::document::{At, DocumentId, Located};
    use rolecall_model::span::Span;

    use super::*;

    #[test]
    fn selectors() {
        let at = At::new(DocumentId(0), Span::new(0, 0));
        let text = |text: &str| Located::new(text.to_owned(), at);
        let labels = [Pair { key: text("a"), value: text("1") }];
        let table = [
            (r#"{}"#, true),
            (r#"{"matchLabels": {"a": "1"}}"#, true),
            (r#"{"matchLabels": {"a": "2"}}"#, false),
            (r#"{"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}"#, false),
            (r#"{"matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]}"#, true),
            (r#"{"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}"#, true),
            (r#"{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}"#, false),
            (r#"{"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}"#, true),
        ];
        for (selector, wanted) in table {
            let node = rolecall_model::json::parse(selector).root.unwrap();
            assert_eq!(selects(&node, &labels), wanted, "{selector}");
        }
    }
}
