//! Reading pipeline definitions of CI platforms: who asks for a role, and whether the platform gives the job a token.

pub mod azure;
pub mod bitbucket;
mod buildkite;
pub mod circleci;
pub mod environment;
pub mod github;
mod github_subject;
pub mod gitlab;
pub mod subject;

use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::caller::Environment;
use rolecall_model::evidence::workflow::{Platform, Workflow};
use rolecall_model::json::{Kind, Node};

/// A job that wants a token and gets none.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The byte that did it, or the place where something is missing.
    pub at: At,
    /// A few words beside the caret.
    pub label: String,
    /// Why the platform gives no token, whole sentences.
    pub why: String,
    /// What to write, one sentence.
    pub mend: String,
    /// The job of a GitHub workflow that lacks the permission.
    pub job: Option<Box<str>>,
    /// Where the job asks for the role.
    pub role: Option<At>,
    /// Whether the definition alone decides it; else another file may still grant it.
    pub sure: bool,
    /// Whether the job goes on without a token: a file is written all the same, and sent.
    pub goes_on: bool,
}

/// The first job that wants a token and gets none.
#[must_use]
pub fn refusal(workflows: &[Workflow], environment: Option<&Environment>) -> Option<Refusal> {
    let of = |platform: Platform| workflows.iter().filter(move |workflow| workflow.platform == platform);
    github::refusal(&of(Platform::GitHub).collect::<Vec<_>>(), environment)
        .or_else(|| of(Platform::Bitbucket).find_map(bitbucket::refusal))
        .or_else(|| of(Platform::GitLab).find_map(gitlab::refusal))
        .or_else(|| of(Platform::AzureDevOps).find_map(azure::refusal))
}

/// Inputs by which actions, orbs, plugins and pipes are given the role: no variable of the SDK is needed then.
const ROLE_INPUTS: [&str; 6] =
    ["role-to-assume", "aws-role-to-assume", "role-arn", "role_arn", "roleArn", "AWS_OIDC_ROLE_ARN"];

/// Where an action, orb or pipe is given the role.
#[must_use]
pub fn role_input(workflow: &Workflow) -> Option<Text> {
    values(workflow, &ROLE_INPUTS).into_iter().next()
}

/// Scalar values of the keys anywhere in the definition.
#[must_use]
pub fn values(workflow: &Workflow, keys: &[&str]) -> Vec<Text> {
    let mut found = Vec::new();
    walk(&workflow.node, &mut |key, _, value| {
        if let (true, Some(text)) = (keys.contains(&key), value.scalar()) {
            found.push(Located::new(text.to_owned(), place(workflow, value)));
        }
    });
    found
}

/// Names of variables that the definition sets: keys of `env` and the like, and `export NAME=` in scripts.
#[must_use]
pub fn exports(workflow: &Workflow) -> Vec<Text> {
    let mut found = Vec::new();
    walk(&workflow.node, &mut |key, _, value| {
        if matches!(key, "env" | "variables" | "environment") {
            let names = value.members().iter().map(|member| (member.key.clone(), member.key_span));
            found.extend(names.map(|(name, span)| Located::new(name, At::new(workflow.document, span))));
        }
    });
    for text in strings(workflow, &workflow.node) {
        let exported = text.value.lines().filter_map(|line| line.trim_start().strip_prefix("export "));
        let names = exported.filter_map(|rest| rest.split_once('=')).map(|(name, _)| name.trim().to_owned());
        found.extend(names.map(|name| Located::new(name, text.at)));
    }
    found
}

/// Every string below a node, with its place.
#[must_use]
pub fn strings(workflow: &Workflow, node: &Node) -> Vec<Text> {
    let mut found = Vec::new();
    gather(node, &mut |node| {
        if let Some(text) = node.as_str() {
            found.push(Located::new(text.to_owned(), place(workflow, node)));
        }
    });
    found
}

/// The first string below a node that holds one of the words.
#[must_use]
pub fn mention(workflow: &Workflow, node: &Node, words: &[&str]) -> Option<Text> {
    strings(workflow, node).into_iter().find(|text| words.iter().any(|word| text.value.contains(word)))
}

/// The place of a node.
#[must_use]
pub fn place(workflow: &Workflow, node: &Node) -> At {
    At::new(workflow.document, node.span)
}

fn gather<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n Node)) {
    visit(node);
    match &node.kind {
        Kind::Object(members) => members.iter().for_each(|member| gather(&member.value, visit)),
        Kind::Array(elements) => elements.iter().for_each(|element| gather(element, visit)),
        _ => {}
    }
}

/// Calls `visit` with key, its place and value of every member of every mapping, outermost first.
fn walk<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n str, rolecall_model::span::Span, &'n Node)) {
    for member in node.members() {
        visit(&member.key, member.key_span, &member.value);
        walk(&member.value, visit);
    }
    node.elements().iter().for_each(|element| walk(element, visit));
}
