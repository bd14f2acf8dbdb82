//! Renderings of values that try to get out: each notation, read again, gives the very words and documents that were meant.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::disallowed_types)] // Asking bash is the test's part, not the crate's.

use std::process::Command;

use hcl::eval::{Context, Evaluate};
use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::Fix;
use rolecall_doctor::fix::edit::{Edit, TrustPolicyEdit, Variable};
use rolecall_doctor::fix::render::{Notation, render};
use rolecall_model::document::DocumentId;
use rolecall_model::json::{Kind, Node};
use serde_json::{Value, json};

const HOSTILE: [&str; 20] = [
    "plain",
    "$(id)",
    "`id`",
    "'; rm -rf /; '",
    "\"quoted\" 'both'",
    "new\nline",
    "${aws:username}",
    "${jsonencode(1)} and %{ if true }x%{ endif }",
    "$$ %% $ %",
    "back\\slash \\u0041 \\n",
    "tab\there",
    "# comment",
    "a: b, - c",
    "{{x}} {x} [y]",
    "<<EOT",
    "é 😀 \u{200b}",
    "*!~?",
    "&anchor *alias !tag",
    "-dash --option",
    "\u{1}\u{7f}",
];

fn policy(value: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "One",
            "Effect": "Allow",
            "Principal": {"Federated": value},
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
            "Condition": {"StringEquals": {format!("issuer.example:{value}"): [value, "b"]}, "Bool": {"k": true}},
        }],
    })
}

fn trust(value: &str) -> Edit {
    Edit::SetTrustPolicy(TrustPolicyEdit {
        role: value.to_owned(),
        document: DocumentId(0),
        changes: Vec::new(),
        before: "{}".into(),
        after: serde_json::to_string_pretty(&policy(value)).unwrap(),
    })
}

fn edits(value: &str) -> Vec<Edit> {
    let text = value.to_owned();
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{value}");
    let (after, document) = (vec![text.clone(), "two".into()], policy(value).to_string());
    vec![
        trust(value),
        Edit::SetProviderAudiences {
            provider: provider.clone(),
            before: vec!["old".into()],
            after: after.clone(),
        },
        Edit::SetProviderThumbprints { provider: provider.clone(), before: Vec::new(), after: after.clone() },
        Edit::CreateProvider { provider, url: format!("https://{value}"), audiences: after },
        Edit::SetMaxSessionDuration { role: text.clone(), before: 3600, after: 7200 },
        Edit::PutRolePolicy {
            role: text.clone(),
            name: text.clone(),
            before: None,
            after: Some(document.clone()),
        },
        Edit::SetManagedPolicy {
            policy: format!("arn:aws:iam::111122223333:policy/{value}"),
            before: "{}".into(),
            after: document,
        },
        Edit::PutRolePolicy {
            role: text.clone(),
            name: text.clone(),
            before: Some("{}".into()),
            after: None,
        },
        Edit::AnnotateServiceAccount {
            namespace: text.clone(),
            name: text.clone(),
            key: text.clone(),
            before: None,
            after: Some(text.clone()),
        },
        Edit::PatchPodTemplate {
            namespace: text.clone(),
            kind: "Deployment".into(),
            name: text.clone(),
            before: None,
            after: Some(text.clone()),
        },
        Edit::CreateServiceAccount {
            namespace: text.clone(),
            name: text.clone(),
            annotations: [(text.clone(), text.clone())].into(),
        },
        Edit::SetContainerEnv {
            namespace: text.clone(),
            kind: "Deployment".into(),
            name: text.clone(),
            variables: vec![
                variable(&text, "GONE", None),
                variable(&text, "SET", Some(value)),
                variable("other", "GONE", None),
            ],
        },
        Edit::RestartWorkload { namespace: text.clone(), kind: "Deployment".into(), name: text },
    ]
}

fn variable(container: &str, name: &str, after: Option<&str>) -> Variable {
    Variable {
        container: container.into(),
        name: name.into(),
        place: 0,
        before: Some("x".into()),
        after: after.map(str::to_owned),
    }
}

fn rendered(edits: Vec<Edit>, notation: Notation) -> Option<String> {
    let evidence = rolecall_collect::read_files(&[]);
    render(&evidence, &Fix::change("a fix", Safety::Safe, edits), notation)
}

/// The words that `aws` and `kubectl` are called with.
fn words(script: &str) -> Vec<Vec<String>> {
    let shim = "aws() { printf '%s\\0' \"$@\"; printf '\\n\\0'; }; kubectl() { aws \"$@\"; }";
    let done = Command::new("bash").arg("-c").arg(format!("{shim}\n{script}\n")).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{script}");
    let printed = String::from_utf8(done.stdout).unwrap();
    let words: Vec<String> = printed.split('\0').map(str::to_owned).collect();
    let calls = words.split(|word| word == "\n").filter(|call| call.len() > 1);
    calls.map(<[String]>::to_vec).collect()
}

