//! Edits as Terraform (AWS provider): the policy as a data source and as `jsonencode`, the rest as arguments.

use rolecall_model::json::{self, Kind, Node};

use super::policy_name;
use crate::fix::edit::Edit;

/// The resources; none where Terraform has no word for the edit.
pub(super) fn render(edit: &Edit) -> Option<String> {
    match edit {
        Edit::SetTrustPolicy(edit) => {
            let root = json::parse(&edit.after).root?;
            Some(format!(
                "{}\n# in resource \"aws_iam_role\":\n# assume_role_policy = data.aws_iam_policy_document.trust.json\n#\n# or, keeping the document as it is:\nlocals {{\n  trust_policy = jsonencode({})\n}}\n",
                policy_document("trust", &root),
                indented(&value(&root, 1))
            ))
        }
        Edit::SetProviderAudiences { provider, after, .. } => {
            Some(provider_resource(provider, &format!("  client_id_list = {}\n", list(after))))
        }
        Edit::SetProviderThumbprints { provider, after, .. } => {
            Some(provider_resource(provider, &format!("  thumbprint_list = {}\n", list(after))))
        }
        Edit::CreateProvider { url, audiences, .. } => Some(format!(
            "resource \"aws_iam_openid_connect_provider\" \"this\" {{\n  url            = {}\n  client_id_list = {}\n}}\n",
            quoted(url),
            list(audiences)
        )),
        Edit::SetMaxSessionDuration { after, .. } => Some(format!(
            "# in resource \"aws_iam_role\":\nlocals {{\n  max_session_duration = {after}\n}}\n"
        )),
        Edit::PutRolePolicy { role, name, after: Some(document), .. } => {
            let root = json::parse(document).root?;
            Some(format!(
                "resource \"aws_iam_role_policy\" \"this\" {{\n  name   = {}\n  role   = {}\n  policy = jsonencode({})\n}}\n",
                quoted(name),
                quoted(role),
                indented(&value(&root, 1))
            ))
        }
        Edit::SetManagedPolicy { policy, after, .. } => {
            let root = json::parse(after).root?;
            Some(format!(
                "# {}\nresource \"aws_iam_policy\" \"this\" {{\n  name   = {}\n  policy = jsonencode({})\n}}\n",
                comment(policy),
                quoted(policy_name(policy)),
                indented(&value(&root, 1))
            ))
        }
        Edit::AnnotateServiceAccount { namespace, name, key, after: Some(value), .. } => Some(format!(
            "resource \"kubernetes_annotations\" \"this\" {{\n  api_version = \"v1\"\n  kind        = \"ServiceAccount\"\n  metadata {{\n    name      = {}\n    namespace = {}\n  }}\n  annotations = {{\n    {} = {}\n  }}\n}}\n",
            quoted(name),
            quoted(namespace),
            quoted(key),
            quoted(value)
        )),
        Edit::CreateServiceAccount { namespace, name, annotations } => {
            let pairs = annotations.iter().map(|(key, value)| format!("{} = {}", quoted(key), quoted(value)));
            let annotations = match pairs.collect::<Vec<_>>().join("\n      ") {
                none if none.is_empty() => String::new(),
                pairs => format!("    annotations = {{\n      {pairs}\n    }}\n"),
            };
            Some(format!(
                "resource \"kubernetes_service_account\" \"this\" {{\n  metadata {{\n    name      = {}\n    namespace = {}\n{annotations}  }}\n}}\n",
                quoted(name),
                quoted(namespace)
            ))
        }
        _ => None,
    }
}

fn provider_resource(arn: &str, arguments: &str) -> String {
    format!("# {}\nresource \"aws_iam_openid_connect_provider\" \"this\" {{\n{arguments}}}\n", comment(arn))
}

/// `data "aws_iam_policy_document"`, statement by statement.
fn policy_document(name: &str, root: &Node) -> String {
    let mut out = format!("data \"aws_iam_policy_document\" {} {{\n", quoted(name));
    for (key, argument) in [("Version", "version"), ("Id", "policy_id")] {
        if let Some(text) = root.get(key).and_then(Node::as_str) {
            out.push_str(&format!("  {argument} = {}\n", quoted(text)));
        }
    }
    for statement in root.get("Statement").map(Node::one_or_many).unwrap_or_default() {
        out.push_str(&block(statement));
    }
    out.push_str("}\n");
    out
}

fn block(statement: &Node) -> String {
    let mut out = String::from("\n  statement {\n");
    for (key, argument) in [("Sid", "sid"), ("Effect", "effect")] {
        if let Some(text) = statement.get(key).and_then(Node::as_str) {
            out.push_str(&format!("    {argument} = {}\n", quoted(text)));
        }
    }
    let lists = [
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ];
    for (key, argument) in lists {
        if let Some(node) = statement.get(key) {
            out.push_str(&format!("    {argument} = {}\n", list(&scalars(node))));
        }
    }
    for (key, argument) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        if let Some(node) = statement.get(key) {
            out.push_str(&principals(node, argument));
        }
    }
    for operator in statement.get("Condition").map(Node::members).unwrap_or_default() {
        for key in operator.value.members() {
            out.push_str(&format!(
                "    condition {{\n      test     = {}\n      variable = {}\n      values   = {}\n    }}\n",
                quoted(&operator.key),
                quoted(&key.key),
                list(&scalars(&key.value))
            ));
        }
    }
    out.push_str("  }\n");
    out
}

fn principals(node: &Node, argument: &str) -> String {
    let one = |kind: &str, identifiers: &[String]| {
        format!(
            "    {argument} {{\n      type        = {}\n      identifiers = {}\n    }}\n",
            quoted(kind),
            list(identifiers)
        )
    };
    if node.as_str().is_some() {
        return one("*", &scalars(node));
    }
    node.members().iter().map(|member| one(&member.key, &scalars(&member.value))).collect()
}

fn scalars(node: &Node) -> Vec<String> {
    node.one_or_many().iter().filter_map(Node::scalar).map(str::to_owned).collect()
}

/// Any value as an HCL expression.
fn value(node: &Node, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let end = "  ".repeat(depth.saturating_sub(1));
    match &node.kind {
        Kind::Object(members) => {
            let lines = members.iter().map(|member| {
                format!("{pad}{} = {}\n", quoted(&member.key), value(&member.value, depth + 1))
            });
            format!("{{\n{}{end}}}", lines.collect::<String>())
        }
        Kind::Array(elements) => {
            let lines = elements.iter().map(|element| format!("{pad}{},\n", value(element, depth + 1)));
            format!("[\n{}{end}]", lines.collect::<String>())
        }
        Kind::String(text) => quoted(text),
        _ => node.scalar().unwrap_or("null").to_owned(),
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A string of HCL: `${` and `%{` begin templates there, and policies have variables of the same look.
fn quoted(text: &str) -> String {
    json::edit::quoted(text).replace("${", "$${").replace("%{", "%%{")
}

/// Text for the rest of a line.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
