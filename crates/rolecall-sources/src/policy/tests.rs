//! Any change of a policy, made in every notation: what comes out says what was wanted, and a second run finds nothing.

use std::ops::Range;

use proptest::prelude::*;
use rolecall_model::json::edit::{apply, pretty, quoted};
use rolecall_model::json::parse;

use super::*;
use crate::pen::{Language, hcl, yaml};
use crate::read;

/// A policy as the tests make it up: statements of actions, principals and conditions.
#[derive(Clone, Debug, PartialEq)]
struct Made(Vec<MadeStatement>);

#[derive(Clone, Debug, PartialEq)]
struct MadeStatement {
    sid: Option<String>,
    actions: Vec<String>,
    principals: Vec<String>,
    conditions: Vec<(String, String, Vec<String>)>,
}

const OPERATORS: [&str; 3] = ["StringEquals", "StringLike", "ForAnyValue:StringEquals"];
const KEYS: [&str; 4] =
    ["idp.example.com/a:aud", "idp.example.com/a:sub", "idp.example.com/a:amr", "aws:SourceIp"];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}:[a-z*]{1,6}",
        Just("repo:acme/app:ref:refs/heads/main".to_owned()),
        Just("${aws:username}".to_owned()),
        Just("it's \"quoted\" \\ %{x} # no".to_owned()),
        Just("true".to_owned()),
    ]
}

fn words(range: Range<usize>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(word(), range).prop_map(|set| set.into_iter().collect())
}

fn made() -> impl Strategy<Value = Made> {
    let condition = (0..OPERATORS.len(), 0..KEYS.len(), words(1..4));
    let conditions = prop::collection::vec(condition, 0..4).prop_map(|all| {
        let mut kept: Vec<(String, String, Vec<String>)> = Vec::new();
        for (operator, key, values) in all {
            let (operator, key) = (OPERATORS[operator].to_owned(), KEYS[key].to_owned());
            if !kept.iter().any(|(known, other, _)| (known, other) == (&operator, &key)) {
                kept.push((operator, key, values));
            }
        }
        kept.sort_by_key(|(operator, _, _)| OPERATORS.iter().position(|known| known == operator));
        kept
    });
    let statement = (words(1..3), words(1..3), conditions).prop_map(|(actions, principals, conditions)| {
        MadeStatement { sid: None, actions, principals, conditions }
    });
    prop::collection::vec(statement, 1..4).prop_map(|mut statements| {
        for (at, statement) in statements.iter_mut().enumerate() {
            statement.sid = Some(format!("S{at}"));
        }
        Made(statements)
    })
}

/// A change: which statement, what kind, a word for it.
fn change() -> impl Strategy<Value = (usize, usize, String)> {
    (0..4_usize, 0..9_usize, word())
}

fn changed(policy: &Made, (at, kind, word): &(usize, usize, String)) -> Option<Made> {
    let mut all = policy.clone();
    let count = all.0.len();
    let statement = &mut all.0[at % count];
    let fresh = |list: &[String]| !list.contains(word);
    match kind {
        0 if fresh(&statement.actions) => statement.actions.push(word.clone()),
        1 if fresh(&statement.principals) => statement.principals[0] = word.clone(),
        2 => {
            let values = &mut statement.conditions.first_mut()?.2;
            if !fresh(values) {
                return None;
            }
            values.push(word.clone());
        }
        3 => {
            let values = &mut statement.conditions.last_mut()?.2;
            if !fresh(values) {
                return None;
            }
            values[0] = word.clone();
        }
        4 => statement.conditions.first_mut()?.1 = "idp.example.com/b:sub".into(),
        5 => statement.conditions.last_mut()?.0 = "StringNotLike".into(),
        6 => statement.conditions.push(("Bool".into(), "aws:SecureTransport".into(), vec![word.clone()])),
        7 => drop(statement.conditions.pop()?),
        8 => all.0.push(MadeStatement {
            sid: Some("New".into()),
            actions: vec![word.clone()],
            principals: vec![word.clone()],
            conditions: vec![("StringEquals".into(), KEYS[1].into(), vec![word.clone()])],
        }),
        _ => return None,
    }
    Some(all)
}

fn json(policy: &Made) -> String {
    let list = |words: &[String]| match words {
        [one] => quoted(one),
        _ => format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")),
    };
    let statement = |one: &MadeStatement| {
        let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
        for (operator, key, values) in &one.conditions {
            let entry = format!("{}: {}", quoted(key), list(values));
            match groups.iter_mut().find(|(known, _)| known == operator) {
                Some((_, entries)) => entries.push(entry),
                None => groups.push((operator, vec![entry])),
            }
        }
        let groups: Vec<String> = groups
            .iter()
            .map(|(operator, entries)| format!("{}: {{{}}}", quoted(operator), entries.join(", ")))
            .collect();
        let sid = one.sid.as_ref().map(|sid| format!("\"Sid\": {}, ", quoted(sid))).unwrap_or_default();
        let condition = if groups.is_empty() {
            String::new()
        } else {
            format!(", \"Condition\": {{{}}}", groups.join(", "))
        };
        format!(
            "{{{sid}\"Effect\": \"Allow\", \"Principal\": {{\"Federated\": {}}}, \"Action\": {}{condition}}}",
            list(&one.principals),
            list(&one.actions)
        )
    };
    let all: Vec<String> = policy.0.iter().map(statement).collect();
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", all.join(", "))
}

/// Ways to write a policy down.
#[derive(Clone, Copy, Debug)]
enum Written {
    Compact,
    Pretty,
    Heredoc,
    Encoded,
    EncodedOnOneLine,
    Document,
    Block,
    Flow,
}

