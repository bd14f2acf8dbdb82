//! Variables of containers in manifests of Kubernetes.

use rolecall_doctor::fix::edit::Variable;
use rolecall_model::json::edit::Change;

use crate::list::scalar;
use crate::pen::Pen;
use crate::policy::{Obstacle, Planned};
use crate::tree::{Entry, Kind, Tree};

/// Sets variables of containers in the `spec` of a pod template, or takes them out.
///
/// # Errors
/// What keeps one of them from being changed.
pub fn set(pen: &Pen<'_>, spec: &Tree, variables: &[Variable]) -> Result<Planned, Obstacle> {
    let mut changes = Vec::new();
    for variables in variables.chunk_by(|one, next| one.container == next.container) {
        let Some(first) = variables.first() else { continue };
        let container = container(spec, &first.container).ok_or_else(|| {
            Obstacle::new(spec.span, format!("it shows no container `{}`", first.container))
        })?;
        changes.extend(in_container(pen, container, variables)?);
    }
    Ok(if changes.is_empty() { Planned::Stands } else { Planned::Changes(changes, Vec::new()) })
}

fn container<'t>(spec: &'t Tree, name: &str) -> Option<&'t Tree> {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|key| spec.get(key));
    lists.flat_map(Tree::items).find(|one| one.get("name").and_then(Tree::literal) == Some(name))
}

fn in_container(pen: &Pen<'_>, container: &Tree, variables: &[Variable]) -> Result<Vec<Change>, Obstacle> {
    let env = container.entry("env");
    written_out(pen, container, env)?;
    let mut changes = Vec::new();
    let mut gone = Vec::new();
    for variable in variables {
        let at = env.and_then(|env| position(&env.value, &variable.name));
        match (env.zip(at), &variable.after) {
            (Some((env, at)), after) => match set_one(pen, &env.value, at, variable)? {
                Planned::Changes(own, _) if after.is_some() => changes.extend(own),
                _ if after.is_none() => gone.push(at),
                _ => {}
            },
            (None, None) => {}
            (None, Some(_)) => {
                let why = format!("it does not set `{}`, or sets it elsewhere", variable.name);
                return Err(Obstacle::new(container.span, why));
            }
        }
    }
    if let Some(env) = env.filter(|_| !gone.is_empty()) {
        let made = without(pen, container, env, &gone);
        changes.extend(made.ok_or_else(|| Obstacle::form(pen, env.value.span))?);
    }
    Ok(changes)
}

/// A list that is not written out may set a variable of any name, as may an entry, or a name, that stands elsewhere.
fn written_out(pen: &Pen<'_>, container: &Tree, env: Option<&Entry>) -> Result<(), Obstacle> {
    if let Some(merged) = container.entry("<<").filter(|_| env.is_none()) {
        return Err(Obstacle::elsewhere(pen, merged.value.span));
    }
    let Some(env) = env else { return Ok(()) };
    let named = |one: &Tree| one.get("name").and_then(Tree::literal).is_some();
    match &env.value.kind {
        Kind::Null => Ok(()),
        Kind::List(items) => match items.iter().find(|one| !named(one)) {
            Some(open) => Err(Obstacle::elsewhere(pen, open.span)),
            None => Ok(()),
        },
        _ => Err(Obstacle::elsewhere(pen, env.value.span)),
    }
}

fn position(env: &Tree, name: &str) -> Option<usize> {
    let Kind::List(items) = &env.kind else { return None };
    items.iter().position(|one| one.get("name").and_then(Tree::literal) == Some(name))
}

/// The change of a value that is written out; one that is taken out is compared alone.
fn set_one(pen: &Pen<'_>, env: &Tree, at: usize, variable: &Variable) -> Result<Planned, Obstacle> {
    let Some(entry) = env.items().get(at) else { return Ok(Planned::Stands) };
    let value = entry.get("value").ok_or_else(|| Obstacle::elsewhere(pen, entry.span))?;
    let before = variable.before.as_deref();
    match &variable.after {
        Some(after) => scalar(pen, value, before, after),
        None => scalar(pen, value, before, before.unwrap_or_default()),
    }
}

fn without(pen: &Pen<'_>, container: &Tree, env: &Entry, gone: &[usize]) -> Option<Vec<Change>> {
    if env.value.items().len() == gone.len() {
        return pen.remove_entry(container, env);
    }
    let each: Option<Vec<_>> = gone.iter().map(|at| pen.remove_item(&env.value, *at)).collect();
    Some(each?.concat())
}
