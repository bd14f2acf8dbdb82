//! Roles and objects in other notations than AWS's and Kubernetes' own output: what is read of them, and what is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_collect::read_files;
use rolecall_model::evidence::Evidence;
use rolecall_model::json::Node;

fn read(name: &str, text: &str) -> Evidence {
    read_files(&[(name.to_owned(), text.as_bytes().to_vec())])
}

/// The subjects of the trust policy's first statement, whatever the operator.
fn subjects(evidence: &Evidence) -> Vec<String> {
    let Some(role) = evidence.role.role.present() else { return Vec::new() };
    let statements = role.trust.as_ref().unwrap().node.get("Statement").unwrap();
    let conditions = statements.one_or_many()[0].get("Condition").map(Node::members).unwrap_or_default();
    let keys = conditions.iter().flat_map(|condition| condition.value.members());
    let values = keys.filter(|key| key.key.ends_with(":sub")).flat_map(|key| key.value.one_or_many());
    values.filter_map(Node::as_str).map(str::to_owned).collect()
}

const POLICY: &str = r#"
Version: '2012-10-17'
Statement:
  - Effect: Allow
    Principal: {Federated: "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}
    Action: sts:AssumeRoleWithWebIdentity
    Condition: {StringEquals: {"idp.example.com:sub": "SUB"}}
"#;

fn template(policy: &str) -> String {
    let indented: Vec<String> = policy.lines().map(|line| format!("        {line}")).collect();
    format!(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app\n      AssumeRolePolicyDocument:\n{}\n",
        indented.join("\n")
    )
}

#[test]
fn trust_policies_in_yaml() {
    let one = template(POLICY);
    let two = format!("{one}{}", one.trim_start_matches("Resources:\n").replace("  R:", "  S:"));
    let table = [
        ("trust.yaml", POLICY.to_owned(), vec!["SUB"], "a policy alone"),
        ("stack.yml", one.clone(), vec!["SUB"], "the role of a template"),
        ("stack.yml", one.replace("\"SUB\"", "!Sub \"x:${Name}\""), vec![], "a function of CloudFormation"),
        ("stack.yml", two, vec![], "two roles, of which nothing says which is meant"),
        ("stack.yml", one.replace("Federated:", "Service:"), vec![], "a role for a service"),
        ("policy.yaml", POLICY.replace("Principal", "NotMuch"), vec![], "no trust policy"),
    ];
    for (name, text, wanted, what) in table {
        let evidence = read(name, &text);
        assert_eq!(subjects(&evidence), wanted, "{what}");
    }
    let role = read("stack.yml", &one).role.role.present().cloned().unwrap();
    assert_eq!(role.name.unwrap().value, "app");
}

fn terraform(policy: &str, rest: &str) -> String {
    format!(
        "resource \"aws_iam_role\" \"app\" {{\n  name = \"app\"\n  assume_role_policy = {policy}\n}}\n{rest}"
    )
}

#[test]
fn trust_policies_in_terraform() {
    let encoded = r#"jsonencode({ Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/x" }, Condition = { StringEquals = { "x:sub" = "SUB" } } }] })"#;
    let heredoc = "<<EOF\n{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \"arn:aws:iam::111122223333:oidc-provider/x\"}, \"Condition\": {\"StringEquals\": {\"x:sub\": \"SUB\"}}}]}\nEOF";
    let data = r#"data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type = "Federated"
      identifiers = ["arn:aws:iam::111122223333:oidc-provider/x"]
    }
    condition {
      test = "StringEquals"
      variable = "x:sub"
      values = ["SUB"]
    }
    condition {
      test = "StringEquals"
      variable = "x:aud"
      values = ["sts.amazonaws.com"]
    }
  }
}"#;
    let document = "data.aws_iam_policy_document.t.json";
    let table = [
        (terraform(encoded, ""), vec!["SUB"], "jsonencode"),
        (terraform(heredoc, ""), vec!["SUB"], "a here-document"),
        (terraform(document, data), vec!["SUB"], "a policy document"),
        (data.to_owned(), vec!["SUB"], "a policy document alone"),
        (terraform(&encoded.replace("SUB", "repo:${var.repository}"), ""), vec![], "an interpolation"),
        (terraform(document, &data.replace("[\"SUB\"]", "var.subjects")), vec![], "a variable"),
        (terraform(document, ""), vec![], "a document of another file"),
        ("resource \"aws_iam_role\" \"x\" {".to_owned(), vec![], "broken text"),
    ];
    for (text, wanted, what) in table {
        assert_eq!(subjects(&read("main.tf", &text)), wanted, "{what}");
    }
}

#[test]
fn described_objects() {
    let account = "Name:                app\nNamespace:           shop\nLabels:              a=b\nAnnotations:         eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n                     other: x\nMountable secrets:   <none>\nEvents:              <none>\n";
    let evidence = read("sa.txt", account);
    let found = evidence.serviceaccount.account.present().unwrap();
    assert_eq!((found.name.value.as_str(), found.annotations.len()), ("app", 2));
    assert_eq!(found.annotations[0].value.value, "arn:aws:iam::111122223333:role/app");

    let pod = "Name:             app-1\nNamespace:        shop\nService Account:  app\nContainers:\n  app:\n    Image:         x:1\n    Environment:\n      AWS_ROLE_ARN:  arn:aws:iam::111122223333:role/app\n      KEY:           <set to the key 'k' in secret 's'>  Optional: false\n    Mounts:\n      /run/x from vol (ro)\nVolumes:\n  vol:\n    Type:                    Projected (a volume)\n    TokenExpirationSeconds:  86400\n";
    let evidence = read("pod.txt", &format!("$ kubectl describe pod,sa\n{pod}\n{account}"));
    let found = evidence.pod.pod.present().unwrap();
    let container = &found.containers[0];
    assert_eq!(found.service_account.as_ref().unwrap().value, "app");
    assert_eq!(
        container.env("AWS_ROLE_ARN").unwrap().value.as_ref().unwrap().value,
        "arn:aws:iam::111122223333:role/app"
    );
    assert!(container.env("KEY").unwrap().value.is_none());
    assert_eq!(
        (container.mounts[0].name.as_str(), found.volumes[0].tokens[0].expiration),
        ("vol", Some(86400))
    );
    assert!(evidence.serviceaccount.account.present().is_some());

    let config_map =
        "Name:         app\nNamespace:    shop\nAnnotations:  <none>\n\nData\n====\nk:\n----\nv\n";
    assert!(read("cm.txt", config_map).serviceaccount.account.is_unread());
}
