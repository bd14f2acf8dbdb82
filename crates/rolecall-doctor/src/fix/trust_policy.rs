//! Edits of a trust policy: the fewest bytes that bring about a change, whatever the author's layout.

use rolecall_model::document::DocumentId;
use rolecall_model::json::edit::{self, Change, quoted};
use rolecall_model::json::{Member, Node, parse};
use rolecall_model::span::Span;
use rolecall_policy::document::{Condition, Statement};

use super::edit::{Edit, TrustPolicyEdit};
use crate::case::Case;

/// The trust policy of a case, open for changes.
pub struct TrustPolicyEditor<'c> {
    role: String,
    document: DocumentId,
    text: &'c str,
    policy: &'c Node,
}

impl<'c> TrustPolicyEditor<'c> {
    /// Opens it; none where the trust policy was not read, or not whole.
    #[must_use]
    pub fn open(case: &Case<'c>) -> Option<Self> {
        let role = case.role().role.present()?;
        let trust = role.trust.as_ref()?;
        let document = case.evidence().documents.get(trust.document)?;
        if document.flaws.iter().any(|flaw| flaw.is_syntax()) {
            return None;
        }
        let name = role.name.as_ref().map(|name| name.value.clone());
        let from_arn = || Some(role.arn.value.rsplit('/').next()?.to_owned()).filter(|name| !name.is_empty());
        Some(TrustPolicyEditor {
            role: name.or_else(from_arn).unwrap_or_else(|| "ROLE".into()),
            document: trust.document,
            text: &document.text,
            policy: &trust.node,
        })
    }

    /// The edit that these changes come to; none where they do not fit together.
    #[must_use]
    pub fn edit(&self, changes: Vec<Change>) -> Option<Edit> {
        let before = self.text.get(self.policy.span.range())?.to_owned();
        let offset = self.policy.span.start;
        let inside = |change: &Change| {
            let start = change.span.start.checked_sub(offset)?;
            let end = change.span.end.checked_sub(offset)?;
            Some(Change { span: Span { start, end }, text: change.text.clone() })
        };
        let local: Vec<Change> = changes.iter().map(inside).collect::<Option<_>>()?;
        let after = edit::apply(&before, &local)?;
        let (role, document) = (self.role.clone(), self.document);
        Some(Edit::SetTrustPolicy(TrustPolicyEdit { role, document, changes, before, after }))
    }

    /// Another text in place of a string.
    #[must_use]
    pub fn replace(&self, string: Span, text: &str) -> Vec<Change> {
        vec![Change::new(string, quoted(text))]
    }

    /// One more value of a condition.
    #[must_use]
    pub fn add_value(&self, condition: &Condition, value: &str) -> Option<Vec<Change>> {
        let (_, member) = self.condition(condition)?;
        Some(edit::append(self.text, &member.value, &quoted(value)))
    }

    /// The condition's key under another operator, its values as they are written.
    #[must_use]
    pub fn move_under(&self, condition: &Condition, operator: &str) -> Option<Vec<Change>> {
        let (old, member) = self.condition(condition)?;
        let block = self.policy_conditions_around(condition)?;
        let target = block.members().iter().find(|other| other.key == operator);
        if old.value.members().len() == 1 && target.is_none() {
            return Some(self.replace(old.key_span, operator));
        }
        let value = self.text.get(member.value.span.range())?;
        let mut changes = if old.value.members().len() == 1 {
            edit::remove_member(block, old)
        } else {
            edit::remove_member(&old.value, member)
        };
        match target {
            Some(target) => {
                changes.extend(edit::insert_member(self.text, &target.value, &condition.key.text, value));
            }
            None => {
                let inner = format!("{{{}: {value}}}", quoted(&condition.key.text));
                changes.extend(edit::insert_member(self.text, block, operator, &inner));
            }
        }
        Some(changes)
    }

    /// A condition more in a statement: beside others under the same operator, where there are any.
    #[must_use]
    pub fn add_condition(
        &self,
        statement: &Statement,
        operator: &str,
        key: &str,
        value: &str,
    ) -> Option<Vec<Change>> {
        let node = self.statement(statement)?;
        let Some(block) = node.get("Condition") else {
            let block = format!("{{{}: {{{}: {}}}}}", quoted(operator), quoted(key), quoted(value));
            return Some(edit::insert_member(self.text, node, "Condition", &block));
        };
        match block.members().iter().find(|member| member.key == operator) {
            Some(member) => Some(edit::insert_member(self.text, &member.value, key, &quoted(value))),
            None => {
                let inner = format!("{{{}: {}}}", quoted(key), quoted(value));
                Some(edit::insert_member(self.text, block, operator, &inner))
            }
        }
    }

    /// A statement without one of its conditions.
    #[must_use]
    pub fn remove_condition(&self, condition: &Condition) -> Option<Vec<Change>> {
        let (operator, member) = self.condition(condition)?;
        if operator.value.members().len() > 1 {
            return Some(edit::remove_member(&operator.value, member));
        }
        let block = self.policy_conditions_around(condition)?;
        Some(edit::remove_member(block, operator))
    }

    /// One more action of a statement.
    #[must_use]
    pub fn add_action(&self, statement: &Statement, action: &str) -> Option<Vec<Change>> {
        let node = self.statement(statement)?.get("Action")?;
        Some(edit::append(self.text, node, &quoted(action)))
    }

    /// One more statement, `json` being its text; laid out as the others are.
    #[must_use]
    pub fn add_statement(&self, json: &str) -> Option<Vec<Change>> {
        let statements = self.policy.get("Statement")?;
        let Some(last) = statements.one_or_many().last() else {
            return Some(edit::append(self.text, statements, json));
        };
        let (outer, unit) = self.indents(last);
        let laid_out = match unit {
            Some(unit) => edit::pretty(&parse(json).root?, &outer, &unit),
            None => json.to_owned(),
        };
        Some(edit::append(self.text, statements, &laid_out))
    }

    /// The indent of an object's line, and what its members are indented beyond it; none where all is on one line.
    fn indents(&self, object: &Node) -> (String, Option<String>) {
        let indent = |at: u32| {
            let line = self.text.get(..at as usize).and_then(|before| before.rsplit('\n').next());
            let line = line.unwrap_or_default();
            line.get(..line.len() - line.trim_start().len()).unwrap_or_default().to_owned()
        };
        let outer = indent(object.span.start);
        let broken = self.text.get(object.span.range()).is_some_and(|text| text.contains('\n'));
        let inner = object.members().first().map(|member| indent(member.key_span.start));
        let unit = inner.and_then(|inner| inner.strip_prefix(&outer).map(str::to_owned));
        (outer, unit.filter(|unit| broken && !unit.is_empty()))
    }

    fn statement(&self, statement: &Statement) -> Option<&'c Node> {
        let statements = self.policy.get("Statement")?.one_or_many();
        statements.iter().find(|node| node.span == statement.span)
    }

    /// The operator's member and the key's in it.
    fn condition(&self, condition: &Condition) -> Option<(&'c Member, &'c Member)> {
        let block = self.policy_conditions_around(condition)?;
        let operator = block.members().iter().find(|member| member.key_span == condition.operator.span)?;
        let member = operator.value.members().iter().find(|member| member.key_span == condition.key.span)?;
        Some((operator, member))
    }

    fn policy_conditions_around(&self, condition: &Condition) -> Option<&'c Node> {
        let statements = self.policy.get("Statement")?.one_or_many();
        let around = statements.iter().find(|node| node.span.covers(condition.operator.span))?;
        around.get("Condition")
    }
}
