//! `aws_iam_role`: found by its name, and what an edit changes in it.

use hcl_edit::structure::Block;
use rolecall_doctor::fix::edit::Edit;

use super::{Configured, address, repeated, role_policy, set_or_add, trust};
use crate::list::number;
use crate::policy::Planned;
use crate::read::hcl::{label, place};
use crate::read::written;
use crate::search::{Notation, Reason, Search, Step, step};

const KIND: &str = "aws_iam_role";
/// Seconds of a session where nothing is said (Terraform and IAM alike).
const DEFAULT_SESSION: i64 = 3600;

pub(super) fn search(files: &[Configured<'_>], name: &str, edit: &Edit, search: &mut Search) {
    for configured in files {
        for block in configured.blocks("resource", &[KIND]) {
            match named(configured, block, name) {
                Named::Yes(note) => {
                    let what = address(block);
                    let place = configured.place(block);
                    let step = made(files, configured, block, edit);
                    search.take(Notation::Terraform, what, place, note, step);
                }
                Named::Perhaps(why) => search.near(address(block), configured.place(block), why),
                Named::No => {}
            }
        }
        for module in configured.body.get_blocks("module") {
            if let Some(why) = given(configured, module, name) {
                search.near(format!("module.{}", label(module, 0)), configured.place(module), why);
            }
        }
    }
}

/// Whether a block declares the object of a name.
pub(super) enum Named {
    Yes(Option<String>),
    Perhaps(String),
    No,
}

pub(super) fn named(configured: &Configured<'_>, block: &Block, name: &str) -> Named {
    let text = &configured.file.text;
    if let Some(value) = configured.value(&block.body, "name") {
        return match value.literal() {
            Some(literal) if literal == name => Named::Yes(None),
            Some(_) => Named::No,
            None if value.fits(name) => {
                let value = written(text, value.span);
                Named::Perhaps(format!(
                    "its name is `{}`, which is decided elsewhere",
                    value.trim_matches('"')
                ))
            }
            None => Named::No,
        };
    }
    let Some(value) = configured.value(&block.body, "name_prefix") else { return Named::No };
    let prefix = value.literal().and_then(|prefix| name.strip_prefix(prefix).map(|rest| (prefix, rest)));
    match prefix {
        // The provider appends a time stamp and a counter, 26 digits (terraform-plugin-sdk, `id.PrefixedUniqueId`).
        Some((prefix, rest)) if rest.len() == 26 && rest.chars().all(|c| c.is_ascii_hexdigit()) => {
            Named::Yes(Some(format!("recognised by its `name_prefix`, `{prefix}`")))
        }
        Some((prefix, _)) => Named::Perhaps(format!(
            "its `name_prefix` is `{prefix}`, and the name does not end as Terraform's do"
        )),
        None if value.is_open() && value.fits(name) => {
            Named::Perhaps("its `name_prefix` is decided elsewhere".into())
        }
        None => Named::No,
    }
}

/// Whether a module is given the name.
fn given(configured: &Configured<'_>, module: &Block, name: &str) -> Option<String> {
    let attributes = module.body.attributes();
    let given = attributes.filter(|attribute| {
        configured
            .value(&module.body, attribute.key.as_str())
            .is_some_and(|value| value.literal() == Some(name))
    });
    let key = given.map(|attribute| attribute.key.as_str()).next()?;
    Some(format!("it is given `{key} = \"{name}\"`; what it declares stands in the module"))
}

fn made(
    files: &[Configured<'_>],
    configured: &Configured<'_>,
    block: &Block,
    edit: &Edit,
) -> Result<Step, Reason> {
    repeated(configured, block)?;
    match edit {
        Edit::SetTrustPolicy(edit) => {
            let found = trust::policy(files, configured, block)?;
            let planned = crate::policy::plan(&found.policy, &edit.before, &edit.after);
            step(found.file, planned).map(|step| with_note(step, found.note))
        }
        Edit::SetMaxSessionDuration { before, after, .. } => max_session(configured, block, *before, *after),
        Edit::PutRolePolicy { name, before, after, .. } => {
            role_policy::put(files, configured, block, name, before.as_deref(), after.as_deref())
        }
        _ => Err(configured.reason(place(block), "this change is not made in Terraform")),
    }
}

pub(super) fn with_note(step: Step, note: Option<String>) -> Step {
    match step {
        Step::Changes { file, changes, mut notes } => {
            notes.extend(note);
            Step::Changes { file, changes, notes }
        }
        Step::Stands => Step::Stands,
    }
}

fn max_session(configured: &Configured<'_>, block: &Block, before: i64, after: i64) -> Result<Step, Reason> {
    const KEY: &str = "max_session_duration";
    let pen = configured.pen();
    let planned = match configured.value(&block.body, KEY) {
        Some(value) => number(&pen, &value, before, after),
        None if after == DEFAULT_SESSION => Ok(Planned::Stands),
        None if before == DEFAULT_SESSION => {
            set_or_add(&pen, block, &["name", "name_prefix"], &format!("{KEY} = {after}"))
        }
        None => {
            let why = format!(
                "the source does not set `{KEY}`, and {before} seconds are in force: they have drifted apart"
            );
            return Err(configured.reason(place(block), why));
        }
    };
    step(configured.file, planned)
}
