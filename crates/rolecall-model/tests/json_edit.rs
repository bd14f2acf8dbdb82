//! Laws of editing JSON text: an edit and its inverse leave every byte as it was, and what an edit leaves is sound JSON
//! that says what was meant.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken scene is a failed test")]

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rolecall_model::json::edit::{Change, append, apply, insert_member, inverse, remove_member};
use rolecall_model::json::{Kind, Node, parse};

/// A JSON text with blanks where JSON allows them.
fn text() -> impl Strategy<Value = String> {
    let leaf = select(vec!["1", "-2.50e3", "true", "null", r#""a""#, r#""é\n\u00e9""#, r#""""#, "[]", "{ }"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 40, 5, |inner| {
        let blank = || select(vec!["", " ", "\n  ", "\t", "\r\n"]);
        let list = (prop::collection::vec(inner.clone(), 1..5), blank(), blank())
            .prop_map(|(all, a, b)| format!("[{a}{}{b}]", all.join(&format!("{b},{a}"))));
        let member = (select(vec!["a", "b", "c", "ü", "d d"]), blank(), inner)
            .prop_map(|(key, blank, value)| format!("\"{key}\"{blank}:{blank}{value}"));
        let object = (prop::collection::vec(member, 1..5), blank(), blank())
            .prop_map(|(all, a, b)| format!("{{{a}{}{b}}}", all.join(&format!("{b},{a}"))));
        prop_oneof![list, object]
    })
}

fn every<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    found.push(node);
    node.members()
        .iter()
        .map(|member| &member.value)
        .chain(node.elements())
        .for_each(|inner| every(inner, found));
}

/// Edits at places that do not touch: each takes one value, and none of what is inside it.
fn changes(text: &str, root: &Node, picks: &[(Index, u8)]) -> Vec<Change> {
    let mut all = Vec::new();
    every(root, &mut all);
    let mut taken: Vec<&Node> = Vec::new();
    let mut changes = Vec::new();
    for (pick, what) in picks {
        let node = all[pick.index(all.len())];
        let touches = |other: &&Node| other.span.covers(node.span) || node.span.covers(other.span);
        if taken.iter().any(touches) {
            continue;
        }
        taken.push(node);
        changes.extend(match (&node.kind, what % 3) {
            (Kind::Array(_), 0) => append(text, node, "\"new\""),
            (Kind::Object(_), 0) => insert_member(text, node, "new", "[1]"),
            (Kind::Object(members), 1) if !members.is_empty() => {
                remove_member(node, &members[usize::from(*what) % members.len()])
            }
            _ => vec![Change::new(node.span, "{\"instead\": 1}")],
        });
    }
    changes
}

proptest! {
    #[test]
    fn inverses_lead_back(text in text(), picks in prop::collection::vec((any::<Index>(), any::<u8>()), 0..5)) {
        let root = parse(&text).root.unwrap();
        let changes = changes(&text, &root, &picks);
        let after = apply(&text, &changes).unwrap();
        let parsed = parse(&after);
        prop_assert!(!parsed.flaws.iter().any(|flaw| flaw.is_syntax()), "{} became {}: {:?}", text, after, parsed.flaws);
        prop_assert_eq!(apply(&after, &inverse(&text, &changes).unwrap()).unwrap(), text);
    }
}
