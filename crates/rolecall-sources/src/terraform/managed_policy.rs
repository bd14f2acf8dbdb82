//! `aws_iam_policy`: found by its name, and its document changed where it is written.

use hcl_edit::structure::Block;

use super::role::{Named, named, with_note};
use super::trust::of_expression;
use super::{Configured, address, repeated};
use crate::read::hcl::{attribute, place};
use crate::search::{Notation, Reason, Search, Step, step};

const KIND: &str = "aws_iam_policy";

pub(super) fn search(files: &[Configured<'_>], name: &str, before: &str, after: &str, search: &mut Search) {
    for configured in files {
        for block in configured.blocks("resource", &[KIND]) {
            match named(configured, block, name) {
                Named::Yes(note) => {
                    let step = made(files, configured, block, before, after);
                    search.take(Notation::Terraform, address(block), configured.place(block), note, step);
                }
                Named::Perhaps(why) => search.near(address(block), configured.place(block), why),
                Named::No => {}
            }
        }
    }
}

fn made(
    files: &[Configured<'_>],
    configured: &Configured<'_>,
    block: &Block,
    before: &str,
    after: &str,
) -> Result<Step, Reason> {
    repeated(configured, block)?;
    let Some(value) = attribute(&block.body, "policy") else {
        return Err(configured.reason(place(block), format!("`{}` has no `policy`", address(block))));
    };
    let found = of_expression(files, configured, value)?;
    let planned = crate::policy::plan(&found.policy, before, after);
    step(found.file, planned).map(|step| with_note(step, found.note))
}
