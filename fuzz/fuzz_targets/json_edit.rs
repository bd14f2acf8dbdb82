//! JSON of any text: sound text is printed and read again as it was, edits leave sound text, and their inverses lead back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_model::json::edit::{Change, append, apply, insert_member, inverse, pretty, remove_member};
use rolecall_model::json::{Kind, Node, parse, write};

/// Whether two values are the same, places left aside.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Object(a), Kind::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && same(&a.value, &b.value))
        }
        (Kind::Array(a), Kind::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (a, b) => a == b,
    }
}

fn every<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    found.push(node);
    node.members()
        .iter()
        .map(|member| &member.value)
        .chain(node.elements())
        .for_each(|inner| every(inner, found));
}

fuzz_target!(|text: &str| {
    let parsed = parse(text);
    for flaw in &parsed.flaws {
        assert!(text.get(flaw.span.range()).is_some(), "{flaw:?}");
    }
    let Some(root) = parsed.root else { return };
    let mut all = Vec::new();
    every(&root, &mut all);
    for node in &all {
        assert!(text.get(node.span.range()).is_some(), "{:?}", node.span);
    }
    if !parsed.flaws.is_empty() {
        return;
    }
    let mut compact = String::new();
    write::compact(&root, &mut compact);
    for printed in [compact, pretty(&root, "", "  ")] {
        assert!(same(&parse(&printed).root.expect("what was printed"), &root), "{printed}");
    }
    for node in all.into_iter().take(50) {
        let mut ways = vec![vec![Change::new(node.span, "[true]")]];
        match &node.kind {
            Kind::Array(_) => ways.push(append(text, node, "\"x\"")),
            Kind::Object(members) => {
                ways.push(insert_member(text, node, "a key", "1"));
                ways.extend(members.first().map(|member| remove_member(node, member)));
                ways.extend(members.last().map(|member| remove_member(node, member)));
            }
            _ => ways.push(append(text, node, "\"x\"")),
        }
        for changes in ways {
            let after = apply(text, &changes).expect("changes inside the text");
            assert!(!parse(&after).flaws.iter().any(|flaw| flaw.is_syntax()), "{text} became {after}");
            let back = inverse(text, &changes).expect("changes inside the text");
            assert_eq!(apply(&after, &back).as_deref(), Some(text));
        }
    }
});
