//! Terraform: roles, providers, policies and service accounts in `*.tf`.

mod account;
mod managed_policy;
mod provider;
mod role;
mod role_policy;
mod trust;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::visit::{Visit, visit_expr};
use rolecall_doctor::fix::edit::Edit;
use rolecall_model::json::edit::Change;
use rolecall_model::span::Span;

use crate::folder::{SourceFile, Sources};
use crate::pen::{Language, Pen};
use crate::policy::{Obstacle, Planned};
use crate::read::hcl::{attribute, expression, label, place};
use crate::read::written;
use crate::search::{Place, Reason, Search};
use crate::tree::Tree;

/// A file of a configuration.
pub(crate) struct Configured<'s> {
    sources: &'s Sources,
    file: &'s SourceFile,
    body: Body,
}

/// Looks for what an edit changes.
pub fn search(sources: &Sources, edit: &Edit, search: &mut Search) {
    let name = match edit {
        Edit::SetTrustPolicy(edit) => edit.role.as_str(),
        Edit::SetMaxSessionDuration { role, .. } | Edit::PutRolePolicy { role, .. } => role,
        Edit::SetProviderAudiences { provider, .. }
        | Edit::SetProviderThumbprints { provider, .. }
        | Edit::CreateProvider { provider, .. } => provider_name(provider),
        Edit::SetManagedPolicy { policy, .. } => policy_name(policy),
        Edit::AnnotateServiceAccount { name, .. } => name,
        _ => return,
    };
    let files = read(sources, name, search);
    match edit {
        Edit::SetProviderAudiences { .. }
        | Edit::SetProviderThumbprints { .. }
        | Edit::CreateProvider { .. } => provider::search(&files, name, edit, search),
        Edit::AnnotateServiceAccount { .. } => account::search(&files, edit, search),
        Edit::SetManagedPolicy { before, after, .. } => {
            managed_policy::search(&files, name, before, after, search);
        }
        _ => role::search(&files, name, edit, search),
    }
}

/// The files that are legible; one that is not and names what is looked for may hold it.
fn read<'s>(sources: &'s Sources, name: &str, search: &mut Search) -> Vec<Configured<'s>> {
    let mut files = Vec::new();
    for file in sources.files.iter().filter(|file| file.extension() == "tf") {
        match hcl_edit::parser::parse_body(&file.text) {
            Ok(body) => files.push(Configured { sources, file, body }),
            Err(error) if file.text.contains(name) => {
                let line = u32::try_from(error.location().line()).unwrap_or(0);
                let place = Place { file: file.name.clone(), line };
                search.near("a file that names it", place, "it is no sound HCL there");
            }
            Err(_) => {}
        }
    }
    files
}

/// The name of a provider: the end of its ARN.
pub(crate) fn provider_name(arn: &str) -> &str {
    arn.split_once(":oidc-provider/").map_or(arn, |(_, name)| name)
}

/// The name of a managed policy: the end of its ARN, behind its path.
pub(crate) fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl<'s> Configured<'s> {
    fn blocks<'b>(&'b self, kind: &'b str, first: &'b [&'b str]) -> impl Iterator<Item = &'b Block> {
        self.body.get_blocks(kind).filter(move |block| first.contains(&label(block, 0)))
    }

    fn pen(&self) -> Pen<'s> {
        Pen::new(&self.file.text, Language::Hcl)
    }

    fn value(&self, body: &Body, key: &str) -> Option<Tree> {
        attribute(body, key).map(|found| expression(&self.file.text, found))
    }

    fn place(&self, block: &Block) -> Place {
        Place::of(self.file, place(block))
    }

    fn written(&self, item: &impl hcl_edit::Span) -> String {
        written(&self.file.text, place(item))
    }

    fn reason(&self, span: Span, why: impl Into<String>) -> Reason {
        Reason::at(self.file, span, why)
    }
}

/// `aws_iam_role.api`
fn address(block: &Block) -> String {
    format!("{}.{}", label(block, 0), label(block, 1))
}

/// A block that is made several times, or not always, has no one object.
fn repeated(configured: &Configured<'_>, block: &Block) -> Result<(), Reason> {
    for key in ["for_each", "count"] {
        if let Some(value) = attribute(&block.body, key) {
            let why = format!(
                "`{}` is made by `{key} = {}`: a change of it would change every one of them",
                address(block),
                configured.written(value)
            );
            return Err(configured.reason(place(value), why));
        }
    }
    Ok(())
}

/// One more attribute in a block, after another one.
fn attribute_after(pen: &Pen<'_>, body: &Body, beside: &[&str], line: &str) -> Option<Change> {
    let beside = beside.iter().find_map(|key| body.get_attribute(key));
    let last: &Attribute = match beside {
        Some(found) => found,
        None => body.attributes().next()?,
    };
    let span = last.span()?;
    let (start, end) = (u32::try_from(span.start).ok()?, u32::try_from(last.value.span()?.end).ok()?);
    Some(pen.after(end, &format!("{}{line}", pen.indent(start))))
}

/// A value that is set where it stands, or added as an attribute.
fn set_or_add(pen: &Pen<'_>, block: &Block, beside: &[&str], line: &str) -> Result<Planned, Obstacle> {
    let change = attribute_after(pen, &block.body, beside, line);
    let change = change.ok_or_else(|| Obstacle::form(pen, place(block)))?;
    Ok(Planned::Changes(vec![change], Vec::new()))
}

/// References of a configuration to something, such as `data.aws_iam_policy_document.trust`.
struct References<'t> {
    text: &'t str,
    to: String,
    count: usize,
}

impl Visit for References<'_> {
    fn visit_expr(&mut self, expression: &Expression) {
        if let Expression::Traversal(traversal) = expression {
            let written: String = self
                .text
                .get(place(traversal.as_ref()).range())
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            let rest = written.strip_prefix(self.to.as_str());
            self.count +=
                usize::from(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])));
        }
        visit_expr(self, expression);
    }
}

/// How often the files of a folder refer to something.
fn references(files: &[Configured<'_>], folder: &str, to: &str) -> usize {
    let beside = files.iter().filter(|other| other.file.folder() == folder);
    beside
        .map(|other| {
            let mut references = References { text: &other.file.text, to: to.to_owned(), count: 0 };
            references.visit_body(&other.body);
            references.count
        })
        .sum()
}
