//! Laws: the fast decision and the trace say the same, both say what a slow evaluator written from the reference says,
//! and a fact that nobody read never makes them say what is not so.

#![allow(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a broken scene is a failed test"
)]

mod generate;
mod naive;

use generate::{Facts, Scene};
use proptest::prelude::*;
use rolecall_model::json::{Node, edit, parse, write};
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_policy::request::{Principal, PrincipalKind, Request};
use rolecall_policy::trace::Outcome;

fn outcomes(scene: &Scene) -> (Outcome, Outcome) {
    let policies: Vec<Policy> = scene.documents.iter().map(|text| Policy::from_text(text)).collect();
    let compiled = Compiled::compile(&policies.iter().collect::<Vec<_>>());
    let names: Vec<&str> = scene.names.iter().map(String::as_str).collect();
    let context = scene.facts.context();
    let request = Request {
        principal: Principal { kind: PrincipalKind::Aws, names: &names, bounded: scene.bounded },
        action: &scene.action,
        resource: Some(&scene.resource),
        context: &context,
    };
    let (decision, trace) = (compiled.decide(&request), compiled.trace(&request));
    assert!(decision.deny.is_some() || decision.may_deny == trace.may_deny);
    (decision.outcome, trace.outcome)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn decision_trace_and_reference_agree(scene in generate::scene(false)) {
        let (decided, traced) = outcomes(&scene);
        prop_assert_eq!(decided, traced);
        prop_assert_eq!(decided, naive::outcome(&scene, &scene.facts));
    }

    #[test]
    fn printed_and_parsed_again_it_decides_the_same(scene in generate::scene(true)) {
        let wanted = outcomes(&scene);
        let printed = |print: &dyn Fn(&Node) -> String| {
            let documents = scene.documents.iter().map(|text| print(&parse(text).root.unwrap())).collect();
            Scene { documents, ..scene.clone() }
        };
        let compact = |node: &Node| {
            let mut out = String::new();
            write::compact(node, &mut out);
            out
        };
        prop_assert_eq!(outcomes(&printed(&compact)), wanted);
        prop_assert_eq!(outcomes(&printed(&|node| edit::pretty(node, "", "\t"))), wanted);
    }

    #[test]
    fn what_was_not_read_is_never_made_up(scene in generate::scene(true)) {
        let (decided, traced) = outcomes(&scene);
        prop_assert_eq!(decided, traced);
        for world in scene.facts.worlds() {
            let there = naive::outcome(&scene, &world);
            match decided {
                Outcome::Allow | Outcome::Deny => prop_assert_eq!(decided, there, "{:?}", world),
                Outcome::NoMatch => prop_assert_ne!(there, Outcome::Allow, "{:?}", world),
                Outcome::Undetermined => {}
            }
        }
    }
}

#[test]
fn a_known_scene() {
    let mut facts = Facts::default();
    facts.values.insert("k:a".into(), (vec!["a".into()], false));
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s:*","Resource":"*",
        "Condition":{"StringEquals":{"k:a":"a"}}}}"#;
    let scene = Scene {
        documents: vec![document.into()],
        names: vec![],
        bounded: false,
        action: "S:Get".into(),
        resource: "*".into(),
        facts,
    };
    assert_eq!(outcomes(&scene), (Outcome::Allow, Outcome::Allow));
    assert_eq!(naive::outcome(&scene, &scene.facts), Outcome::Allow);
}
