//! `aws_iam_openid_connect_provider`: found by its URL.

use hcl_edit::structure::Block;
use rolecall_doctor::fix::edit::Edit;

use super::{Configured, address, repeated, set_or_add};
use crate::list::plan;
use crate::read::hcl::place;
use crate::read::written;
use crate::search::{Notation, Reason, Search, Step, step};

const KIND: &str = "aws_iam_openid_connect_provider";

pub(super) fn search(files: &[Configured<'_>], name: &str, edit: &Edit, search: &mut Search) {
    for configured in files {
        for block in configured.blocks("resource", &[KIND]) {
            let Some(url) = configured.value(&block.body, "url") else { continue };
            let fits = |text: &str| url.fits(text);
            match url.literal() {
                Some(literal) if literal.strip_prefix("https://").unwrap_or(literal) == name => {
                    let step = made(configured, block, edit);
                    search.take(Notation::Terraform, address(block), configured.place(block), None, step);
                }
                Some(_) => {}
                None if fits(name) || fits(&format!("https://{name}")) => {
                    let shown = written(&configured.file.text, url.span);
                    let why = format!("its URL is `{}`, which is decided elsewhere", shown.trim_matches('"'));
                    search.near(address(block), configured.place(block), why);
                }
                None => {}
            }
        }
    }
}

fn made(configured: &Configured<'_>, block: &Block, edit: &Edit) -> Result<Step, Reason> {
    repeated(configured, block)?;
    let (key, before, after) = match edit {
        Edit::SetProviderAudiences { before, after, .. } => ("client_id_list", before, after),
        Edit::SetProviderThumbprints { before, after, .. } => ("thumbprint_list", before, after),
        // It is declared: what lacks is that the declaration takes effect.
        Edit::CreateProvider { audiences, .. } => {
            let list = configured.value(&block.body, "client_id_list");
            let there = list.is_some_and(|list| {
                list.is_open() || audiences.iter().all(|one| list.items().iter().any(|item| item.fits(one)))
            });
            return match there {
                true => Ok(Step::Stands),
                false => Err(configured.reason(place(block), "it is declared with other client ids")),
            };
        }
        _ => return Err(configured.reason(place(block), "this change is not made in Terraform")),
    };
    let pen = configured.pen();
    let planned = match configured.value(&block.body, key) {
        Some(list) => plan(&pen, &list, before, after),
        None => {
            let list: Vec<String> = after.iter().map(|one| pen.scalar(one, "")).collect();
            set_or_add(&pen, block, &["client_id_list", "url"], &format!("{key} = [{}]", list.join(", ")))
        }
    };
    step(configured.file, planned)
}
