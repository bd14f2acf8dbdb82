//! Whether a statement is as the steps of a difference would leave it.

use super::difference::{ListStep, Step};
use super::plain::PlainCondition;
use super::statement::{Statement, lists_fit};
use crate::tree::Tree;

/// Whether a statement is as the steps would leave it.
pub fn is_made(statement: &Statement, steps: &[Step]) -> bool {
    let list = |lists: &[&Tree], steps: &[ListStep]| {
        let has = |word: &String| {
            lists.iter().any(|list| list.items().iter().any(|item| item.literal() == Some(word)))
        };
        steps.iter().all(|step| match step {
            ListStep::Replace(old, new) => has(new) && !has(old),
            ListStep::Add(new) => has(new),
            ListStep::Remove(old) => !has(old),
        })
    };
    let on = |condition: &PlainCondition| statement.conditions_on(&condition.operator, &condition.key);
    steps.iter().all(|step| match step {
        Step::Actions(steps) => list(&statement.actions.iter().collect::<Vec<_>>(), steps),
        Step::Principals(kind, steps) => {
            let own = statement.principals.iter().filter(|principal| principal.kind.fits(kind));
            list(&own.map(|principal| &principal.values).collect::<Vec<_>>(), steps)
        }
        Step::Condition { from, to, values } => {
            let stays = (&from.operator, &from.key) == (&to.operator, &to.key);
            let lists: Vec<&Tree> = on(to).iter().map(|condition| &condition.values).collect();
            !lists.is_empty() && (stays || on(from).is_empty()) && list(&lists, values)
        }
        Step::AddCondition(wanted) => {
            let lists: Vec<Tree> = on(wanted).iter().map(|condition| condition.values.clone()).collect();
            !lists.is_empty() && lists_fit(&lists, &wanted.values)
        }
        Step::RemoveCondition(from) => on(from).is_empty(),
    })
}