#[test]
fn bash_takes_every_word_as_it_was_meant() {
    for value in HOSTILE {
        for edit in edits(value) {
            let script = rendered(vec![edit.clone()], Notation::Shell).unwrap();
            let calls = words(&script);
            assert!(!calls.is_empty(), "{script}");
            let all: Vec<&String> = calls.iter().flatten().collect();
            let is = |word: &str| all.iter().any(|one| *one == word || one.ends_with(&format!("={word}")));
            match &edit {
                Edit::SetTrustPolicy(edit) => {
                    assert!(is(&edit.role), "{script}");
                    assert!(documents(&all).contains(&policy(value)), "{script}");
                }
                Edit::PutRolePolicy { after: Some(_), .. } | Edit::SetManagedPolicy { .. } => {
                    assert!(documents(&all).contains(&policy(value)), "{script}");
                }
                Edit::PatchPodTemplate { .. } => {
                    assert!(is(&format!("deployment/{value}")) && is(value), "{script}");
                }
                Edit::SetContainerEnv { .. } => {
                    assert!(is(&format!("deployment/{value}")) && is("GONE-"), "{script}");
                    assert!(is(&format!("SET={value}")) && is(value), "{script}");
                    assert_eq!(calls.len(), 2, "a command for each container: {script}");
                }
                Edit::CreateProvider { url, .. } => assert!(is(url) && is(value), "{script}"),
                Edit::AnnotateServiceAccount { .. } | Edit::CreateServiceAccount { .. } => {
                    assert!(is(&format!("{value}={value}")), "{script}")
                }
                Edit::RestartWorkload { .. } => assert!(is(&format!("deployment/{value}")), "{script}"),
                _ => assert!(is(value), "{script}"),
            }
        }
    }
}

fn documents(words: &[&String]) -> Vec<Value> {
    words.iter().filter_map(|word| serde_json::from_str(word).ok()).collect()
}

/// Option parsers take a word that begins with a dash for an option: the value is tied to its own.
#[test]
fn a_dash_begins_no_option() {
    for edit in edits("-dash") {
        let script = rendered(vec![edit.clone()], Notation::Shell).unwrap();
        let aws = !matches!(
            edit,
            Edit::AnnotateServiceAccount { .. }
                | Edit::CreateServiceAccount { .. }
                | Edit::PatchPodTemplate { .. }
                | Edit::SetContainerEnv { .. }
                | Edit::RestartWorkload { .. }
        );
        let calls = words(&script);
        // Names of Kubernetes begin with a letter or a digit (RFC 1123), and lists of IAM take what follows.
        let single = calls.iter().flatten().filter(|word| *word == "-dash" && aws).count();
        let list = matches!(edit, Edit::SetProviderThumbprints { .. } | Edit::CreateProvider { .. });
        assert_eq!(single, usize::from(list), "{script}");
    }
}

#[test]
fn terraform_holds_the_values_as_they_are() {
    for value in HOSTILE {
        for edit in edits(value) {
            let Some(text) = rendered(vec![edit.clone()], Notation::Terraform) else { continue };
            let body = hcl::parse(&text).unwrap_or_else(|error| panic!("{value:?}: {error}\n{text}"));
            match &edit {
                Edit::SetTrustPolicy(_) => {
                    assert_eq!(encoded(&body, &["locals"], "trust_policy"), policy(value), "{text}");
                    of_policy_document(&body, value, &text);
                }
                Edit::PutRolePolicy { .. } => {
                    let resource = ["resource", "aws_iam_role_policy", "this"];
                    assert_eq!(encoded(&body, &resource, "policy"), policy(value), "{text}");
                    assert_eq!(attribute(&body, &resource, "name"), value, "{text}");
                }
                Edit::SetManagedPolicy { .. } => {
                    let resource = ["resource", "aws_iam_policy", "this"];
                    assert_eq!(encoded(&body, &resource, "policy"), policy(value), "{text}");
                }
                Edit::SetProviderAudiences { after, .. } => {
                    let resource = ["resource", "aws_iam_openid_connect_provider", "this"];
                    assert_eq!(attribute(&body, &resource, "client_id_list"), json!(after), "{text}");
                }
                Edit::AnnotateServiceAccount { .. } => {
                    let resource = ["resource", "kubernetes_annotations", "this"];
                    assert_eq!(attribute(&body, &resource, "annotations"), json!({value: value}), "{text}");
                }
                _ => {}
            }
        }
    }
}

fn of_policy_document(body: &hcl::Body, value: &str, text: &str) {
    let statement = block(block_of(body, &["data", "aws_iam_policy_document", "trust"]), "statement");
    let principals = block(&statement.body, "principals");
    assert_eq!(evaluated(&principals.body, "identifiers"), json!([value]), "{text}");
    let condition = block(&statement.body, "condition");
    assert_eq!(evaluated(&condition.body, "variable"), json!(format!("issuer.example:{value}")), "{text}");
    assert_eq!(evaluated(&condition.body, "values"), json!([value, "b"]), "{text}");
}

