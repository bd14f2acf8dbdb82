//! A pod template changed in the evidence, and the pods that come of it.

use rolecall_model::document::{DocumentId, Located};
use rolecall_model::evidence::pod::{EnvVar, Pod, Workload};
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::span::Span;

use super::edit::Variable;
use super::made_anew::pod_of_template;
use crate::case::{account_of, runs_under};

/// Which workload an edit is about.
#[derive(Clone, Copy)]
pub(super) struct Named<'e> {
    pub namespace: &'e str,
    pub kind: &'e str,
    pub name: &'e str,
}

impl Named<'_> {
    /// Whether it is this one.
    pub fn is(self, workload: &Workload) -> bool {
        let template = &workload.template;
        let says = |text: Option<&rolecall_model::document::Text>, wanted: &str| {
            text.is_some_and(|text| text.value == wanted)
        };
        template.kind == self.kind
            && says(template.name.as_ref(), self.name)
            && says(template.namespace.as_ref(), self.namespace)
    }
}

/// Lets the template name another account.
pub(super) fn run_as(evidence: &mut Evidence, named: Named<'_>, after: Option<&str>) {
    change(evidence, named, |template, spec| {
        let at = template.service_account.as_ref().map_or(template.spec_at, |name| name.at);
        template.service_account = after.map(|name| Located::new(name.to_owned(), at));
        let Kind::Object(members) = &mut spec.kind else { return };
        members.retain(|member| !["serviceAccountName", "serviceAccount"].contains(&member.key.as_str()));
        members.extend(after.map(|name| member("serviceAccountName", string(name))));
    });
}

/// Sets variables of the template's containers, or takes them out.
pub(super) fn set_env(evidence: &mut Evidence, named: Named<'_>, variables: &[Variable]) {
    change(evidence, named, |template, spec| {
        for variable in variables {
            let container = template.containers.iter_mut().find(|one| one.name.value == variable.container);
            if let Some(container) = container {
                let at = container.at;
                let new = variable.after.as_ref().map(|value| EnvVar {
                    name: Located::new(variable.name.clone(), at),
                    value: Some(Located::new(value.clone(), at)),
                    at,
                });
                put(&mut container.env, variable, |one| &one.name.value, new);
            }
            in_containers(spec, variable);
        }
    });
}

fn in_containers(spec: &mut Node, variable: &Variable) {
    let Kind::Object(members) = &mut spec.kind else { return };
    let lists = members.iter_mut().filter(|one| ["initContainers", "containers"].contains(&one.key.as_str()));
    let containers = lists.flat_map(|list| match &mut list.value.kind {
        Kind::Array(containers) => containers.as_mut_slice(),
        _ => &mut [],
    });
    for container in containers {
        if container.get("name").and_then(Node::as_str) != Some(&variable.container) {
            continue;
        }
        let Kind::Object(members) = &mut container.kind else { continue };
        if !members.iter().any(|one| one.key == "env" && matches!(one.value.kind, Kind::Array(_))) {
            members.retain(|one| one.key != "env");
            members.push(member("env", made(Kind::Array(Vec::new()))));
        }
        let list = members.iter_mut().find(|one| one.key == "env").map(|one| &mut one.value.kind);
        if let Some(Kind::Array(entries)) = list {
            let new = variable.after.as_ref().map(|value| {
                made(Kind::Object(vec![
                    member("name", string(&variable.name)),
                    member("value", string(value)),
                ]))
            });
            put(entries, variable, |one| one.get("name").and_then(Node::as_str).unwrap_or_default(), new);
        }
    }
}

/// The list with the variable's new entry in place of the old one, at its place, or without it.
fn put<T>(list: &mut Vec<T>, variable: &Variable, name: impl Fn(&T) -> &str, new: Option<T>) {
    let there = list.iter().position(|one| name(one) == variable.name);
    if let Some(at) = there {
        list.remove(at);
    }
    if let Some(new) = new {
        list.insert(there.unwrap_or(variable.place).min(list.len()), new);
    }
}

/// Changes a template where it stands among the evidence, and puts the pod in place that is made of it.
fn change(evidence: &mut Evidence, named: Named<'_>, make: impl FnOnce(&mut Pod, &mut Node)) {
    let Some(at) = evidence.pod.workloads.iter().position(|one| named.is(one)) else { return };
    let Some(mut template) = evidence.pod.workloads.get(at).map(|one| one.template.clone()) else { return };
    let Some(mut document) = evidence.documents.get(template.document).cloned() else { return };
    let Some(spec) = document.root.as_mut().and_then(|root| within(root, template.spec_at.span)) else {
        return;
    };
    make(&mut template, spec);
    "pod template afterwards".clone_into(&mut document.name);
    let id = evidence.documents.add(document);
    moved(&mut template, id);
    if let Some(workload) = evidence.pod.workloads.get_mut(at) {
        workload.template = template.clone();
    }
    pair(evidence, &template);
    replace_pod(evidence, template);
}

/// Says that the template stands in another document: its places are the same there.
fn moved(template: &mut Pod, id: DocumentId) {
    template.document = id;
    template.spec_at.document = id;
}

/// The pod that comes of the template in place of the one that was read. Where it cannot be told what the webhook makes
/// of it, the template stands for itself.
fn replace_pod(evidence: &mut Evidence, template: Pod) {
    let id = template.document;
    let made = pod_of_template(evidence, &template).unwrap_or(template);
    evidence.pod.pod = Fact::read(made, id);
}

/// Of several accounts the one that the template names is the one that counts.
fn pair(evidence: &mut Evidence, template: &Pod) {
    let accounts = &mut evidence.serviceaccount;
    let Fact::Present { value: account, source } = &mut accounts.account else { return };
    if account_of(template) == account.name.value && runs_under(template, account) {
        return;
    }
    if let Some(own) = accounts.others.iter_mut().find(|other| runs_under(template, other)) {
        std::mem::swap(account, own);
        *source = rolecall_model::evidence::Source::Document(account.document);
    }
}

/// The node of those bytes.
fn within(node: &mut Node, span: Span) -> Option<&mut Node> {
    if node.span == span {
        return Some(node);
    }
    match &mut node.kind {
        Kind::Object(members) => members.iter_mut().find_map(|member| within(&mut member.value, span)),
        Kind::Array(elements) => elements.iter_mut().find_map(|element| within(element, span)),
        _ => None,
    }
}

fn member(key: &str, value: Node) -> Member {
    Member { key: key.to_owned(), key_span: Span::default(), value }
}

fn string(text: &str) -> Node {
    made(Kind::String(text.to_owned()))
}

fn made(kind: Kind) -> Node {
    Node { span: Span::default(), kind }
}
