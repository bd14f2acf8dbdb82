//! Roles before they are made: trust policies in YAML, and roles of CloudFormation templates.
//!
//! The policy becomes a document of its own, in the form in which IAM keeps it: that is what findings point into. A
//! template that draws values from elsewhere is no policy yet, and is named as one that was not read.

use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::{Evidence, Skipped};
use rolecall_model::json::{self, Node};

use super::{place, role};

/// Takes a YAML document in. False where it holds neither a trust policy nor a role.
pub(super) fn yaml(evidence: &mut Evidence, id: DocumentId, name: &str, node: &Node) -> bool {
    if is_trust(node) {
        policy(evidence, id, name, node, "", None);
        return true;
    }
    resources(evidence, id, name, node)
}

/// Takes the one role of a template that trusts a provider. False where there is none, or more than one.
pub(super) fn resources(evidence: &mut Evidence, id: DocumentId, name: &str, root: &Node) -> bool {
    let listed = root.get("Resources").map(Node::members).unwrap_or_default();
    let is_role = |node: &&Node| node.get("Type").and_then(Node::as_str) == Some("AWS::IAM::Role");
    let mut roles = listed.iter().map(|member| &member.value).filter(is_role).filter_map(trusts);
    let (Some((properties, trust)), None) = (roles.next(), roles.next()) else { return false };
    let role_name = properties.get("RoleName").and_then(Node::as_str).filter(|name| !name.contains('$'));
    let longest = properties.get("MaxSessionDuration").and_then(Node::as_integer);
    policy(evidence, id, name, trust, role_name.unwrap_or_default(), longest);
    true
}

/// Properties and trust policy of a role that trusts a provider.
fn trusts(node: &Node) -> Option<(&Node, &Node)> {
    let properties = node.get("Properties")?;
    let trust = properties.get("AssumeRolePolicyDocument")?;
    is_federated(trust).then_some((properties, trust))
}

fn statements(policy: &Node) -> &[Node] {
    policy.get("Statement").map(Node::one_or_many).unwrap_or_default()
}

fn is_trust(policy: &Node) -> bool {
    let of_trust = |one: &Node| one.get("Principal").is_some() && one.get("Resource").is_none();
    statements(policy).iter().any(of_trust)
}

fn is_federated(policy: &Node) -> bool {
    statements(policy).iter().any(|one| one.path(&["Principal", "Federated"]).is_some())
}

fn policy(
    evidence: &mut Evidence,
    id: DocumentId,
    name: &str,
    trust: &Node,
    role_name: &str,
    longest: Option<i64>,
) {
    let source = evidence.documents.get(id).map(|document| document.slice(trust.span)).unwrap_or_default();
    // Functions of CloudFormation, in both spellings, and variables of any template language.
    let elsewhere = ["!Ref", "!Sub", "!GetAtt", "!Join", "!If", "!Import", "Fn::", "\"Ref\"", "${", "{{"];
    if elsewhere.iter().any(|mark| source.contains(mark)) {
        unrendered(evidence, name);
        return;
    }
    take(evidence, name, role_name, longest, &json::edit::pretty(trust, "", "  "));
}

/// Says that a policy could not be read because what it refers to is not in the file.
pub(super) fn unrendered(evidence: &mut Evidence, name: &str) {
    let why =
        "its trust policy draws values from elsewhere; `aws iam get-role` gives the policy as it is in force";
    evidence.skipped.push(Skipped { name: name.to_owned(), why: why.into() });
}

/// Takes a role in by the text of its trust policy.
pub(super) fn take(evidence: &mut Evidence, name: &str, role_name: &str, longest: Option<i64>, trust: &str) {
    let name_member = format!("\"RoleName\": {}", json::edit::quoted(role_name));
    let members = [
        (!role_name.is_empty()).then_some(name_member),
        longest.map(|seconds| format!("\"MaxSessionDuration\": {seconds}")),
        Some(format!("\"AssumeRolePolicyDocument\": {trust}")),
    ];
    let members: Vec<String> = members.into_iter().flatten().collect();
    let text = format!("{{{}}}", members.join(",\n"));
    let document =
        Document::json(format!("{name} (trust policy)"), if members.len() == 1 { trust } else { &text });
    let Some(root) = document.root.clone() else { return };
    let derived = evidence.documents.add(document);
    if place::is_vacant_for_role(evidence) {
        role::main(evidence, derived, &root);
    } else {
        role::other(evidence, derived, &root);
    }
}
