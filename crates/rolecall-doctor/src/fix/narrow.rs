//! Deny statements of a permission policy narrowed by one call: what else they deny, they keep denying.

use rolecall_model::json::edit::{Change, quoted};
use rolecall_model::span::Span;
use rolecall_policy::document::{ActionElement, Statement, Word};
use rolecall_policy::pattern::{self, Case as LetterCase};

use super::exempt::name;
use super::policy::PolicyEditor;

/// A refused call.
#[derive(Clone, Copy, Debug)]
pub struct RefusedCall<'a> {
    /// Its action.
    pub action: &'a str,
    /// The resource that AWS named; none where it named `*`, since the action is about no resource of its own.
    pub resource: Option<&'a str>,
}

/// Statements of a policy, narrowed.
#[derive(Default)]
pub struct Narrowed<'s> {
    /// Changes of the policy's document.
    pub changes: Vec<Change>,
    /// Statements that say nothing any more: they are to be taken out.
    pub gone: Vec<&'s Statement>,
    /// Imperative phrases.
    pub steps: Vec<String>,
}

/// What is left to deny of the action.
enum Rest<'s> {
    /// Nothing: the refused call is all there is to tell apart.
    Nothing,
    /// Every resource but the refused one.
    EveryOther,
    /// What `NotResource` leaves, but the refused one too.
    Further,
    /// The other resources that the statement lists.
    Listed(Vec<&'s Word>),
}

/// Narrows Deny statements of a policy; none where one of them cannot be told apart from what else it denies: its action
/// or its resource is a pattern that covers more than this call.
#[must_use]
pub fn narrow<'s>(
    editor: &PolicyEditor<'_>,
    denying: &[&'s Statement],
    call: RefusedCall<'_>,
) -> Option<Narrowed<'s>> {
    let mut narrowed = Narrowed::default();
    for statement in denying {
        one(editor, statement, call, &mut narrowed)?;
    }
    (!narrowed.steps.is_empty()).then_some(narrowed)
}

fn one<'s>(
    editor: &PolicyEditor<'_>,
    statement: &'s Statement,
    call: RefusedCall<'_>,
    narrowed: &mut Narrowed<'s>,
) -> Option<()> {
    let RefusedCall { action, resource } = call;
    let element = statement.action.as_ref()?;
    let own = literally(element, action)?;
    let rest = rest(statement, resource)?;
    let (name, shown) = (name(statement), resource.unwrap_or_default());
    let alone = !element.negated && own.len() == element.patterns.len();
    if alone {
        let step = match &rest {
            Rest::Nothing => {
                narrowed.gone.push(statement);
                format!("take {name} out, which denies `{action}` and nothing else")
            }
            Rest::EveryOther => {
                narrowed.changes.extend(editor.exchange(statement, "Resource", "NotResource", shown)?);
                format!("leave `{shown}` out of {name}, which denies `{action}` (`NotResource`)")
            }
            Rest::Further => {
                narrowed.changes.extend(editor.add_to(statement, "NotResource", shown)?);
                format!("leave `{shown}` out of {name}, which denies `{action}` (`NotResource`)")
            }
            Rest::Listed(_) => {
                narrowed.changes.extend(editor.remove_from(
                    statement,
                    "Resource",
                    &listed(statement, shown),
                )?);
                format!("take `{shown}` out of the resources on which {name} denies `{action}`")
            }
        };
        narrowed.steps.push(step);
        return Some(());
    }
    narrowed.changes.extend(match element.negated {
        true => editor.add_to(statement, "NotAction", action)?,
        false => editor.remove_from(statement, "Action", &own)?,
    });
    let Some(json) = of_its_own(editor, statement, action, shown, &rest) else {
        narrowed.steps.push(format!("take `{action}` out of what {name} denies"));
        return Some(());
    };
    narrowed.changes.extend(editor.add_statement(&json)?);
    narrowed.steps.push(format!(
        "take `{action}` out of what {name} denies, and deny it in a statement of its own everywhere but on `{shown}`"
    ));
    Some(())
}

/// The places where an element names the action letter by letter; none where a pattern covers it, which covers more. For
/// `NotAction` there is no such place.
fn literally(element: &ActionElement, action: &str) -> Option<Vec<Span>> {
    if element.negated {
        return Some(Vec::new());
    }
    let covers = |word: &&Word| pattern::matches(&word.text, action, LetterCase::Insensitive);
    let covering: Vec<&Word> = element.patterns.iter().filter(covers).collect();
    let literal = covering.iter().all(|word| word.text.eq_ignore_ascii_case(action));
    (literal && !covering.is_empty()).then(|| covering.iter().map(|word| word.span).collect())
}

/// What the statement denies of the action beside this resource; none where a pattern covers it, for which no other words
/// are known that leave one resource out.
fn rest<'s>(statement: &'s Statement, resource: Option<&str>) -> Option<Rest<'s>> {
    let element = statement.resource.as_ref()?;
    let Some(resource) = resource else { return Some(Rest::Nothing) };
    if element.negated {
        return Some(Rest::Further);
    }
    if element.patterns.iter().any(|word| word.text == "*") {
        return Some(Rest::EveryOther);
    }
    let covers = |word: &Word| pattern::matches(&word.text, resource, LetterCase::Sensitive);
    if element.patterns.iter().any(|word| covers(word) && word.text != resource) {
        return None;
    }
    let others: Vec<&Word> = element.patterns.iter().filter(|word| word.text != resource).collect();
    Some(if others.is_empty() { Rest::Nothing } else { Rest::Listed(others) })
}

fn listed(statement: &Statement, resource: &str) -> Vec<Span> {
    let patterns = statement.resource.iter().flat_map(|element| &element.patterns);
    patterns.filter(|word| word.text == resource).map(|word| word.span).collect()
}

/// The statement that goes on denying the action elsewhere, under the conditions of the one it comes from.
fn of_its_own(
    editor: &PolicyEditor<'_>,
    statement: &Statement,
    action: &str,
    resource: &str,
    rest: &Rest<'_>,
) -> Option<String> {
    let own = [resource.to_owned()];
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let (element, values) = match rest {
        Rest::Nothing => return None,
        Rest::EveryOther => ("NotResource", own.to_vec()),
        Rest::Further => {
            let named = statement.resource.as_ref().map(|element| texts(&element.patterns));
            ("NotResource", [named.unwrap_or_default(), own.to_vec()].concat())
        }
        Rest::Listed(others) => ("Resource", others.iter().map(|word| word.text.clone()).collect()),
    };
    let values = match values.as_slice() {
        [one] => quoted(one),
        all => format!("[{}]", all.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ")),
    };
    let condition = editor.conditions_of(statement).map(|text| format!(", \"Condition\": {text}"));
    Some(format!(
        r#"{{"Effect": "Deny", "Action": {}, "{element}": {values}{}}}"#,
        quoted(action),
        condition.unwrap_or_default()
    ))
}
