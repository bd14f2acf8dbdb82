//! `rolecall check` over roles in every notation: what holds, what fails and why, what is open.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod binary;

use std::fs;

use binary::run;
use serde_json::Value;
use tempfile::TempDir;

const TERRAFORM: &str = r#"
locals { issuer = "token.actions.githubusercontent.com" }
resource "aws_iam_openid_connect_provider" "github" {
  url = "https://token.actions.githubusercontent.com"
}
resource "aws_iam_role" "deploy" {
  name = "deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${local.issuer}:aud" = "sts.amazonaws.com" }
        StringLike = { "${local.issuer}:sub" = "SUBJECT" }
      }
    }]
  })
}
resource "aws_iam_role" "elsewhere" {
  name = "elsewhere"
  assume_role_policy = module.trust.json
}
"#;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
  "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB"},
  "Action": "sts:AssumeRoleWithWebIdentity",
  "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/AB:sub": "system:serviceaccount:shop:cart",
    "oidc.eks.eu-west-1.amazonaws.com/id/AB:aud": "sts.amazonaws.com"}}}]}"#;

struct Files(TempDir);

impl Files {
    fn new(subject: &str) -> Files {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("infra")).unwrap();
        fs::write(folder.path().join("infra/main.tf"), TERRAFORM.replace("SUBJECT", subject)).unwrap();
        fs::write(folder.path().join("cart.json"), POLICY).unwrap();
        Files(folder)
    }

    /// Checks the assertions; gives exit code and JSON.
    fn check(&self, assertions: &str) -> (i32, Value, String) {
        let file = self.0.path().join("roles.check.yaml");
        let head = "account: '111122223333'\nsources: [infra, cart.json]\nassertions:\n";
        fs::write(&file, format!("{head}{assertions}")).unwrap();
        let done =
            run(&["check", file.to_str().unwrap(), "--format", "json", "--at", "2026-10-01T00:00:00Z"], "");
        (done.code, serde_json::from_str(&done.stdout).unwrap_or(Value::Null), done.stderr)
    }
}

const MAIN: &str = "- {role: deploy, KIND: {github: {repository: acme/app, ref: refs/heads/main}}}\n";

#[test]
fn what_is_asserted_and_what_comes_of_it() {
    let exact = "repo:acme/app:ref:refs/heads/main";
    let table = [
        (exact, MAIN.replace("KIND", "allow"), 0, "passed"),
        (exact, MAIN.replace("KIND", "only"), 0, "passed"),
        (exact, MAIN.replace("KIND", "deny"), 1, "failed"),
        ("repo:acme/app:*", MAIN.replace("KIND", "allow"), 0, "passed"),
        // Another branch, a tag, a pull request get in too.
        ("repo:acme/app:*", MAIN.replace("KIND", "only"), 1, "failed"),
        ("repo:acme/other:*", MAIN.replace("KIND", "allow"), 1, "failed"),
        ("repo:acme/other:*", MAIN.replace("KIND", "deny"), 0, "passed"),
        (exact, MAIN.replace("KIND", "allow").replace("deploy", "aws_iam_role.deploy"), 0, "passed"),
        (exact, MAIN.replace("KIND", "allow").replace("deploy", "nowhere"), 3, "undetermined"),
        (exact, MAIN.replace("KIND", "deny").replace("deploy", "elsewhere"), 3, "undetermined"),
    ];
    for (subject, assertions, code, result) in table {
        let (exit, json, said) = Files::new(subject).check(&assertions);
        assert_eq!(
            (exit, json["result"].as_str()),
            (code, Some(result)),
            "{subject} {assertions} {json:#} {said}"
        );
        assert_eq!(json["schema"], "rolecall.check/v1");
    }
}

#[test]
fn a_failure_comes_with_its_diagnosis() {
    let (_, json, _) = Files::new("repo:acme/other:*").check(&MAIN.replace("KIND", "allow"));
    let caller = &json["assertions"][0]["callers"][0];
    assert_eq!(caller["conclusion"], "refused");
    assert_eq!(caller["report"]["schema"], "rolecall.report/v1");
    assert!(caller["report"]["findings"][0]["cause"].as_str().unwrap().starts_with("trust."), "{caller:#}");
}

#[test]
fn clusters_and_bare_policies() {
    let cart = "- role: cart\n  KIND: {kubernetes: {issuer: oidc.eks.eu-west-1.amazonaws.com/id/AB, namespace: shop, serviceaccount: ACCOUNT}}\n";
    let files = Files::new("x");
    for (kind, account, code) in [("only", "cart", 0), ("allow", "till", 1), ("deny", "till", 0)] {
        let (exit, json, said) = files.check(&cart.replace("KIND", kind).replace("ACCOUNT", account));
        assert_eq!(exit, code, "{kind} {account} {json:#} {said}");
    }
}

#[test]
fn providers_that_are_listed_are_all_there_are() {
    let files = Files::new("repo:acme/app:*");
    let with = |audience: &str| {
        let providers = format!(
            "providers: [{{url: https://token.actions.githubusercontent.com, audiences: [{audience}]}}]\n"
        );
        format!("{}{providers}", MAIN.replace("KIND", "allow"))
    };
    assert_eq!(files.check(&with("sts.amazonaws.com")).0, 0);
    assert_eq!(files.check(&with("elsewhere")).0, 1);
    assert_eq!(files.check(&format!("{}providers: []\n", MAIN.replace("KIND", "allow"))).0, 1);
}

#[test]
fn a_file_that_is_not_of_the_format() {
    let table = [
        ("- {role: deploy, alow: {issuer: x, subject: y}}\n", "line 4: `alow` is not known here"),
        ("- {role: deploy}\n", "one of `allow`, `deny` and `only`"),
        ("- {allow: {issuer: x, subject: y}}\n", "`role` is missing"),
        ("- {role: deploy, allow: {issuer: x}}\n", "`subject` is missing"),
        ("- {role: deploy, allow: {github: {repository: app, ref: x}}}\n", "OWNER/NAME"),
        ("- {role: deploy, allow: {github: {repository: a/b}}}\n", "one of `ref`"),
        ("- {role: deploy, allow: []}\n", "nobody"),
        ("  []\n", "`assertions` is empty"),
    ];
    let files = Files::new("x");
    for (assertions, wanted) in table {
        let (exit, _, said) = files.check(assertions);
        assert_eq!(exit, 2, "{assertions}");
        assert!(said.contains(wanted), "{assertions}: {said}");
    }
}
