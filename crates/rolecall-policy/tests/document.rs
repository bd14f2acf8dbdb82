//! Documents keep their places and their author's order, and nothing that anybody writes makes the crate panic.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests may fail")]

use proptest::prelude::*;
use rolecall_model::json;
use rolecall_policy::compile::Compiled;
use rolecall_policy::context::Context;
use rolecall_policy::document::{Effect, Policy};
use rolecall_policy::request::{Principal, PrincipalKind, Request};
use rolecall_policy::validate::{Usage, validate};

const ROLE: &str = r#"{"Role": {"AssumeRolePolicyDocument": {
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "A", "Effect": "Deny", "NotPrincipal": {"AWS": ["1", "2"], "Service": "s"}, "NotAction": "a:b"},
    {"Effect": "Allow", "Principal": "*", "Action": ["a:*", "b:c"],
     "Condition": {"StringLike": {"k:a": ["x", 10], "k:b": true}, "ForAnyValue:Null": {"k:c": false}}}
  ]}}}"#;

#[test]
fn places_are_those_of_the_enclosing_file() {
    let root = json::parse(ROLE).root.unwrap();
    let policy = Policy::from_node(root.path(&["Role", "AssumeRolePolicyDocument"]).unwrap());
    let at = |span: rolecall_model::span::Span| &ROLE[span.range()];
    assert_eq!(policy.flaws, []);
    assert!(policy.uses_variables());
    assert_eq!(at(policy.version.as_ref().unwrap().span), r#""2012-10-17""#);
    let [deny, allow] = policy.statements.as_slice() else { panic!("two statements") };
    assert_eq!((deny.index, deny.effect), (0, Some(Effect::Deny)));
    assert_eq!(at(deny.effect_span.unwrap()), r#""Deny""#);
    let names = deny.principal.as_ref().unwrap();
    assert!(names.negated && names.everyone.is_none());
    let names: Vec<_> =
        names.entries.iter().map(|entry| (at(entry.kind.span), at(entry.value.span))).collect();
    assert_eq!(names, [(r#""AWS""#, r#""1""#), (r#""AWS""#, r#""2""#), (r#""Service""#, r#""s""#)]);
    assert!(deny.action.as_ref().unwrap().negated);
    assert_eq!(at(allow.principal.as_ref().unwrap().everyone.unwrap()), r#""*""#);
    let conditions: Vec<_> =
        allow.conditions.iter().map(|one| (at(one.span), at(one.operator.span))).collect();
    let wanted = [
        (r#""k:a": ["x", 10]"#, r#""StringLike""#),
        (r#""k:b": true"#, r#""StringLike""#),
        (r#""k:c": false"#, r#""ForAnyValue:Null""#),
    ];
    assert_eq!(conditions, wanted);
    assert_eq!(allow.conditions[0].values[1].text, "10");
    assert_eq!(allow.conditions[1].values[0].text, "true");
}

#[test]
fn what_is_broken_is_kept_and_marked() {
    let policy = Policy::from_text(
        r#"{"Statement":[{"Effect":"deny","Action":[1,{}],"Resource":"*","Principal":7},[]]}"#,
    );
    let [first, second] = policy.statements.as_slice() else { panic!("two statements") };
    assert!(first.broken.effect && first.broken.action && first.broken.principal);
    assert!(!first.broken.resource && !first.broken.condition);
    assert_eq!(first.action.as_ref().unwrap().patterns[0].text, "1");
    assert!(second.broken.condition);
    assert_eq!(policy.flaws.len(), 4);
}

#[test]
fn the_last_of_repeated_elements_counts() {
    let policy = Policy::from_text(
        r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"a:b","Resource":"*"}}"#,
    );
    assert_eq!(policy.statements[0].effect, Some(Effect::Allow));
    assert_eq!(policy.flaws.len(), 1);
}

fn run(text: &str) {
    let policy = Policy::from_text(text);
    for usage in [Usage::Trust, Usage::Identity, Usage::Session, Usage::Rcp, Usage::Resource] {
        let flaws = validate(&policy, usage);
        assert!(flaws.iter().all(|flaw| flaw.span.range().end <= text.len()), "{flaws:?}");
    }
    let compiled = Compiled::compile(&[&policy]);
    let mut context = Context::new();
    context.set("k:a", ["é*${".to_owned()]);
    let request = Request {
        principal: Principal { kind: PrincipalKind::Aws, names: &["111122223333"], bounded: false },
        action: "s3:GetObject",
        resource: Some("arn:aws:s3:::é"),
        context: &context,
    };
    assert_eq!(compiled.decide(&request).outcome, compiled.trace(&request).outcome);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in r#"[\{\}\[\]",:a${}*é\\ ]{0,60}"#) {
        run(&text);
    }

    #[test]
    fn no_value_makes_it_panic(values in prop::collection::vec(r"[\$\{\}',:*?éa ]{0,12}", 6), at in 0_usize..200) {
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": &values[0]}, "Action": &values[1], "Resource": &values[2],
            "Condition": {"StringLike": {"k:a": &values[3]}, "ArnLike": {"k:a": &values[4]}, &values[5]: {"k:a": []}}
        }]})
        .to_string();
        run(&text);
        run(text.get(..at).unwrap_or_default());
    }
}

#[test]
fn large_and_hostile_documents_are_bounded() {
    let many = format!(r#"{{"Statement":[{}7]}}"#, "{},".repeat(20_000));
    assert_eq!(Policy::from_text(&many).statements.len(), 20_001);
    let keys: Vec<String> = (0..20_000).map(|number| format!(r#""k:{number}":"v""#)).collect();
    let keys = format!(
        r#"{{"Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"StringEquals":{{{}}}}}}}}}"#,
        keys.join(",")
    );
    run(&keys);
    let actions: Vec<String> = (0..20_000).map(|number| format!(r#""s3:*{number}*""#)).collect();
    run(&format!(r#"{{"Statement":{{"Effect":"Deny","Action":[{}],"Resource":"*"}}}}"#, actions.join(",")));
    let nested: String =
        (0..3_000).map(|length| format!(r#""arn:aws:s3:::{}*","#, "a".repeat(length))).collect();
    run(&format!(r#"{{"Statement":{{"Effect":"Deny","Action":"*","Resource":[{nested}"*"]}}}}"#));
}
