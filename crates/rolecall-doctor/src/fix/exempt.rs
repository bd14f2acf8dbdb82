//! Deny statements of a trust policy narrowed by one caller: whoever else they deny stays denied.

use rolecall_model::json::edit::Change;
use rolecall_policy::condition::operator::{self, Family, Qualifier};
use rolecall_policy::document::{Condition, Statement};

use super::admit::Admission;
use super::trust_policy::TrustPolicyEditor;
use crate::case::Case;
use crate::exchange::faults::split_key;
use crate::finding::Safety;
use crate::link::Link;

/// The operator of an exemption. A negated operator holds for an absent key, so that the Deny keeps applying to everybody
/// who presents no subject of this provider (policy reference section 4, "Absent key").
const OTHER_THAN: &str = "StringNotEquals";

/// The edit that takes this caller out of every Deny statement that applies to it; none where the caller is not known, or
/// one of them asks for more than who comes: others who present the same subject would come past that too.
#[must_use]
pub fn exempt(case: &Case<'_>) -> Option<Admission> {
    let exchange = case.exchange(Link::Trust);
    let subject = case.subject()?.text.value;
    let provider = exchange.provider_name.as_deref()?;
    let key = format!("{provider}:sub");
    // What looks like a variable would be one.
    if subject.contains("${") {
        return None;
    }
    let editor = TrustPolicyEditor::open(case)?;
    let (mut changes, mut steps, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for statement in exchange.trust.as_ref()?.denies() {
        if guards(statement, provider).next().is_some() {
            return None;
        }
        let name = name(statement);
        match names(statement, &key, &subject) {
            Named::Alone => {
                gone.push(statement);
                steps.push(format!("take {name} out, which denies `{subject}` alone"));
            }
            Named::Among(condition) => {
                let own = condition.values.iter().filter(|value| value.text == subject);
                let own: Vec<_> = own.map(|value| value.span).collect();
                changes.extend(editor.remove_values(condition, &own)?);
                steps.push(format!("take `{subject}` out of those whom {name} denies"));
            }
            Named::Not => {
                changes.extend(leave_out(&editor, statement, &key, &subject)?);
                steps.push(format!("leave `{subject}` out of {name} (`{OTHER_THAN}` on `{key}`)"));
            }
        }
    }
    if !gone.is_empty() {
        changes.extend(editor.remove_statements(&gone)?);
    }
    let edit = editor.edit(changes).filter(|_| !steps.is_empty())?;
    Some(Admission { edit, steps, safety: Safety::Review })
}

/// What a statement is called in a sentence.
#[must_use]
pub fn name(statement: &Statement) -> String {
    let sid = statement.sid.as_ref().map(|sid| format!("statement `{}`", sid.text));
    sid.unwrap_or_else(|| format!("statement {}", statement.index + 1))
}

/// Conditions of a Deny that look at more than the subject and the audience it comes with: a workflow, an actor, an address.
/// A subject is not one caller: other jobs and other machines present the same one, and an exemption by it would let them
/// past such a condition as well (GitHub Docs, "OpenID Connect reference", on what `sub` is made of).
pub fn guards<'s>(statement: &'s Statement, provider: &str) -> impl Iterator<Item = &'s Condition> {
    statement.conditions.iter().filter(move |condition| {
        let (prefix, claim) = split_key(&condition.key.text);
        let own = prefix.eq_ignore_ascii_case(provider);
        let negated = || operator::parse(&condition.operator.text).is_none_or(|found| found.base.negated);
        match claim.to_ascii_lowercase().as_str() {
            "sub" => !own,
            // `StringNotEquals` on the audience keeps every other audience out.
            "aud" => !own || negated(),
            _ => true,
        }
    })
}

/// Whether a statement lists the subject letter by letter.
enum Named<'s> {
    /// It is there for this subject and no other.
    Alone,
    /// This condition has it among others.
    Among(&'s Condition),
    /// It does not, or a pattern covers it.
    Not,
}

fn names<'s>(statement: &'s Statement, key: &str, subject: &str) -> Named<'s> {
    let exact = |condition: &&Condition| {
        compares(condition, key, false) && condition.values.iter().any(|value| value.text == subject)
    };
    match statement.conditions.iter().find(exact) {
        Some(condition) if condition.values.iter().all(|value| value.text == subject) => Named::Alone,
        Some(condition) => Named::Among(condition),
        None => Named::Not,
    }
}

fn leave_out(
    editor: &TrustPolicyEditor<'_>,
    statement: &Statement,
    key: &str,
    subject: &str,
) -> Option<Vec<Change>> {
    match statement.conditions.iter().find(|condition| compares(condition, key, true)) {
        Some(condition) => editor.add_value(condition, subject),
        None => editor.add_condition(statement, OTHER_THAN, key, subject),
    }
}

/// Whether a condition is `StringEquals`, or `StringNotEquals`, of this key, without a qualifier.
fn compares(condition: &Condition, key: &str, negated: bool) -> bool {
    let plain = operator::parse(&condition.operator.text).is_some_and(|operator| {
        operator.base.family == Family::String { fold: false, like: false }
            && operator.base.negated == negated
            && operator.qualifier == Qualifier::Plain
            && !operator.if_exists
    });
    plain && condition.key.text.eq_ignore_ascii_case(key)
}
