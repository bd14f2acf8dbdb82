//! What the role's own policies and its boundary deny or leave out, changed just so far that the refused call passes.

use rolecall_model::evidence::attempt::Denial;
use rolecall_model::json::edit::{Change, quoted};
use rolecall_policy::document::{Policy, Statement};

use super::role_name;
use super::said::Said;
use crate::case::Case;
use crate::fix::edit::Edit;
use crate::fix::narrow::{RefusedCall, narrow};
use crate::fix::permission_policy::PermissionPolicyEditor;

/// A fix: its title and its edits.
type Made = (String, Vec<Edit>);

/// Narrows every statement of the role's policies that denies the call; none where one of them cannot be narrowed.
pub(super) fn denying(case: &Case<'_>, denial: &Denial, said: &Said) -> Option<Made> {
    let policies = case.permission().identity.present()?;
    let role = role_name(case, denial)?;
    let (mut titles, mut edits) = (Vec::new(), Vec::new());
    for (at, named) in policies.iter().enumerate().filter(|(at, _)| said.denies(*at)) {
        let editor = PermissionPolicyEditor::identity(case.evidence(), named, &role)?;
        let policy = Policy::from_node(&named.node);
        let planned = plan(&editor, &policy, denial, &said.of_policy(at))?;
        titles.push(format!("{} in {}", planned.steps.join(", "), editor.name()));
        edits.push(if planned.empties { editor.taken_away()? } else { editor.edit(&planned.changes)? });
    }
    (!edits.is_empty()).then(|| (titles.join("; "), edits))
}

/// Lets the boundary allow the call and nothing else: a boundary grants nothing by itself.
pub(super) fn limiting(case: &Case<'_>, denial: &Denial, said: &Said) -> Option<Made> {
    let [named] = case.permission().boundary.present()?.as_slice() else { return None };
    let _read = case.role();
    let editor = PermissionPolicyEditor::boundary(case.evidence(), named)?;
    let policy = Policy::from_node(&named.node);
    let mut planned = match said.denies(0) {
        true => plan(&editor, &policy, denial, &said.of_policy(0))?,
        false => Planned::default(),
    };
    if !said.allowed {
        let resource = denial.resource.as_deref()?;
        let (action, shown) = (quoted(&denial.action), quoted(resource));
        let json = format!(r#"{{"Effect": "Allow", "Action": {action}, "Resource": {shown}}}"#);
        planned.changes.extend(editor.add_statement(&json)?);
        planned.steps.push(format!("allow `{}` on `{resource}`", denial.action));
    }
    if planned.steps.is_empty() || planned.empties {
        return None;
    }
    let title = format!("{} in the boundary {}", planned.steps.join(", "), editor.name());
    Some((title, vec![editor.edit(&planned.changes)?]))
}

/// What becomes of one policy.
#[derive(Default)]
struct Planned {
    changes: Vec<Change>,
    steps: Vec<String>,
    /// Nothing is left of it.
    empties: bool,
}

/// What narrows the statements; none where AWS named no resource: to let the action through on every one is too much.
fn plan(
    editor: &PermissionPolicyEditor<'_>,
    policy: &Policy,
    denial: &Denial,
    denying: &[usize],
) -> Option<Planned> {
    let denying: Vec<&Statement> = denying.iter().filter_map(|at| policy.statements.get(*at)).collect();
    let resource = Some(denial.resource.as_deref()?).filter(|resource| *resource != "*");
    let mut narrowed = narrow(editor, &denying, RefusedCall { action: &denial.action, resource })?;
    let empties = narrowed.gone.len() == policy.statements.len();
    if !empties && !narrowed.gone.is_empty() {
        narrowed.changes.extend(editor.remove_statements(&narrowed.gone)?);
    }
    Some(Planned { changes: narrowed.changes, steps: narrowed.steps, empties })
}
