//! Policies in sources: a change that was found on the evidence is made in the statement that it concerns.

pub mod difference;
pub mod document;
mod document_text;
mod made;
pub mod make;
pub mod plain;
mod rewrite;
pub mod statement;
pub mod value;

use rolecall_model::json::edit::Change;
use rolecall_model::span::Span;

use crate::pen::Pen;
use crate::read::written;
use crate::tree::Tree;
use difference::{Step, difference};
use plain::Plain;
use statement::Statement;

/// A policy where it is written.
#[derive(Clone, Debug)]
pub struct SourcePolicy<'t> {
    /// Writes its text.
    pub pen: Pen<'t>,
    /// Bytes of the whole.
    pub span: Span,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// How the whole is written.
    pub form: PolicyForm,
}

/// How a policy is written.
#[derive(Clone, Debug)]
pub enum PolicyForm {
    /// As a map.
    Map(Tree),
    /// As an `aws_iam_policy_document`.
    Document,
}

/// What keeps a change from being made, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Where.
    pub span: Span,
    /// A sentence, lower case, without a full stop.
    pub why: String,
}

impl Obstacle {
    /// An obstacle at a place.
    pub fn new(span: Span, why: impl Into<String>) -> Self {
        Obstacle { span, why: why.into() }
    }

    /// A value that an expression gives.
    pub fn elsewhere(pen: &Pen<'_>, span: Span) -> Self {
        let why = format!("the value is `{}`, which is decided elsewhere", written(pen.text, span));
        Obstacle::new(span, why)
    }

    /// A form in which no such change is made.
    pub fn form(pen: &Pen<'_>, span: Span) -> Self {
        let why = format!("in the form of `{}` this change is not made", written(pen.text, span));
        Obstacle::new(span, why)
    }
}

/// What a change comes to in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// These bytes change.
    Changes(Vec<Change>, Vec<String>),
    /// The source says so already.
    Stands,
}

/// Plans the change from one text of a policy to another.
///
/// # Errors
/// What keeps it from being made.
pub fn plan(policy: &SourcePolicy<'_>, before: &str, after: &str) -> Result<Planned, Obstacle> {
    let illegible = || Obstacle::new(policy.span, "the policy in force is not legible");
    let (old, new) =
        (plain::statements(before).ok_or_else(illegible)?, plain::statements(after).ok_or_else(illegible)?);
    let difference = difference(&old, &new).ok_or_else(|| {
        Obstacle::new(policy.span, "the change is more than one of principals, actions and conditions")
    })?;
    let (mut changes, mut notes) = (Vec::new(), Vec::new());
    for (was, wanted, steps) in &difference.changed {
        if let Some((statement, made)) = changed(policy, &old, was, wanted, steps)? {
            notes.extend(remarks(policy, statement, was));
            changes.extend(made);
        }
    }
    for wanted in &difference.added {
        if !policy.statements.iter().any(|statement| statement.fits(wanted)) {
            changes.extend(added(policy, wanted)?);
        }
    }
    Ok(if changes.is_empty() { Planned::Stands } else { Planned::Changes(changes, notes) })
}

/// The statement concerned and its changes; none where it is as it shall be.
fn changed<'p>(
    policy: &'p SourcePolicy<'_>,
    all: &[Plain],
    was: &Plain,
    wanted: &Plain,
    steps: &[Step],
) -> Result<Option<(&'p Statement, Vec<Change>)>, Obstacle> {
    let fitting: Vec<&Statement> = policy.statements.iter().filter(|own| own.fits(was)).collect();
    match fitting.as_slice() {
        [one] => return make::make(&policy.pen, one, steps).map(|made| Some((*one, made))),
        [] => {}
        several => {
            // Statements that cannot be told apart by themselves can be by their order.
            let in_order = policy.statements.len() == all.len()
                && policy.statements.iter().zip(all).all(|(own, plain)| own.fits(plain));
            let at = all.iter().position(|plain| plain == was).filter(|_| in_order);
            let one = at.and_then(|at| policy.statements.get(at)).ok_or_else(|| {
                let span = several.first().map_or(policy.span, |first| first.span);
                Obstacle::new(span, format!("{} statements can be the one concerned", several.len()))
            })?;
            return make::make(&policy.pen, one, steps).map(|made| Some((one, made)));
        }
    }
    let done = |own: &Statement| own.fits(wanted) || (own.head_fits(was) && made::is_made(own, steps));
    if policy.statements.iter().any(done) {
        return Ok(None);
    }
    drifted(policy, was, steps).map(Some)
}