fn block_of<'b>(body: &'b hcl::Body, path: &[&str]) -> &'b hcl::Body {
    let (identifier, labels) = path.split_first().unwrap();
    let is = |block: &&hcl::Block| {
        block.identifier.as_str() == *identifier
            && block.labels.iter().map(hcl::BlockLabel::as_str).eq(labels.iter().copied())
    };
    &body.blocks().find(is).unwrap().body
}

fn block<'b>(body: &'b hcl::Body, identifier: &str) -> &'b hcl::Block {
    body.blocks().find(|block| block.identifier.as_str() == identifier).unwrap()
}

fn expression<'b>(body: &'b hcl::Body, key: &str) -> &'b hcl::Expression {
    &body.attributes().find(|attribute| attribute.key.as_str() == key).unwrap().expr
}

fn evaluated(body: &hcl::Body, key: &str) -> Value {
    value_of(expression(body, key))
}

fn value_of(expression: &hcl::Expression) -> Value {
    serde_json::to_value(expression.evaluate(&Context::new()).unwrap()).unwrap()
}

fn attribute(body: &hcl::Body, path: &[&str], key: &str) -> Value {
    evaluated(block_of(body, path), key)
}

/// What `jsonencode` is given.
fn encoded(body: &hcl::Body, path: &[&str], key: &str) -> Value {
    let hcl::Expression::FuncCall(call) = expression(block_of(body, path), key) else { panic!("{path:?}") };
    assert_eq!(call.name.name.as_str(), "jsonencode");
    value_of(&call.args[0])
}

#[test]
fn cloudformation_holds_the_values_as_they_are() {
    for value in HOSTILE {
        for edit in edits(value) {
            let Some(text) = rendered(vec![edit.clone()], Notation::CloudFormation) else { continue };
            let (documents, flaws) = rolecall_collect::parse_yaml(&text);
            assert!(flaws.is_empty(), "{value:?}: {flaws:?}\n{text}");
            let properties = documents[0].path(&["Resources", "Change1", "Properties"]).unwrap();
            let get = |key: &str| json_of(properties.get(key).unwrap());
            match &edit {
                Edit::SetTrustPolicy(_) => {
                    assert_eq!(get("AssumeRolePolicyDocument"), policy(value), "{text}")
                }
                Edit::PutRolePolicy { .. } | Edit::SetManagedPolicy { .. } => {
                    assert_eq!(get("PolicyDocument"), policy(value), "{text}");
                }
                Edit::SetProviderAudiences { after, .. } => {
                    assert_eq!(get("ClientIdList"), json!(after), "{text}")
                }
                Edit::SetProviderThumbprints { after, .. } => {
                    assert_eq!(get("ThumbprintList"), json!(after), "{text}")
                }
                Edit::CreateProvider { url, .. } => assert_eq!(get("Url"), json!(url), "{text}"),
                _ => assert_eq!(get("RoleName"), json!(value), "{text}"),
            }
        }
    }
}

fn json_of(node: &Node) -> Value {
    match &node.kind {
        Kind::Object(members) => {
            Value::Object(members.iter().map(|one| (one.key.clone(), json_of(&one.value))).collect())
        }
        Kind::Array(elements) => elements.iter().map(json_of).collect(),
        Kind::String(text) => json!(text),
        _ => serde_json::from_str(node.scalar().unwrap_or("null")).unwrap(),
    }
}

/// JSON writes one character as two escapes where YAML knows only one.
#[test]
fn escapes_that_yaml_does_not_know_are_written_out() {
    let Edit::SetTrustPolicy(mut edit) = trust("x") else { panic!("a trust policy") };
    edit.after = edit.after.replace("\"x\"", "\"\\ud83d\\ude00 a\\/b\"");
    let wanted: Value = serde_json::from_str(&edit.after).unwrap();
    let text = rendered(vec![Edit::SetTrustPolicy(edit)], Notation::CloudFormation).unwrap();
    let (documents, flaws) = rolecall_collect::parse_yaml(&text);
    assert!(flaws.is_empty(), "{flaws:?}\n{text}");
    let policy =
        documents[0].path(&["Resources", "Change1", "Properties", "AssumeRolePolicyDocument"]).unwrap();
    assert_eq!(json_of(policy), wanted, "{text}");
}

/// What kubectl cannot make anew gets no command that does something else.
#[test]
fn pods_are_made_anew_only_where_kubectl_can() {
    let table = [
        ("Deployment", Some("kubectl rollout restart -n n deployment/w")),
        ("StatefulSet", Some("kubectl rollout restart -n n statefulset/w")),
        ("DaemonSet", Some("kubectl rollout restart -n n daemonset/w")),
        ("Pod", Some("kubectl delete pod -n n w")),
        ("Job", None),
        ("CronJob", None),
    ];
    for (kind, wanted) in table {
        let edit = Edit::RestartWorkload { namespace: "n".into(), kind: kind.into(), name: "w".into() };
        assert_eq!(rendered(vec![edit], Notation::Shell).as_deref(), wanted, "{kind}");
    }
}
