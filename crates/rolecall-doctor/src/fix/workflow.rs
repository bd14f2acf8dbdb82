//! Edits of GitHub workflows: a job's permission to ask for an ID token, and the role that its steps are given.
//!
//! A block of permissions sets everything that it does not name to none, and a job's block replaces the workflow's (GitHub
//! documentation, "Workflow syntax", `permissions`): what a job had must be written beside what it gets.

use rolecall_model::evidence::workflow::{Platform, Workflow};
use rolecall_model::json::edit::Change;
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

use super::edit::Edit;
use super::yaml::scalar_like;
use crate::case::Case;
use crate::pipeline::github::grants;

/// Keys by which steps are given a role.
pub const ROLE_KEYS: [&str; 6] =
    ["role-to-assume", "aws-role-to-assume", "role-arn", "role_arn", "AWS_ROLE_ARN", "ROLE_ARN"];

/// What a change of a workflow comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// It says so already.
    Already,
    /// These bytes change.
    By(Vec<Change>),
}

/// The changes, or the place that allows none and why: a sentence without a full stop.
pub type Made = Result<Granted, (Span, String)>;

const KEY: &str = "id-token";

/// Gives a job `id-token: write`.
///
/// # Errors
/// Where the job is not there, or its permissions are not written out.
pub fn grant(text: &str, root: &Node, job: &str) -> Made {
    let jobs = root.get("jobs").map(Node::members).unwrap_or_default();
    let Some(own) = jobs.iter().find(|member| member.key == job) else {
        return Err((root.span, format!("there is no job `{job}`")));
    };
    let of = |node: &'_ Node| node.members().iter().find(|member| member.key == "permissions").cloned();
    let (in_job, outer) = (of(&own.value), of(root));
    let in_force = in_job.as_ref().or(outer.as_ref());
    if in_force.is_some_and(|member| grants(&member.value)) {
        return Ok(Granted::Already);
    }
    match (&in_job, &outer) {
        (Some(block), _) => within(text, block),
        (None, Some(block)) if jobs.len() == 1 => within(text, block),
        (None, outer) => of_its_own(text, own, outer.as_ref()),
    }
}

/// One permission more in a block.
fn within(text: &str, block: &Member) -> Made {
    let all = || {
        let why = format!(
            "`permissions: {}` names no single permission: write out what the job needs, and `id-token: write`",
            block.value.scalar().unwrap_or("null")
        );
        (block.value.span, why)
    };
    if let Some(known) = block.value.get(KEY) {
        return Ok(Granted::By(vec![Change::new(known.span, "write")]));
    }
    let (Kind::Object(members), Some(slice)) = (&block.value.kind, text.get(block.value.span.range())) else {
        return Err(all());
    };
    let insertion = |at: u32, new: String| Change::new(Span { start: at, end: at }, new);
    let change = match members.last() {
        None => Change::new(block.value.span, "{id-token: write}"),
        Some(last) if slice.starts_with('{') => insertion(last.value.span.end, format!(", {KEY}: write")),
        Some(last) => {
            let end = last.value.span.end as usize;
            let rest = text.get(end..).unwrap_or_default();
            let at = end + rest.find(['\r', '\n']).unwrap_or(rest.len());
            let line = format!("{}{}{KEY}: write", line_break(text), indent(text, last.key_span));
            insertion(u32::try_from(at).unwrap_or(u32::MAX), line)
        }
    };
    Ok(Granted::By(vec![change]))
}

/// A block of the job's own as its first key, with what the workflow's gives it.
fn of_its_own(text: &str, job: &Member, outer: Option<&Member>) -> Made {
    let is_block = text.get(job.value.span.range()).is_some_and(|slice| !slice.starts_with('{'));
    let (Some(first), true) = (job.value.members().first(), is_block) else {
        return Err((job.key_span, "the job is not written as lines of keys".into()));
    };
    let inherited = match outer.map(|block| (&block.value.kind, block)) {
        None => vec![("contents".to_owned(), "read".to_owned())],
        Some((Kind::Object(members), _)) => members
            .iter()
            .filter(|member| member.key != KEY)
            .filter_map(|member| Some((member.key.clone(), member.value.scalar()?.to_owned())))
            .collect(),
        Some((_, block)) => {
            let why = "the workflow's permissions name no single permission: write out what the job needs";
            return Err((block.value.span, why.into()));
        }
    };
    let indent = indent(text, first.key_span);
    let unit = text.get(job.key_span.start as usize..first.key_span.start as usize);
    let unit = unit
        .filter(|between| between.contains('\n'))
        .map_or(2, |_| indent.len().saturating_sub(self::indent(text, job.key_span).len()).clamp(1, 8));
    let inner = format!("{}{indent}{}", line_break(text), " ".repeat(unit));
    let mut lines = String::from("permissions:");
    for (key, value) in std::iter::once((KEY.to_owned(), "write".to_owned())).chain(inherited) {
        lines.push_str(&format!("{inner}{key}: {value}"));
    }
    lines.push_str(&format!("{}{indent}", line_break(text)));
    let at = Span { start: first.key_span.start, end: first.key_span.start };
    Ok(Granted::By(vec![Change::new(at, lines)]))
}

