//! What machines read keeps to the schemas in docs/.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod binary;
#[path = "schema/check.rs"]
mod check;

use binary::{corpus, root, run};
use check::flaws;
use serde_json::{Value, json};

fn schema(name: &str) -> Value {
    let path = root().join(format!("docs/{name}.schema.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_sound(schema: &Value, arguments: &[&str], input: &str) {
    let done = run(arguments, input);
    let value: Value = serde_json::from_str(&done.stdout).unwrap_or_else(|error| {
        panic!("{}: {error}: {}{}", arguments.join(" "), done.stdout, done.stderr);
    });
    let flaws = flaws(schema, &value);
    assert!(flaws.is_empty(), "{}:\n{}", arguments.join(" "), flaws.join("\n"));
}

#[test]
fn reports() {
    let schema = schema("report");
    for case in corpus() {
        assert_sound(&schema, &["diagnose", &case, "--format", "json"], "");
    }
    for text in ["", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "Incorrect token audience"] {
        assert_sound(&schema, &["diagnose", "-", "--format", "json"], text);
    }
}

#[test]
fn causes() {
    assert_sound(&schema("causes"), &["causes", "--format", "json"], "");
}

#[test]
fn simulations() {
    let schema = schema("simulation");
    let mut simulated = 0;
    for case in corpus() {
        let (role, token) = (format!("{case}/role.json"), format!("{case}/token.claims.json"));
        if [&role, &token].iter().all(|path| root().join(path).exists()) {
            let arguments = ["simulate", "--trust", &role, "--token", &token, "--format", "json"];
            if run(&arguments, "").code != 2 {
                simulated += 1;
                assert_sound(&schema, &arguments, "");
            }
        }
    }
    assert!(simulated >= 80, "{simulated} cases have role and claims");
}

/// The check itself: what breaks a schema is seen.
#[test]
fn flaws_are_seen() {
    let schema = json!({
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"enum": ["x", "y"]},
            "b": {"type": "array", "items": {"$ref": "#/$defs/count"}},
            "c": {"type": "string", "pattern": r"^(pod|role)\.[a-z0-9-]+$"},
        },
        "$defs": {"count": {"type": "integer", "minimum": 1}},
    });
    let count = |value: Value| flaws(&schema, &value).len();
    assert_eq!(count(json!({"a": "x", "b": [1, 2], "c": "role.not-found"})), 0);
    for broken in [
        json!([]),
        json!({}),
        json!({"a": "z"}),
        json!({"a": "x", "b": [0]}),
        json!({"a": "x", "b": ["1"]}),
        json!({"a": "x", "c": "trust.malformed"}),
        json!({"a": "x", "unheard": 1}),
    ] {
        assert!(count(broken.clone()) > 0, "{broken}");
    }
}
