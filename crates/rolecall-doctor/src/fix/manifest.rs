//! A pod template changed in its manifest, YAML or JSON: only the bytes that must change; and the manifest of an account.

use std::collections::BTreeMap;

use rolecall_model::json::edit::{Change, insert_member, quoted};
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

use super::edit::Variable;
use super::yaml::{is_flow, pair, scalar_like};

/// The object of those bytes, wherever in the document it stands.
#[must_use]
pub(super) fn within(node: &Node, span: Span) -> Option<&Node> {
    if node.span == span {
        return Some(node);
    }
    let mut inner = node.members().iter().map(|member| &member.value).chain(node.elements());
    inner.find_map(|inner| within(inner, span))
}

/// The manifest of a service account.
#[must_use]
pub(super) fn service_account(namespace: &str, name: &str, annotations: &BTreeMap<String, String>) -> String {
    let lines = |text: String, (key, value): (&String, &String)| format!("{text}    {}\n", pair(key, value));
    let head = if annotations.is_empty() { "" } else { "  annotations:\n" };
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  {}\n  {}\n{}",
        pair("name", name),
        pair("namespace", namespace),
        annotations.iter().fold(head.to_owned(), lines)
    )
}

/// Another account in the `spec` of a template; none where it is written in a form that is left alone.
#[must_use]
pub(super) fn set_account(text: &str, spec: &Node, account: &str) -> Option<Vec<Change>> {
    let named = ["serviceAccountName", "serviceAccount"].iter().filter_map(|key| spec.get(key));
    let changes: Vec<Change> = named.map(|node| set(text, node, account)).collect::<Option<_>>()?;
    if !changes.is_empty() {
        return Some(changes);
    }
    if is_flow(text, spec) {
        return Some(insert_member(text, spec, "serviceAccountName", &quoted(account)));
    }
    let first = spec.members().first()?.key_span.start;
    let start = line_start(text, first);
    let before = text.get(start as usize..first as usize)?;
    let line = format!("{}\n{before}", pair("serviceAccountName", account));
    let at = Span { start: first, end: first };
    before.trim().is_empty().then(|| vec![Change::new(at, line)])
}

/// Variables of containers in the `spec` of a template set or taken out; none where one of them is not there, or
/// written in a form that is left alone.
#[must_use]
pub(super) fn set_env(text: &str, spec: &Node, variables: &[Variable]) -> Option<Vec<Change>> {
    let of_one = |variables: &[Variable]| {
        in_container(text, container(spec, &variables.first()?.container)?, variables)
    };
    let changes: Option<Vec<_>> =
        variables.chunk_by(|one, next| one.container == next.container).map(of_one).collect();
    Some(changes?.concat())
}

fn container<'n>(spec: &'n Node, name: &str) -> Option<&'n Node> {
    let lists = ["initContainers", "containers"].iter().filter_map(|key| spec.get(key));
    lists.flat_map(Node::elements).find(|one| one.get("name").and_then(Node::as_str) == Some(name))
}

fn in_container(text: &str, container: &Node, variables: &[Variable]) -> Option<Vec<Change>> {
    let env = container.members().iter().find(|member| member.key == "env")?;
    let mut changes = Vec::new();
    let mut gone = Vec::new();
    for variable in variables {
        let mut entries = env.value.elements().iter();
        let at = entries.position(|one| one.get("name").and_then(Node::as_str) == Some(&variable.name))?;
        let entry = env.value.elements().get(at)?;
        match &variable.after {
            Some(value) => changes.push(set(text, entry.get("value")?, value)?),
            None => gone.push(at),
        }
    }
    if !gone.is_empty() {
        changes.extend(without(text, env, &gone)?);
    }
    Some(changes)
}

fn set(text: &str, node: &Node, value: &str) -> Option<Change> {
    let old = text.get(node.span.range()).filter(|old| !old.contains('\n') && !old.is_empty())?;
    let is_json = matches!(node.kind, Kind::String(_)) && old.starts_with('"');
    Some(Change::new(node.span, if is_json { quoted(value) } else { scalar_like(value, old) }))
}

