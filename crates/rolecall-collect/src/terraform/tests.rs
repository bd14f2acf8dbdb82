//! Configurations as people write them, and what of them cannot be known.

use rolecall_model::json::{self, Node};

use super::*;

fn given() -> Given {
    Given { account: Some("111122223333".into()), partition: "aws".into(), variables: BTreeMap::new() }
}

fn read(text: &str, given: &Given) -> Vec<Declared> {
    let (roles, flawed) = roles(&[("main.tf".to_owned(), text.to_owned())], given);
    assert_eq!(flawed, []);
    roles
}

fn at(trust: &str, keys: &[&str]) -> Option<String> {
    let root = json::parse(trust).root?;
    let statement = root.get("Statement")?.one_or_many().first()?.clone();
    statement.path(keys).and_then(Node::as_str).map(str::to_owned)
}

const GITHUB: &str = r#"
variable "repository" { default = "acme/app" }
locals {
  issuer  = replace(aws_iam_openid_connect_provider.github.url, "https://", "")
  subject = "repo:${var.repository}:ref:refs/heads/main"
}
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [local.subject]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"#;

#[test]
fn references_are_worked_out() {
    let roles = read(GITHUB, &given());
    assert_eq!((roles[0].label.as_str(), roles[0].name.as_deref()), ("aws_iam_role.deploy", Some("deploy")));
    let trust = roles[0].trust.as_ref().unwrap();
    let issuer = "token.actions.githubusercontent.com";
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{issuer}");
    assert_eq!(at(trust, &["Principal", "Federated"]), Some(provider));
    let subject = at(trust, &["Condition", "StringEquals", &format!("{issuer}:sub")]);
    assert_eq!(subject.as_deref(), Some("repo:acme/app:ref:refs/heads/main"));
    let other = Given { variables: BTreeMap::from([("repository".into(), "acme/other".into())]), ..given() };
    assert!(read(GITHUB, &other)[0].trust.as_ref().unwrap().contains("repo:acme/other:"));
}

#[test]
fn encoded_policies_and_documents_in_place() {
    let role = |policy: &str| {
        format!(
            "data \"aws_caller_identity\" \"me\" {{}}\nresource \"aws_iam_role\" \"r\" {{\n assume_role_policy = {policy}\n}}"
        )
    };
    let provider = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:oidc-provider/idp.example.com";
    let table = [
        format!(
            "jsonencode({{ Statement = [{{ Effect = \"Allow\", Principal = {{ Federated = \"{provider}\" }} }}] }})"
        ),
        format!(
            "<<EOF\n{{\"Statement\": [{{\"Effect\": \"Allow\", \"Principal\": {{\"Federated\": \"{provider}\"}}}}]}}\nEOF"
        ),
    ];
    for policy in table {
        let roles = read(&role(&policy), &given());
        let trust = roles[0].trust.as_ref().unwrap();
        assert_eq!(
            at(trust, &["Principal", "Federated"]).as_deref(),
            Some("arn:aws:iam::111122223333:oidc-provider/idp.example.com"),
            "{trust}"
        );
        assert_eq!(roles[0].name, None);
    }
}

#[test]
fn what_the_sources_do_not_say_is_not_guessed() {
    let table = [
        ("no account is given", GITHUB.to_owned(), Given { account: None, ..given() }),
        ("a variable without a default", GITHUB.replace("{ default = \"acme/app\" }", "{}"), given()),
        (
            "an attribute that AWS sets",
            GITHUB.replace("values   = [local.subject]", "values = [aws_x.y.id]"),
            given(),
        ),
        (
            "a document on top of another",
            GITHUB.replace("statement {", "source_policy_documents = []\n statement {"),
            given(),
        ),
    ];
    for (what, text, given) in table {
        let roles = read(&text, &given);
        assert_eq!(roles.len(), 1, "{what}");
        assert!(roles[0].trust.is_err(), "{what}: {:?}", roles[0].trust);
    }
    let (roles, flawed) = roles(&[("x.tf".into(), "resource {".into())], &given());
    assert!(roles.is_empty() && flawed.len() == 1);
}
