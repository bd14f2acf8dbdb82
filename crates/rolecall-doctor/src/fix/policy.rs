//! Edits of a policy's text: the fewest bytes that bring about a change, whatever the author's layout.

use rolecall_model::json::edit::{self, Change, quoted};
use rolecall_model::json::{Flaw, Member, Node, parse};
use rolecall_model::span::Span;
use rolecall_policy::document::{Condition, Statement};

/// A policy where it stands in a document, open for changes; they are told in places of that document.
pub struct PolicyEditor<'c> {
    text: &'c str,
    policy: &'c Node,
}

/// A policy's text before and after changes.
pub struct Changed {
    /// Its text now.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
}

impl<'c> PolicyEditor<'c> {
    /// Opens a policy of a document with this text; none where the policy does not stand there as JSON: one that was kept
    /// as a text within a text has no bytes of its own.
    #[must_use]
    pub fn open(text: &'c str, policy: &'c Node) -> Option<Self> {
        let own = parse(text.get(policy.span.range())?);
        let sound = own.root.is_some_and(|root| !root.members().is_empty());
        (sound && !own.flaws.iter().any(Flaw::is_syntax)).then_some(PolicyEditor { text, policy })
    }

    /// The policy's own text with the changes made; none where they do not fit together.
    #[must_use]
    pub fn changed(&self, changes: &[Change]) -> Option<Changed> {
        let before = self.text.get(self.policy.span.range())?.to_owned();
        let offset = self.policy.span.start;
        let inside = |change: &Change| {
            let start = change.span.start.checked_sub(offset)?;
            let end = change.span.end.checked_sub(offset)?;
            Some(Change { span: Span { start, end }, text: change.text.clone() })
        };
        let local: Vec<Change> = changes.iter().map(inside).collect::<Option<_>>()?;
        let after = edit::apply(&before, &local)?;
        Some(Changed { before, after })
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

    /// A statement without some of its conditions; an operator that is left without a key goes too.
    #[must_use]
    pub fn remove_conditions(&self, statement: &Statement, conditions: &[&Condition]) -> Option<Vec<Change>> {
        let block = self.statement(statement)?.get("Condition")?;
        let (mut changes, mut operators) = (Vec::new(), Vec::new());
        for operator in block.members() {
            let of_it = conditions.iter().filter(|gone| gone.operator.span == operator.key_span);
            let keys: Vec<Span> = of_it.map(|gone| gone.key.span).collect();
            match keys.len() {
                0 => {}
                all if all == operator.value.members().len() => operators.push(operator.key_span),
                _ => changes.extend(edit::remove_members(&operator.value, &keys)),
            }
        }
        changes.extend(edit::remove_members(block, &operators));
        (!changes.is_empty()).then_some(changes)
    }

    /// A condition without some of its values, which are not all.
    #[must_use]
    pub fn remove_values(&self, condition: &Condition, values: &[Span]) -> Option<Vec<Change>> {
        let (_, member) = self.condition(condition)?;
        Some(edit::remove_elements(&member.value, values)).filter(|changes| !changes.is_empty())
    }

    /// One more action of a statement.
    #[must_use]
    pub fn add_action(&self, statement: &Statement, action: &str) -> Option<Vec<Change>> {
        self.add_to(statement, "Action", action)
    }

    /// One more value of an element of a statement, such as `NotAction`.
    #[must_use]
    pub fn add_to(&self, statement: &Statement, element: &str, value: &str) -> Option<Vec<Change>> {
        let node = self.statement(statement)?.get(element)?;
        Some(edit::append(self.text, node, &quoted(value)))
    }

    /// An element of a statement without some of its values, which are not all.
    #[must_use]
    pub fn remove_from(&self, statement: &Statement, element: &str, values: &[Span]) -> Option<Vec<Change>> {
        let node = self.statement(statement)?.get(element)?;
        Some(edit::remove_elements(node, values)).filter(|changes| !changes.is_empty())
    }

    /// Another element in the place of one, with one value.
    #[must_use]
    pub fn exchange(
        &self,
        statement: &Statement,
        element: &str,
        other: &str,
        value: &str,
    ) -> Option<Vec<Change>> {
        let members = self.statement(statement)?.members();
        let member = members.iter().find(|member| member.key == element)?;
        let key = Change::new(member.key_span, quoted(other));
        Some(vec![key, Change::new(member.value.span, quoted(value))])
    }

    /// The text of a statement's conditions, if it has any.
    #[must_use]
    pub fn conditions_of(&self, statement: &Statement) -> Option<&'c str> {
        self.text.get(self.statement(statement)?.get("Condition")?.span.range())
    }

    /// Statements less, which are not all.
    #[must_use]
    pub fn remove_statements(&self, gone: &[&Statement]) -> Option<Vec<Change>> {
        let statements = self.policy.get("Statement")?;
        let spans: Vec<Span> = gone.iter().map(|statement| statement.span).collect();
        let stays = statements.elements().iter().any(|one| !spans.contains(&one.span));
        stays.then(|| edit::remove_elements(statements, &spans))
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
