//! Permission policies in the files of an evidence folder.

use rolecall_model::document::Document;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::json::edit::{self, Change, quoted};
use rolecall_model::json::{Kind, Node};
use rolecall_model::span::Span;

use super::Folder;
use crate::fix::permission_policy::managed;

impl Folder<'_> {
    pub(super) fn role_policy(&mut self, name: &str, before: Option<&str>, after: Option<&str>) {
        let known = before.and_then(|before| {
            let all = self.evidence.permission.identity.present()?;
            let own = |policy: &&NamedPolicy| {
                policy.arn.is_none() && policy.name.as_ref().is_some_and(|own| own.value == name)
            };
            Some((all.iter().find(own)?, before))
        });
        match (known, after) {
            (Some((policy, before)), Some(after)) => self.policy(policy, before, after),
            (Some((policy, before)), None) => self.policy_away(policy, before),
            (None, Some(after)) => self.new_policy(name, after),
            (None, None) => {}
        }
    }

    pub(super) fn managed_policy(&mut self, arn: &str, before: &str, after: &str) {
        for policy in managed(self.evidence, arn) {
            self.policy(policy, before, after);
        }
    }

    /// A policy of a file gets another text.
    fn policy(&mut self, policy: &NamedPolicy, before: &str, after: &str) {
        let Some(document) = self.document_of(policy) else { return };
        if let Some(node) = document.root.as_ref().and_then(|root| of_text(&document.text, root, before)) {
            let change = Change::new(node.span, after);
            self.change(&document, &[change]);
        }
    }

    /// A policy goes, and with it the entry of the list that holds it; a file that holds nothing else goes too.
    fn policy_away(&mut self, policy: &NamedPolicy, before: &str) {
        let Some(document) = self.document_of(policy) else { return };
        let Some(root) = document.root.clone() else { return };
        let Some(node) = of_text(&document.text, &root, before) else { return };
        match list_around(&root, node.span) {
            Some((list, entry)) => self.change(&document, &edit::remove_elements(list, &[entry])),
            None => self.put(&document.name, Some(document.text.clone()), None),
        }
    }

    fn document_of(&self, policy: &NamedPolicy) -> Option<Document> {
        let name = &self.evidence.documents.get(policy.document)?.name;
        self.document(name)
    }

    fn new_policy(&mut self, name: &str, after: &str) {
        let entry = format!("{{\"PolicyName\": {}, \"PolicyDocument\": {after}}}", quoted(name));
        let Some(document) = self.document("identity-policies.json") else { return };
        let Some(root) = document.root.clone() else { return };
        let is_list = |node: &&Node| matches!(node.kind, Kind::Array(_));
        let lists = ["policies", "RolePolicyList", "Policies"];
        let listed = lists.iter().find_map(|key| root.get(key)).filter(is_list).unwrap_or(&root);
        let changes = edit::append(&document.text, listed, &entry);
        self.change(&document, &changes);
    }
}

/// The first object whose text this is.
fn of_text<'n>(text: &str, node: &'n Node, wanted: &str) -> Option<&'n Node> {
    if text.get(node.span.range()) == Some(wanted) {
        return Some(node);
    }
    let members = node.members().iter().map(|member| &member.value);
    members.chain(node.elements()).find_map(|inner| of_text(text, inner, wanted))
}

/// The innermost list around a place that holds objects, and the element of it that holds the place.
fn list_around(node: &Node, place: Span) -> Option<(&Node, Span)> {
    let inside = node.members().iter().map(|member| &member.value).chain(node.elements());
    let around = inside.into_iter().find(|inner| inner.span.covers(place))?;
    let own = node.elements().iter().any(|element| element.span == around.span);
    list_around(around, place).or_else(|| own.then_some((node, around.span)))
}
