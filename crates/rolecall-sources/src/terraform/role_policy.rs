//! `aws_iam_role_policy`: an inline policy of a role, changed where it is declared or declared beside the role.

use hcl_edit::structure::Block;
use rolecall_model::json::parse;

use super::trust::of_expression;
use super::{Configured, address, repeated};
use crate::pen::hcl;
use crate::policy::{Obstacle, Planned, plain, plan};
use crate::read::hcl::{attribute, label, place};
use crate::search::{Reason, Step, step};

const KIND: &str = "aws_iam_role_policy";

/// Puts an inline policy.
///
/// # Errors
/// What keeps it from being put.
pub(super) fn put(
    files: &[Configured<'_>],
    configured: &Configured<'_>,
    role: &Block,
    name: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<Step, Reason> {
    let folder = configured.file.folder();
    let beside = files.iter().filter(|other| other.file.folder() == folder);
    let declared =
        beside.flat_map(|other| other.blocks("resource", &[KIND]).map(move |block| (other, block)));
    let mut own = declared.filter(|(other, block)| is_of(other, block, role, name));
    let Some(after) = after else {
        return Err(configured.reason(place(role), "taking an inline policy away is not done in sources"));
    };
    match (own.next(), before) {
        (Some((other, block)), before) => {
            repeated(other, block)?;
            let Some(value) = attribute(&block.body, "policy") else {
                return Err(other.reason(place(block), format!("`{}` has no `policy`", address(block))));
            };
            let found = of_expression(files, other, value)?;
            let same = plain::statements(after).is_some_and(|wanted| {
                wanted.len() == found.policy.statements.len()
                    && wanted.iter().zip(&found.policy.statements).all(|(plain, own)| own.fits(plain))
            });
            match (same, before) {
                (true, _) => Ok(Step::Stands),
                (false, Some(before)) => step(found.file, plan(&found.policy, before, after)),
                (false, None) => {
                    let why = format!(
                        "`{}` says something else, and no such policy is in force: source and cloud have drifted apart",
                        address(block)
                    );
                    Err(other.reason(place(block), why))
                }
            }
        }
        (None, Some(_)) => {
            let why = format!(
                "no `{KIND}` of this role is named `{name}`, and such a policy is in force: source and cloud have drifted apart"
            );
            Err(configured.reason(place(role), why))
        }
        (None, None) => step(configured.file, declare(configured, role, name, after)),
    }
}

/// Whether a policy has this name and is this role's.
fn is_of(configured: &Configured<'_>, block: &Block, role: &Block, name: &str) -> bool {
    let named = configured.value(&block.body, "name").is_some_and(|value| value.literal() == Some(name));
    let reference = attribute(&block.body, "role").map(|value| configured.written(value)).unwrap_or_default();
    let own = reference.strip_prefix(&format!("{}.", address(role))).is_some();
    let role_name = attribute(&role.body, "name").map(|value| configured.written(value));
    named && (own || role_name.is_some_and(|role_name| role_name == reference))
}

/// A resource of its own after the role.
fn declare(
    configured: &Configured<'_>,
    role: &Block,
    name: &str,
    document: &str,
) -> Result<Planned, Obstacle> {
    let pen = configured.pen();
    let root = parse(document).root.ok_or_else(|| Obstacle::new(place(role), "the policy is not legible"))?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let own: String = format!("{}_{name}", label(role, 1)).chars().map(plain).collect();
    let text = format!(
        "\nresource \"{KIND}\" \"{own}\" {{\n  name = {}\n  role = {}.id\n\n  policy = jsonencode({})\n}}",
        pen.scalar(name, ""),
        address(role),
        hcl(&root, "  ", Some("  "), true)
    );
    Ok(Planned::Changes(vec![pen.after(place(role).end, &text)], Vec::new()))
}
