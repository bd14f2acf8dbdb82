//! Lists that a fix changes as a whole: client ids and thumbprints of a provider.

use crate::pen::Pen;
use crate::policy::difference::list as difference;
use crate::policy::make::list as make;
use crate::policy::statement::lists_fit;
use crate::policy::{Obstacle, Planned};
use crate::tree::Tree;

/// The change of a list that is written out.
///
/// # Errors
/// What keeps it from being made.
pub fn plan(pen: &Pen<'_>, list: &Tree, before: &[String], after: &[String]) -> Result<Planned, Obstacle> {
    let own = std::slice::from_ref(list);
    if !list.is_open() && lists_fit(own, after) {
        return Ok(Planned::Stands);
    }
    let drifted = !lists_fit(own, before);
    let changes = make(pen, list.span, &[list], &difference(before, after))?;
    if changes.is_empty() {
        return Ok(Planned::Stands);
    }
    let note = "the list is not the one in force in every part; the change fits it all the same".to_owned();
    Ok(Planned::Changes(changes, drifted.then_some(note).into_iter().collect()))
}

/// A scalar that is to be another one. `before` is what is in force; none where nothing is.
///
/// # Errors
/// Where the source says something else than what is in force, or an expression decides it.
pub fn scalar(pen: &Pen<'_>, tree: &Tree, before: Option<&str>, after: &str) -> Result<Planned, Obstacle> {
    match tree.literal() {
        Some(now) if now == after => Ok(Planned::Stands),
        Some(now) if Some(now) == before => {
            let change = pen.set(tree.span, after).ok_or_else(|| Obstacle::form(pen, tree.span))?;
            Ok(Planned::Changes(vec![change], Vec::new()))
        }
        Some(now) => {
            let force = before.map_or("nothing".to_owned(), |before| format!("`{before}`"));
            let why = format!("the source says `{now}`, and {force} is in force: they have drifted apart");
            Err(Obstacle::new(tree.span, why))
        }
        None => Err(Obstacle::elsewhere(pen, tree.span)),
    }
}

/// A number that is to be another one.
///
/// # Errors
/// As [`scalar`].
pub fn number(pen: &Pen<'_>, tree: &Tree, before: i64, after: i64) -> Result<Planned, Obstacle> {
    let (before, after_text) = (before.to_string(), after.to_string());
    match scalar(pen, tree, Some(&before), &after_text)? {
        Planned::Stands => Ok(Planned::Stands),
        Planned::Changes(..) => Ok(Planned::Changes(vec![pen.set_number(tree.span, after)], Vec::new())),
    }
}
