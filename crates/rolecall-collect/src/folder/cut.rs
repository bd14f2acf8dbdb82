//! JSON that breaks off: what was begun and not ended is taken away, since what it lacks is unread and not absent.

use rolecall_model::json::{Kind, Node};

/// Members that only wrap what was asked for, as the AWS CLI prints it.
const WRAPPERS: [&str; 2] = ["Role", "cluster"];

/// Takes away what `text` ends in the middle of; whole members before it stay. Gives whether reading ended before the
/// value did, be it there or at another flaw.
pub(super) fn prune(root: &mut Node, text: &str) -> bool {
    if !is_open(root, text) {
        return false;
    }
    if !reaches_the_end(root, text) {
        return true;
    }
    match &mut root.kind {
        Kind::Object(members) => {
            let Some(last) = members.last_mut().filter(|last| is_open(&last.value, text)) else {
                return true;
            };
            if WRAPPERS.contains(&last.key.as_str()) {
                prune(&mut last.value, text);
            } else {
                members.pop();
            }
        }
        Kind::Array(elements) if elements.last().is_some_and(|last| is_open(last, text)) => {
            elements.pop();
        }
        _ => {}
    }
    true
}

/// Whether the text ends before the value does.
fn is_open(node: &Node, text: &str) -> bool {
    let Some(own) = text.get(node.span.range()) else { return true };
    let at_the_end = reaches_the_end(node, text);
    let ends_with_child = |child: Option<&Node>| child.is_some_and(|child| child.span.end == node.span.end);
    match &node.kind {
        Kind::Object(members) => {
            !own.ends_with('}') || ends_with_child(members.last().map(|member| &member.value))
        }
        Kind::Array(elements) => !own.ends_with(']') || ends_with_child(elements.last()),
        Kind::String(_) => at_the_end && (own.len() < 2 || !own.ends_with('"')),
        Kind::Number(_) => at_the_end,
        _ => false,
    }
}

fn reaches_the_end(node: &Node, text: &str) -> bool {
    node.span.range().end >= text.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_model::json;

    /// The keys that are left, and whether the text broke off.
    fn left(text: &str) -> (Vec<String>, bool) {
        let mut root = json::parse(text).root.unwrap();
        let breaks_off = prune(&mut root, text);
        let inner = root.get("Role").unwrap_or(&root);
        (inner.members().iter().map(|member| member.key.clone()).collect(), breaks_off)
    }

    #[test]
    fn what_was_begun_goes_and_the_rest_stays() {
        for text in [
            r#"{"a": 1, "b": 2"#,
            r#"{"a": 1, "b": ["x", "y"#,
            r#"{"a": 1, "b": ["x"]"#,
            r#"{"a": 1, "b": {"c": {}"#,
            r#"{"a": 1, "b": "x"#,
            r#"{"Role": {"a": 1, "b": {"c": 2}"#,
        ] {
            let (keys, breaks_off) = left(text);
            assert!(breaks_off, "{text}");
            assert_eq!(keys.first().map(String::as_str), Some("a"), "{text}");
        }
        assert_eq!(left(r#"{"a": 1, "b": ["x", "y"#).0, ["a"]);
        assert_eq!(left(r#"{"a": 1, "b": ["x"]"#).0, ["a", "b"], "the list is whole");
        assert_eq!(left(r#"{"Role": {"a": 1, "b": {"c""#).0, ["a"]);
    }

    #[test]
    fn other_flaws_take_nothing_away() {
        for (text, ended) in [
            (r#"{"a": 1, "b": [1, ], }"#, true),
            (r#"{"a": 1, "a": 2}"#, false),
            ("{\"a\": [{}]}\n", false),
            ("{} x", false),
        ] {
            let before = json::parse(text).root.unwrap();
            let mut after = before.clone();
            assert_eq!(prune(&mut after, text), ended, "{text}");
            assert_eq!(before, after, "{text}");
        }
    }
}
