//! The trust policy of a role: `jsonencode`, a here-document, an `aws_iam_policy_document`, or a file of JSON.

use hcl_edit::expr::Expression;
use hcl_edit::structure::Block;
use rolecall_model::span::Span;

use super::{Configured, address, references, repeated};
use crate::folder::SourceFile;
use crate::pen::{Language, Pen};
use crate::policy::{PolicyForm, SourcePolicy, document, statement};
use crate::read::hcl::{attribute, expression, holes, label, place};
use crate::read::{json, written};
use crate::search::Reason;

/// A policy and the file in which it is written.
pub(super) struct FoundPolicy<'s> {
    pub file: &'s SourceFile,
    pub policy: SourcePolicy<'s>,
    /// What the reader should know of where it stands.
    pub note: Option<String>,
}

/// The trust policy of a role.
///
/// # Errors
/// Why it cannot be changed where it is written.
pub(super) fn policy<'s>(
    files: &[Configured<'s>],
    configured: &Configured<'s>,
    role: &Block,
) -> Result<FoundPolicy<'s>, Reason> {
    let key = "assume_role_policy";
    let Some(value) = attribute(&role.body, key) else {
        return Err(configured.reason(place(role), format!("`{}` has no `{key}`", address(role))));
    };
    of_expression(files, configured, value)
}

/// A policy that an attribute gives.
pub(super) fn of_expression<'s>(
    files: &[Configured<'s>],
    configured: &Configured<'s>,
    value: &Expression,
) -> Result<FoundPolicy<'s>, Reason> {
    let text = &configured.file.text;
    let legible = |language: Language, tree: Result<crate::tree::Tree, String>| {
        let tree = tree.map_err(|why| configured.reason(place(value), why))?;
        let statements = statement::of_map(&tree).map_err(|(span, why)| configured.reason(span, why))?;
        let (span, form) = (tree.span, PolicyForm::Map(tree));
        let policy = SourcePolicy { pen: Pen::new(text, language), span, statements, form };
        Ok(FoundPolicy { file: configured.file, policy, note: None })
    };
    match value {
        Expression::Parenthesis(inner) => of_expression(files, configured, inner.inner()),
        Expression::HeredocTemplate(heredoc) => {
            let (body, holes) = holes(&heredoc.template);
            legible(Language::Template, json::template(text, body, &holes))
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => {
            let argument = call.args.iter().next();
            let tree = argument.map(|argument| expression(text, argument)).ok_or("it encodes nothing".into());
            legible(Language::Hcl, tree)
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "file" => {
            let named = call.args.iter().next().map(|path| written(text, place(path)));
            match named.as_deref().and_then(|path| beside(configured.file.folder(), path)) {
                Some(name) => of_file(files, configured, place(value), &name),
                None => Err(elsewhere(files, configured, value)),
            }
        }
        Expression::Traversal(_) => {
            let name = document_name(&written(text, place(value)));
            match name {
                Some(name) => of_document(files, configured, place(value), &name),
                None => Err(elsewhere(files, configured, value)),
            }
        }
        other => Err(elsewhere(files, configured, other)),
    }
}

/// The file that `file("x.json")` and `file("${path.module}/x.json")` name, below the folder of sources.
fn beside(folder: &str, written: &str) -> Option<String> {
    let path = written.strip_prefix('"')?.strip_suffix('"')?;
    let path = path.strip_prefix("${path.module}/").unwrap_or(path);
    if path.contains(['$', '%', '\\']) || path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn of_file<'s>(
    files: &[Configured<'s>],
    configured: &Configured<'s>,
    reference: Span,
    name: &str,
) -> Result<FoundPolicy<'s>, Reason> {
    let Some(file) = configured.sources.file(name) else {
        let why = format!("the policy stands in `{name}`, which was not read");
        return Err(configured.reason(reference, why));
    };
    let base = name.rsplit('/').next().unwrap_or(name);
    let uses: usize = files.iter().map(|other| other.file.text.matches(base).count()).sum();
    if uses > 1 {
        let why = format!("`{name}` is named in {uses} places: a change of it would change all of them");
        return Err(configured.reason(reference, why));
    }
    let start = Span::default();
    let tree = json::file(&file.text).map_err(|why| Reason::at(file, start, why))?;
    let statements = statement::of_map(&tree).map_err(|(span, why)| Reason::at(file, span, why))?;
    let (span, form) = (tree.span, PolicyForm::Map(tree));
    let policy = SourcePolicy { pen: Pen::new(&file.text, Language::Json), span, statements, form };
    Ok(FoundPolicy { file, policy, note: None })
}

/// The name in `data.aws_iam_policy_document.NAME.json`.
fn document_name(written: &str) -> Option<String> {
    let name = written.strip_prefix("data.aws_iam_policy_document.")?.strip_suffix(".json")?;
    (!name.contains(['.', '['])).then(|| name.to_owned())
}

fn of_document<'s>(
    files: &[Configured<'s>],
    configured: &Configured<'s>,
    reference: Span,
    name: &str,
) -> Result<FoundPolicy<'s>, Reason> {
    const KIND: &str = "aws_iam_policy_document";
    let folder = configured.file.folder();
    let beside = files.iter().filter(|other| other.file.folder() == folder);
    let mut found = beside
        .flat_map(|other| other.blocks("data", &[KIND]).map(move |block| (other, block)))
        .filter(|(_, block)| label(block, 1) == name);
    let (Some((holder, block)), None) = (found.next(), found.next()) else {
        let why = format!("there is not one `data \"{KIND}\" \"{name}\"` beside it");
        return Err(configured.reason(reference, why));
    };
    repeated(holder, block)?;
    let uses = references(files, folder, &format!("data.{KIND}.{name}"));
    if uses > 1 {
        let why =
            format!("`data.{KIND}.{name}` is used in {uses} places: a change of it would change all of them");
        return Err(holder.reason(place(block), why));
    }
    let text = &holder.file.text;
    let statements = document::statements(text, block).map_err(|(span, why)| holder.reason(span, why))?;
    let policy = SourcePolicy {
        pen: Pen::new(text, Language::Hcl),
        span: place(block),
        statements,
        form: PolicyForm::Document,
    };
    let others = document::rests_on_others(&block.body);
    let note =
        others.then(|| format!("`data.{KIND}.{name}` rests on other documents, which were not looked at"));
    Ok(FoundPolicy { file: holder.file, policy, note })
}

/// What decides the policy is no literal; where a local is named, its place is given.
fn elsewhere(files: &[Configured<'_>], configured: &Configured<'_>, value: &Expression) -> Reason {
    let shown = written(&configured.file.text, place(value));
    let local = shown.strip_prefix("local.").and_then(|name| {
        let name = name.split(['.', '[']).next()?;
        let beside = files.iter().filter(|other| other.file.folder() == configured.file.folder());
        let mut locals =
            beside.flat_map(|other| other.body.get_blocks("locals").map(move |block| (other, block)));
        locals.find_map(|(other, block)| {
            let attribute = block.body.get_attribute(name)?;
            Some(crate::search::Place::of(other.file, place(attribute)))
        })
    });
    let further = local.map(|place| format!(" ({place})")).unwrap_or_default();
    configured.reason(place(value), format!("the policy is `{shown}`{further}, which is decided elsewhere"))
}