const ALL: [Written; 8] = [
    Written::Compact,
    Written::Pretty,
    Written::Heredoc,
    Written::Encoded,
    Written::EncodedOnOneLine,
    Written::Document,
    Written::Block,
    Written::Flow,
];

fn write(policy: &Made, how: Written) -> String {
    let text = json(policy);
    let root = parse(&text).root.unwrap();
    let spaced = pretty(&root, "", "  ");
    match how {
        Written::Compact | Written::Flow => text,
        Written::Pretty => spaced,
        Written::Heredoc => {
            let escaped = spaced.replace("${", "$${").replace("%{", "%%{");
            format!("x = <<EOF\n{escaped}\nEOF\n")
        }
        Written::Encoded => format!("x = jsonencode({})\n", hcl(&root, "", Some("  "), true)),
        Written::EncodedOnOneLine => format!("x = jsonencode({})\n", hcl(&root, "", None, false)),
        Written::Document => {
            let plain = plain::statements(&text).unwrap();
            let lines: Vec<String> =
                plain.iter().map(|statement| document_text::statement_lines(statement, "  ")).collect();
            format!("data \"aws_iam_policy_document\" \"x\" {{\n{}\n}}\n", lines.join("\n\n"))
        }
        Written::Block => format!("{}\n", yaml(&root, "", true)),
    }
}

/// Reads it back and plans the change.
fn planned(text: &str, how: Written, before: &str, after: &str) -> Result<Planned, Obstacle> {
    let of_map = |language: Language, tree: Tree| {
        let statements = statement::of_map(&tree).unwrap();
        let (span, form) = (tree.span, PolicyForm::Map(tree));
        SourcePolicy { pen: Pen::new(text, language), span, statements, form }
    };
    match how {
        Written::Compact | Written::Pretty => {
            plan(&of_map(Language::Json, read::json::file(text).unwrap()), before, after)
        }
        Written::Block | Written::Flow => {
            let tree = read::yaml::file(text).unwrap().remove(0);
            plan(&of_map(Language::Yaml, tree), before, after)
        }
        Written::Heredoc | Written::Encoded | Written::EncodedOnOneLine => {
            let body = hcl_edit::parser::parse_body(text).unwrap();
            let tree = match read::hcl::attribute(&body, "x").unwrap() {
                hcl_edit::expr::Expression::HeredocTemplate(heredoc) => {
                    let (span, holes) = read::hcl::holes(&heredoc.template);
                    assert!(holes.is_empty());
                    return plan(
                        &of_map(Language::Template, read::json::template(text, span, &holes).unwrap()),
                        before,
                        after,
                    );
                }
                hcl_edit::expr::Expression::FuncCall(call) => {
                    read::hcl::expression(text, call.args.iter().next().unwrap())
                }
                other => panic!("{other:?}"),
            };
            plan(&of_map(Language::Hcl, tree), before, after)
        }
        Written::Document => {
            let body = hcl_edit::parser::parse_body(text).unwrap();
            let block = body.get_blocks("data").next().unwrap();
            let policy = SourcePolicy {
                pen: Pen::new(text, Language::Hcl),
                span: read::hcl::place(block),
                statements: document::statements(text, block).unwrap(),
                form: PolicyForm::Document,
            };
            plan(&policy, before, after)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn changes_come_out_in_every_notation(policy in made(), change in change(), remark in any::<bool>()) {
        let Some(wanted) = changed(&policy, &change) else { return Ok(()) };
        let (before, after) = (json(&policy), json(&wanted));
        for how in ALL {
            let mut text = write(&policy, how);
            if remark && matches!(how, Written::Encoded | Written::Document | Written::Block) {
                text = text.replace("]\n", "] # kept\n").replace("\"\n", "\" # kept\n");
            }
            let Ok(first) = planned(&text, how, &before, &after) else { continue };
            let Planned::Changes(changes, _) = first else {
                prop_assert_eq!(&policy, &wanted);
                continue;
            };
            let changed = apply(&text, &changes);
            prop_assert!(changed.is_some(), "{how:?}: changes overlap in\n{text}");
            let changed = changed.unwrap();
            let again = planned(&changed, how, &before, &after);
            prop_assert_eq!(&again, &Ok(Planned::Stands), "{:?}:\n{}\nbecame\n{}", how, text, changed);
            prop_assert_eq!(text.matches("# kept").count(), changed.matches("# kept").count()
                + usize::from(change.1 == 7) * (text.matches("# kept").count() - changed.matches("# kept").count()));
        }
    }
}

/// Changes that must not be refused in any notation.
#[test]
fn common_changes_are_made_everywhere() {
    let statement = MadeStatement {
        sid: Some("S0".into()),
        actions: vec!["sts:AssumeRoleWithWebIdentity".into()],
        principals: vec!["arn:aws:iam::111122223333:oidc-provider/idp.example.com/a".into()],
        conditions: vec![
            ("StringEquals".into(), KEYS[0].into(), vec!["sts.amazonaws.com".into()]),
            ("StringEquals".into(), KEYS[1].into(), vec!["system:serviceaccount:shop:*".into()]),
        ],
    };
    let policy = Made(vec![statement]);
    for kind in 0..9 {
        let wanted = changed(&policy, &(0, kind, "x:y".into())).unwrap();
        for how in ALL {
            let text = write(&policy, how);
            let planned = planned(&text, how, &json(&policy), &json(&wanted));
            assert!(matches!(planned, Ok(Planned::Changes(..))), "{kind} {how:?}: {planned:?}");
        }
    }
}
