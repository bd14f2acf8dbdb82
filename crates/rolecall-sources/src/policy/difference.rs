//! What a fix changes in a policy, statement by statement, apart from any notation.

use super::plain::{Plain, PlainCondition};

/// Changes of one policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Statements that change: as they are, as they shall be, and what that takes.
    pub changed: Vec<(Plain, Plain, Vec<Step>)>,
    /// Statements that are new.
    pub added: Vec<Plain>,
}

/// One change in a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Of the actions.
    Actions(Vec<ListStep>),
    /// Of the principals of a type.
    Principals(String, Vec<ListStep>),
    /// Of a condition: another key, another operator, other values.
    Condition { from: PlainCondition, to: PlainCondition, values: Vec<ListStep> },
    /// A condition more.
    AddCondition(PlainCondition),
    /// A condition less.
    RemoveCondition(PlainCondition),
}

/// One change in a list.
#[derive(Clone, Debug, PartialEq)]
pub enum ListStep {
    /// One word in place of another.
    Replace(String, String),
    /// A word more.
    Add(String),
    /// A word less.
    Remove(String),
}

/// What leads from one policy to another; none where it is more than what is made in sources: another effect, an element
/// that is no condition, a statement less.
pub fn difference(before: &[Plain], after: &[Plain]) -> Option<Difference> {
    let kept = after.get(..before.len())?;
    let mut changed = Vec::new();
    for (old, new) in before.iter().zip(kept) {
        if !same(old, new) {
            changed.push((old.clone(), new.clone(), steps(old, new)?));
        }
    }
    Some(Difference { changed, added: after.get(before.len()..)?.to_vec() })
}

fn same(old: &Plain, new: &Plain) -> bool {
    Plain { node: old.node.clone(), ..new.clone() } == *old
}

fn steps(old: &Plain, new: &Plain) -> Option<Vec<Step>> {
    if (&old.sid, &old.effect, &old.others) != (&new.sid, &new.effect, &new.others) {
        return None;
    }
    let mut steps = Vec::new();
    let actions = list(&old.actions, &new.actions);
    steps.extend((!actions.is_empty()).then_some(Step::Actions(actions)));
    let kinds = |plain: &Plain| plain.principals.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
    if kinds(old) != kinds(new) {
        return None;
    }
    for ((kind, before), (_, after)) in old.principals.iter().zip(&new.principals) {
        let values = list(before, after);
        steps.extend((!values.is_empty()).then(|| Step::Principals(kind.clone(), values)));
    }
    steps.extend(conditions(&old.conditions, &new.conditions));
    Some(steps)
}

fn conditions(old: &[PlainCondition], new: &[PlainCondition]) -> Vec<Step> {
    let is = |a: &PlainCondition, b: &PlainCondition| a.operator == b.operator && a.key == b.key;
    let mut steps = Vec::new();
    let mut gone: Vec<&PlainCondition> = Vec::new();
    for from in old {
        match new.iter().find(|to| is(from, to)) {
            Some(to) => {
                let values = list(&from.values, &to.values);
                if !values.is_empty() {
                    steps.push(Step::Condition { from: from.clone(), to: to.clone(), values });
                }
            }
            None => gone.push(from),
        }
    }
    let mut come: Vec<&PlainCondition> =
        new.iter().filter(|to| !old.iter().any(|from| is(from, to))).collect();
    for from in gone {
        // The same key under another operator, the same values under another key, or the only one under its operator.
        let alike = |to: &&&PlainCondition| to.key == from.key;
        let renamed = |to: &&&PlainCondition| to.operator == from.operator && to.values == from.values;
        let other = |to: &&&PlainCondition| to.operator == from.operator;
        let found = come.iter().find(alike).or_else(|| come.iter().find(renamed));
        match found.or_else(|| come.iter().find(other)).map(|to| (*to).clone()) {
            Some(to) => {
                come.retain(|one| !is(one, &to));
                let values = list(&from.values, &to.values);
                steps.push(Step::Condition { from: from.clone(), to, values });
            }
            None => steps.push(Step::RemoveCondition(from.clone())),
        }
    }
    steps.extend(come.into_iter().map(|to| Step::AddCondition(to.clone())));
    steps
}

/// What leads from one list to another, their order left aside.
pub fn list(before: &[String], after: &[String]) -> Vec<ListStep> {
    let gone: Vec<&String> = before.iter().filter(|word| !after.contains(word)).collect();
    let come: Vec<&String> = after.iter().filter(|word| !before.contains(word)).collect();
    let pairs = gone.iter().zip(&come).map(|(old, new)| ListStep::Replace((*old).clone(), (*new).clone()));
    let removed = gone.iter().skip(come.len()).map(|word| ListStep::Remove((*word).clone()));
    let added = come.iter().skip(gone.len()).map(|word| ListStep::Add((*word).clone()));
    pairs.chain(removed).chain(added).collect()
}