/// Another role wherever steps are given `before`.
///
/// # Errors
/// Where no step is given it.
pub fn name_role(text: &str, root: &Node, before: &str, after: &str) -> Made {
    let mut values = Vec::new();
    gather(root, &mut values);
    let is = |wanted: &str| values.iter().filter(|node| node.as_str() == Some(wanted)).collect::<Vec<_>>();
    let own = is(before);
    if own.is_empty() {
        let there = !is(after).is_empty();
        let missing = || (root.span, format!("no step is given the role `{before}`"));
        return if there { Ok(Granted::Already) } else { Err(missing()) };
    }
    let change = |node: &&&Node| {
        let old = text.get(node.span.range()).unwrap_or_default();
        Change::new(node.span, scalar_like(after, old))
    };
    Ok(Granted::By(own.iter().map(change).collect()))
}

/// The edit of the workflow whose steps are given the role `before`; none where no workflow writes it out.
#[must_use]
pub fn rename_role(case: &Case<'_>, before: &str, after: &str) -> Option<Edit> {
    let writes = |workflow: &&Workflow| {
        let mut values = Vec::new();
        gather(&workflow.node, &mut values);
        values.iter().any(|node| node.as_str() == Some(before))
    };
    let workflow =
        case.workflows().iter().filter(|workflow| workflow.platform == Platform::GitHub).find(writes)?;
    let file = case.evidence().documents.get(workflow.document)?.name.clone();
    Some(Edit::SetRoleInput { file, before: before.to_owned(), after: after.to_owned() })
}

fn gather<'n>(node: &'n Node, values: &mut Vec<&'n Node>) {
    for member in node.members() {
        if ROLE_KEYS.contains(&member.key.as_str()) {
            values.push(&member.value);
        }
        gather(&member.value, values);
    }
    node.elements().iter().for_each(|element| gather(element, values));
}

/// The workflow's tree once the job has the permission.
pub(super) fn granting(root: &Node, job: &str) -> Node {
    let outer = root.get("permissions").cloned();
    changed(root, "jobs", |jobs| {
        changed(jobs, job, |own| {
            let text = |text: &str| Node { span: own.span, kind: Kind::String(text.to_owned()) };
            let block = own.get("permissions").cloned().or(outer.clone());
            let mut members: Vec<Member> = block.map(|block| block.members().to_vec()).unwrap_or_default();
            members.retain(|member| member.key != KEY);
            members.push(Member { key: KEY.into(), key_span: own.span, value: text("write") });
            let permissions = Node { span: own.span, kind: Kind::Object(members) };
            let mut all: Vec<Member> = own.members().to_vec();
            all.retain(|member| member.key != "permissions");
            all.push(Member { key: "permissions".into(), key_span: own.span, value: permissions });
            Node { span: own.span, kind: Kind::Object(all) }
        })
    })
}

/// The workflow's tree once its steps are given another role.
pub(super) fn naming(root: &Node, before: &str, after: &str) -> Node {
    let kind = match &root.kind {
        Kind::Object(members) => {
            let one = |member: &Member| {
                let is_role = ROLE_KEYS.contains(&member.key.as_str());
                let value = if is_role && member.value.as_str() == Some(before) {
                    Node { span: member.value.span, kind: Kind::String(after.to_owned()) }
                } else {
                    naming(&member.value, before, after)
                };
                Member { value, ..member.clone() }
            };
            Kind::Object(members.iter().map(one).collect())
        }
        Kind::Array(elements) => {
            Kind::Array(elements.iter().map(|element| naming(element, before, after)).collect())
        }
        other => other.clone(),
    };
    Node { span: root.span, kind }
}

/// A node with another value under one of its keys.
fn changed(node: &Node, key: &str, change: impl Fn(&Node) -> Node) -> Node {
    let one = |member: &Member| match member.key == key {
        true => Member { value: change(&member.value), ..member.clone() },
        false => member.clone(),
    };
    Node { span: node.span, kind: Kind::Object(node.members().iter().map(one).collect()) }
}

fn indent(text: &str, key: Span) -> String {
    let before = text.get(..key.start as usize).unwrap_or_default();
    " ".repeat(before.rsplit('\n').next().unwrap_or_default().chars().count())
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