/// A list without some of its elements, which are given in order.
fn without(text: &str, list: &Member, gone: &[usize]) -> Option<Vec<Change>> {
    let spans: Vec<Span> = list.value.elements().iter().map(|element| element.span).collect();
    if gone.len() == spans.len() {
        let whole = Span { start: list.key_span.end, end: list.value.span.end };
        let length = text.get(whole.range())?.trim_end().len();
        let start = whole.start as usize;
        return Some(vec![Change::new(Span::new(start, start + length), ": []")]);
    }
    let run = |run: &[usize]| {
        let (first, last) = (*spans.get(*run.first()?)?, *spans.get(*run.last()?)?);
        if text.get(list.value.span.range())?.starts_with('[') {
            let next = run.last().and_then(|at| spans.get(at + 1));
            let previous = run.first().and_then(|at| at.checked_sub(1)).and_then(|at| spans.get(at));
            let span = match (previous, next) {
                (_, Some(next)) => Span { start: first.start, end: next.start },
                (Some(previous), None) => Span { start: previous.end, end: last.end },
                (None, None) => return None,
            };
            return Some(Change::new(span, ""));
        }
        let start = line_start(text, first.start);
        let dash = text.get(start as usize..first.start as usize)?;
        let span = Span { start, end: line_end(text, last.end) };
        (dash.trim() == "-").then(|| Change::new(span, ""))
    };
    gone.chunk_by(|one, next| one + 1 == *next).map(run).collect()
}

fn line_start(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).and_then(|before| before.rfind('\n'));
    u32::try_from(before.map_or(0, |end| end + 1)).unwrap_or(at)
}

/// Behind the line break of the line in which something ends.
fn line_end(text: &str, end: u32) -> u32 {
    if text.get(..end as usize).is_some_and(|before| before.ends_with('\n')) {
        return end;
    }
    let rest = text.get(end as usize..).unwrap_or_default();
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    end + u32::try_from(length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_model::json::{edit::apply, parse};

    fn gone(names: &[&str]) -> Vec<Variable> {
        let one = |name: &&str| Variable {
            container: "app".into(),
            name: (*name).into(),
            place: 0,
            before: Some(String::new()),
            after: None,
        };
        names.iter().map(one).collect()
    }

    /// JSON is read here; YAML is by the tests of whole folders.
    #[test]
    fn variables_go_with_their_commas() {
        let json = |names: &[&str]| {
            let entries: Vec<String> =
                names.iter().map(|name| format!(r#"{{"name": "{name}", "value": "1"}}"#)).collect();
            format!(r#"{{"containers": [{{"name": "app", "env": [{}]}}]}}"#, entries.join(", "))
        };
        let table: [(&[&str], &[&str]); 5] = [
            (&["A"], &["B", "C", "D"]),
            (&["A", "B"], &["C", "D"]),
            (&["B", "D"], &["A", "C"]),
            (&["C", "D"], &["A", "B"]),
            (&["A", "B", "C", "D"], &[]),
        ];
        let text = json(&["A", "B", "C", "D"]);
        let spec = parse(&text).root.unwrap();
        for (names, left) in table {
            let changes = set_env(&text, &spec, &gone(names)).unwrap();
            assert_eq!(apply(&text, &changes).unwrap(), json(left), "{names:?}");
        }
        assert_eq!(set_env(&text, &spec, &gone(&["E"])), None);
    }

    #[test]
    fn accounts_are_named() {
        let table = [
            (
                r#"{"serviceAccountName": "web", "serviceAccount": "web"}"#,
                r#"{"serviceAccountName": "api", "serviceAccount": "api"}"#,
            ),
            (r#"{"containers": []}"#, r#"{"containers": [], "serviceAccountName": "api"}"#),
        ];
        for (before, after) in table {
            let spec = parse(before).root.unwrap();
            let changes = set_account(before, &spec, "api").unwrap();
            assert_eq!(apply(before, &changes).unwrap(), after);
        }
    }
}
