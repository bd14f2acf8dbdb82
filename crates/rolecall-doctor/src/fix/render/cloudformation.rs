//! Edits as CloudFormation, in YAML; policies are written as JSON, which YAML contains.

use std::borrow::Cow;

use rolecall_model::json;
use rolecall_model::json::edit::quoted;

use super::{flush, policy_name};
use crate::fix::edit::Edit;

/// The template's resources; empty where CloudFormation has no word for any edit.
pub(super) fn render(edits: &[Edit]) -> String {
    let resources: Vec<String> =
        edits.iter().enumerate().filter_map(|(at, edit)| resource(at, edit)).collect();
    if resources.is_empty() { String::new() } else { format!("Resources:\n{}", resources.concat()) }
}

fn resource(at: usize, edit: &Edit) -> Option<String> {
    let (kind, properties) = match edit {
        Edit::SetTrustPolicy(edit) => (
            "AWS::IAM::Role",
            vec![("RoleName", quoted(&edit.role)), ("AssumeRolePolicyDocument", block(&edit.after))],
        ),
        Edit::SetMaxSessionDuration { role, after, .. } => {
            ("AWS::IAM::Role", vec![("RoleName", quoted(role)), ("MaxSessionDuration", after.to_string())])
        }
        Edit::SetProviderAudiences { provider, after, .. } => {
            ("AWS::IAM::OIDCProvider", vec![("Url", quoted(&url(provider))), ("ClientIdList", list(after))])
        }
        Edit::SetProviderThumbprints { provider, after, .. } => {
            ("AWS::IAM::OIDCProvider", vec![("Url", quoted(&url(provider))), ("ThumbprintList", list(after))])
        }
        Edit::CreateProvider { url, audiences, .. } => {
            ("AWS::IAM::OIDCProvider", vec![("Url", quoted(url)), ("ClientIdList", list(audiences))])
        }
        Edit::PutRolePolicy { role, name, after: Some(document), .. } => (
            "AWS::IAM::RolePolicy",
            vec![
                ("RoleName", quoted(role)),
                ("PolicyName", quoted(name)),
                ("PolicyDocument", block(document)),
            ],
        ),
        Edit::SetManagedPolicy { policy, after, .. } => (
            "AWS::IAM::ManagedPolicy",
            vec![("ManagedPolicyName", quoted(policy_name(policy))), ("PolicyDocument", block(after))],
        ),
        _ => return None,
    };
    let line = |key: &str, value: &str| match value.strip_prefix('\n') {
        Some(block) => format!("      {key}:\n{block}\n"),
        None => format!("      {key}: {value}\n"),
    };
    let lines = properties.iter().map(|(key, value)| line(key, value));
    Some(format!("  Change{}:\n    Type: {kind}\n    Properties:\n{}", at + 1, lines.collect::<String>()))
}

/// JSON of several lines under a key: flow style may break lines as long as they are indented (YAML 1.2 §7.4). Tabs may
/// not indent.
fn block(json: &str) -> String {
    let text = flush(&without_pairs(json));
    let lines = text.lines().map(|line| {
        let text = line.trim_start();
        format!("        {}{text}", " ".repeat(line.len() - text.len()))
    });
    format!("\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// JSON escapes characters beyond U+FFFF as a pair of surrogates, which is no escape of YAML (§5.7): such a document is
/// written anew, each character as itself.
fn without_pairs(text: &str) -> Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return Cow::Borrowed(text);
    }
    let root = json::parse(text).root;
    root.map_or(Cow::Borrowed(text), |root| Cow::Owned(json::edit::pretty(&root, "", "  ")))
}

fn url(arn: &str) -> String {
    arn.split_once(":oidc-provider/").map_or_else(|| arn.to_owned(), |(_, name)| format!("https://{name}"))
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}
