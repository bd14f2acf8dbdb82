//! YAML of any text: every value and flaw lies inside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_model::json::Node;

fn check(node: &Node, text: &str) {
    assert!(text.get(node.span.range()).is_some(), "{:?}", node.span);
    for member in node.members() {
        assert!(text.get(member.key_span.range()).is_some(), "{:?}", member.key_span);
        check(&member.value, text);
    }
    node.elements().iter().for_each(|element| check(element, text));
}

fuzz_target!(|text: &str| {
    let (documents, flaws) = rolecall_collect::parse_yaml(text);
    documents.iter().for_each(|document| check(document, text));
    for flaw in flaws {
        assert!(text.get(flaw.span.range()).is_some(), "{flaw:?}");
    }
});
