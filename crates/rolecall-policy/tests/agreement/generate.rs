//! Small worlds: few keys, few letters, so that patterns often meet values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use rolecall_policy::context::Context;
use serde_json::{Map, Value, json};

pub const KEYS: [&str; 3] = ["k:a", "k:b", "k:m"];
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";
const ROLE: &str = "arn:aws:iam::111122223333:role/r";

#[derive(Clone, Debug)]
pub struct Scene {
    pub documents: Vec<String>,
    pub names: Vec<String>,
    pub bounded: bool,
    pub action: String,
    pub resource: String,
    pub facts: Facts,
}

/// Keys with their values and whether they are multivalued; and keys that nobody read.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub values: BTreeMap<String, (Vec<String>, bool)>,
    pub unknown: Vec<String>,
}

impl Facts {
    pub fn context(&self) -> Context {
        let mut context = Context::new();
        for (key, (values, multivalued)) in &self.values {
            match multivalued {
                true => context.set_multivalued(key, values.clone()),
                false => context.set(key, values.clone()),
            }
        }
        self.unknown.iter().for_each(|key| context.set_unknown(key));
        context
    }

    /// Every way in which the unread keys could have turned out, as far as this small world goes.
    pub fn worlds(&self) -> Vec<Facts> {
        let mut worlds = vec![Facts { unknown: vec![], ..self.clone() }];
        for key in &self.unknown {
            let mut more = Vec::new();
            for world in worlds {
                for (values, multivalued) in [
                    (vec!["a"], false),
                    (vec!["ab"], false),
                    (vec!["5"], false),
                    (vec![""], false),
                    (vec!["a", "b"], true),
                ] {
                    let mut other = world.clone();
                    let values = values.into_iter().map(str::to_owned).collect();
                    other.values.insert(key.clone(), (values, multivalued));
                    more.push(other);
                }
                more.push(world);
            }
            worlds = more;
        }
        worlds
    }
}

pub fn scene(unread: bool) -> impl Strategy<Value = Scene> {
    let names = select(vec![
        vec![],
        vec!["111122223333"],
        vec![ROLE, "111122223333"],
        vec![SESSION, ROLE, "arn:aws:iam::111122223333:root"],
    ]);
    let action = select(vec!["s:Get", "s:GetAll", "S:PUT", "t:Get"]);
    (prop::collection::vec(document(), 1..3), names, any::<bool>(), action, text(RESOURCES), facts(unread))
        .prop_map(|(documents, names, bounded, action, resource, facts)| Scene {
            documents,
            names: names.into_iter().map(str::to_owned).collect(),
            bounded,
            action: action.to_owned(),
            resource,
            facts,
        })
}

fn facts(unread: bool) -> impl Strategy<Value = Facts> {
    let single = prop::option::of(select(vec!["a", "ab", "b", "5", "5.0", "", "*"]));
    let many = prop::option::of(prop::collection::vec(select(vec!["a", "ab", "b", "5", ""]), 0..3));
    let hide = prop::collection::vec(any::<bool>(), KEYS.len());
    (single.clone(), single, many, hide).prop_map(move |(a, b, m, hide)| {
        let mut facts = Facts::default();
        for (key, value) in [("k:a", a), ("k:b", b)] {
            facts.values.extend(value.map(|value| (key.to_owned(), (vec![value.to_owned()], false))));
        }
        let m = m.map(|values| values.into_iter().map(str::to_owned).collect());
        facts.values.extend(m.map(|values| ("k:m".to_owned(), (values, true))));
        for (key, _) in KEYS.into_iter().zip(hide).filter(|(_, hidden)| unread && *hidden) {
            facts.values.remove(key);
            facts.unknown.push(key.to_owned());
        }
        facts
    })
}

const ACTIONS: &[&str] = &["*", "*", "s:Get", "s:get*", "S:*", "*", "?:Get", "t:*", "s:G?t", "*All", "s:Put"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:p:s:::a",
    "arn:p:s:::a/b",
    "arn:p:s:::ab/c:d",
    "arn:p:s:r:1:a",
    "arn:p:s:::5",
    "arn:p:t:::a",
    "arn:p:s:::*",
];
const PATTERNS: &[&str] = &[
    "*",
    "*",
    "*",
    "arn:p:s:::a",
    "arn:p:s:::a*",
    "arn:p:s:::a/*",
    "arn:p:s:::*b*",
    "arn:p:s",
    "arn:p:s:*:*:a",
    "arn:*:s:::?",
    "arn:p:s:::${k:a}",
    "arn:p:s:::${k:b}*",
    "arn:p:s:::${k:b, 'a'}/b",
    "arn:p:s:::${*}",
    "arn:p:s:${k:a}:1:a",
    "arn:p:s:::${k:m}",
];
const VALUES: &[&str] = &[
    "a",
    "A",
    "a*",
    "*",
    "?",
    "b",
    "5",
    "5.0",
    "",
    "${k:b}",
    "${k:b, 'a'}",
    "${k:m}",
    "a${*}",
    "true",
    "false",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "Bool",
    "Null",
];
const PRINCIPALS: &[&str] = &["*", "111122223333", ROLE, SESSION, "arn:aws:iam::444455556666:root"];

fn text(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(from).prop_map(str::to_owned)
}

fn texts(from: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop_oneof![9 => prop::collection::vec(text(from), 1..5), 1 => Just(vec![])]
}

fn document() -> impl Strategy<Value = String> {
    let version = select(vec!["2012-10-17", "2012-10-17", "2008-10-17"]);
    (version, prop::collection::vec(statement(), 1..5))
        .prop_map(|(version, statements)| json!({"Version": version, "Statement": statements}).to_string())
}

fn statement() -> impl Strategy<Value = Value> {
    let not = || prop::bool::weighted(0.2);
    let principal = prop::option::weighted(0.3, (not(), texts(PRINCIPALS)));
    let conditions = prop::collection::vec(condition(), 0..2);
    (any::<bool>(), principal, (not(), texts(ACTIONS)), (not(), texts(PATTERNS)), conditions).prop_map(
        |(allow, principal, action, resource, conditions)| {
            let mut members = Map::new();
            members.insert("Effect".into(), json!(if allow { "Allow" } else { "Deny" }));
            if let Some((negated, names)) = principal {
                members.insert(named(negated, "Principal"), json!({"AWS": names}));
            }
            members.insert(named(action.0, "Action"), json!(action.1));
            members.insert(named(resource.0, "Resource"), json!(resource.1));
            let mut blocks: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
            for (operator, key, values) in conditions {
                blocks.entry(operator).or_default().insert(key, json!(values));
            }
            members.insert("Condition".into(), json!(blocks));
            Value::Object(members)
        },
    )
}

fn named(negated: bool, element: &str) -> String {
    if negated { format!("Not{element}") } else { element.to_owned() }
}

fn condition() -> impl Strategy<Value = (String, String, Vec<String>)> {
    let qualifier = select(vec!["", "", "ForAllValues:", "ForAnyValue:"]);
    (qualifier, select(OPERATORS), any::<bool>(), select(&KEYS[..]), texts(VALUES)).prop_map(
        |(qualifier, operator, if_exists, key, values)| {
            let suffix = if if_exists && operator != "Null" { "IfExists" } else { "" };
            (format!("{qualifier}{operator}{suffix}"), key.to_owned(), values)
        },
    )
}
