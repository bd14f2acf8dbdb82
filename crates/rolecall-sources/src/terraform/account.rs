//! `kubernetes_service_account`: found by name and namespace.

use hcl_edit::structure::Block;
use rolecall_doctor::fix::edit::Edit;

use super::{Configured, address, attribute_after, repeated};
use crate::list::scalar;
use crate::policy::value::string;
use crate::policy::{Obstacle, Planned};
use crate::read::hcl::place;
use crate::search::{Notation, Reason, Search, Step, step};

const KINDS: [&str; 2] = ["kubernetes_service_account", "kubernetes_service_account_v1"];

pub(super) fn search(files: &[Configured<'_>], edit: &Edit, search: &mut Search) {
    let Edit::AnnotateServiceAccount { namespace, name, key, before, after } = edit else { return };
    for configured in files {
        for block in configured.blocks("resource", &KINDS) {
            let Some(metadata) = block.body.get_blocks("metadata").next() else { continue };
            let own_name = configured.value(&metadata.body, "name");
            let own_namespace = configured.value(&metadata.body, "namespace");
            // The provider's default namespace is `default`.
            let literal = |tree: &Option<crate::tree::Tree>, default: Option<&str>| {
                tree.as_ref().map_or(default.map(str::to_owned), |tree| tree.literal().map(str::to_owned))
            };
            let names = (literal(&own_name, None), literal(&own_namespace, Some("default")));
            let fits = own_name.as_ref().is_some_and(|tree| tree.fits(name))
                && own_namespace.as_ref().map_or(namespace == "default", |tree| tree.fits(namespace));
            match names {
                (Some(own), Some(place)) if own == *name && place == *namespace => {
                    let step = made(configured, block, metadata, key, before.as_deref(), after.as_deref());
                    search.take(Notation::Terraform, address(block), configured.place(block), None, step);
                }
                (Some(_), Some(_)) => {}
                _ if fits => {
                    search.near(
                        address(block),
                        configured.place(block),
                        "its name or namespace is decided elsewhere",
                    );
                }
                _ => {}
            }
        }
    }
}

fn made(
    configured: &Configured<'_>,
    block: &Block,
    metadata: &Block,
    key: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<Step, Reason> {
    repeated(configured, block)?;
    let pen = configured.pen();
    let Some(after) = after else {
        return Err(configured.reason(place(metadata), "taking an annotation away is not done in Terraform"));
    };
    let planned = match configured.value(&metadata.body, "annotations") {
        Some(annotations) => match annotations.get(key) {
            Some(value) => scalar(&pen, value, before, after),
            None if annotations.entries().iter().any(|entry| entry.key.literal().is_none()) => {
                Err(Obstacle::elsewhere(&pen, annotations.span))
            }
            None => pen
                .insert(&annotations, key, &string(after))
                .map(|changes| Planned::Changes(changes, Vec::new()))
                .ok_or_else(|| Obstacle::elsewhere(&pen, annotations.span)),
        },
        None => {
            let inner = pen.indent(place(metadata).start).to_owned() + "  ";
            let line = format!(
                "annotations = {{\n{inner}  {} = {}\n{inner}}}",
                pen.scalar(key, ""),
                pen.scalar(after, "")
            );
            let change = attribute_after(&pen, &metadata.body, &["namespace", "name"], &line);
            change
                .map(|change| Planned::Changes(vec![change], Vec::new()))
                .ok_or_else(|| Obstacle::form(&pen, place(metadata)))
        }
    };
    step(configured.file, planned)
}