/// The source says something else than what is in force: the change is made only where it fits one statement alone, and
/// all of it does.
fn drifted<'p>(
    policy: &'p SourcePolicy<'_>,
    was: &Plain,
    steps: &[Step],
) -> Result<(&'p Statement, Vec<Change>), Obstacle> {
    let alike: Vec<&Statement> = policy.statements.iter().filter(|own| own.head_fits(was)).collect();
    let tried: Vec<_> = alike.iter().map(|own| (*own, make::make(&policy.pen, own, steps))).collect();
    let made: Vec<_> =
        tried.iter().filter(|(_, made)| made.as_ref().is_ok_and(|made| !made.is_empty())).collect();
    if let [(one, Ok(changes))] = made.as_slice() {
        return Ok((one, changes.clone()));
    }
    let why = match (made.len(), tried.as_slice()) {
        (0, [(_, Err(obstacle))]) => return Err(obstacle.clone().after_drift()),
        (0, _) => {
            "none of its statements is the one in force: source and cloud have drifted apart".to_owned()
        }
        (count, _) => format!("{count} statements can be the one concerned, and none is as the one in force"),
    };
    Err(Obstacle::new(tried.first().map_or(policy.span, |(own, _)| own.span), why))
}

impl Obstacle {
    fn after_drift(self) -> Self {
        let why = format!(
            "the statement is not the one in force, source and cloud have drifted apart: {}",
            self.why
        );
        Obstacle { why, ..self }
    }
}

fn added(policy: &SourcePolicy<'_>, wanted: &Plain) -> Result<Vec<Change>, Obstacle> {
    match &policy.form {
        PolicyForm::Map(map) => {
            let list = map.get("Statement").unwrap_or(map);
            let made = policy.pen.append(list, std::slice::from_ref(&wanted.node));
            made.ok_or_else(|| Obstacle::form(&policy.pen, list.span))
        }
        PolicyForm::Document => {
            let last = policy.statements.last().map(|statement| statement.span);
            Ok(vec![document_text::statement_block(&policy.pen, policy.span, last, wanted)])
        }
    }
}

/// What was taken on trust, and where the source differs.
fn remarks(policy: &SourcePolicy<'_>, statement: &Statement, was: &Plain) -> Vec<String> {
    let text = policy.pen.text;
    let mut open: Vec<String> = Vec::new();
    let mut look = |tree: &Tree| {
        let items = tree.items().iter().filter(|item| item.is_open());
        open.extend(items.map(|item| written(text, item.span)));
    };
    statement.principals.iter().for_each(|principal| look(&principal.values));
    statement.conditions.iter().for_each(|condition| look(&condition.values));
    let keys = statement.conditions.iter().filter(|condition| condition.key.text.literal().is_none());
    open.extend(keys.map(|condition| written(text, condition.key.span)));
    open.dedup();
    let mut notes = Vec::new();
    if !open.is_empty() {
        let list = open.iter().map(|text| format!("`{}`", text.trim_matches('"'))).collect::<Vec<_>>();
        notes.push(format!("taken for what is in force, since it is decided elsewhere: {}", list.join(", ")));
    }
    if !statement.fits(was) {
        let line = crate::read::line(text, statement.span.start);
        notes.push(format!(
            "the statement at line {line} is not the one in force in every part; the change fits it all the same"
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
