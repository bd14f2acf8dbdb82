//! CloudFormation templates, YAML and JSON: `AWS::IAM::Role`, `AWS::IAM::ManagedPolicy` and `AWS::IAM::OIDCProvider`.

use rolecall_doctor::fix::edit::Edit;
use rolecall_model::json::edit::quoted;
use rolecall_model::json::{Node, parse};

use crate::folder::{SourceFile, Sources};
use crate::list;
use crate::pen::{Language, Pen};
use crate::policy::value::string;
use crate::policy::{Obstacle, Planned, PolicyForm, SourcePolicy, plain, plan, statement};
use crate::read::{json, written, yaml};
use crate::search::{Notation, Place, Reason, Search, Step, step};
use crate::terraform::{policy_name, provider_name};
use crate::tree::{Entry, Kind, Tree};

/// Seconds of a session where nothing is said (IAM).
const DEFAULT_SESSION: i64 = 3600;

/// A resource of a template.
struct Resource<'s> {
    file: &'s SourceFile,
    pen: Pen<'s>,
    /// Its logical id.
    id: &'s str,
    entry: Entry,
    properties: Tree,
}

/// Looks for what an edit changes.
pub fn search(sources: &Sources, edit: &Edit, search: &mut Search) {
    let (kind, name) = match edit {
        Edit::SetTrustPolicy(edit) => ("AWS::IAM::Role", edit.role.as_str()),
        Edit::SetMaxSessionDuration { role, .. } | Edit::PutRolePolicy { role, .. } => {
            ("AWS::IAM::Role", role.as_str())
        }
        Edit::SetManagedPolicy { policy, .. } => ("AWS::IAM::ManagedPolicy", policy_name(policy)),
        Edit::SetProviderAudiences { provider, .. }
        | Edit::SetProviderThumbprints { provider, .. }
        | Edit::CreateProvider { provider, .. } => ("AWS::IAM::OIDCProvider", provider_name(provider)),
        _ => return,
    };
    for file in sources.files.iter().filter(|file| file.text.contains(kind)) {
        let Ok((language, documents)) = read(file) else {
            if file.text.contains(name) {
                let place = Place { file: file.name.clone(), line: 1 };
                search.near("a template that names it", place, "it is not legible");
            }
            continue;
        };
        for document in &documents {
            for entry in document.get("Resources").map(Tree::entries).unwrap_or_default() {
                let is_kind = entry.value.get("Type").and_then(Tree::literal) == Some(kind);
                let (Some(id), true) = (entry.key.literal(), is_kind) else { continue };
                let properties = entry.value.get("Properties").cloned();
                let properties =
                    properties.unwrap_or_else(|| Tree { kind: Kind::Null, ..entry.value.clone() });
                let pen = Pen::new(&file.text, language);
                let resource = Resource { file, pen, id, entry: entry.clone(), properties };
                take(&resource, kind, name, edit, search);
            }
        }
    }
}

/// The documents of a template, with functions seen for what they are.
fn read(file: &SourceFile) -> Result<(Language, Vec<Tree>), String> {
    let is_json = file.text.trim_start().starts_with('{');
    let (language, mut documents) = match is_json {
        true => (Language::Json, vec![json::file(&file.text)?]),
        false => (Language::Yaml, yaml::file(&file.text)?),
    };
    documents.iter_mut().for_each(functions);
    Ok((language, documents))
}

/// `{"Fn::Sub": …}` and `{"Ref": …}` are decided elsewhere, but for what `Fn::Sub` leaves as it is.
fn functions(tree: &mut Tree) {
    match &mut tree.kind {
        Kind::Map(entries) => {
            if let [only] = entries.as_slice() {
                let name = only.key.literal().unwrap_or_default();
                let substituted = only.value.items().first().and_then(Tree::literal).map(yaml::substituted);
                let open = substituted.filter(|text| name == "Fn::Sub" && text.literal().is_none());
                if name.starts_with("Fn::") || name == "Ref" {
                    tree.kind = open.map_or(Kind::Elsewhere, Kind::Text);
                    return;
                }
            }
            entries.iter_mut().for_each(|entry| functions(&mut entry.value));
        }
        Kind::List(items) => items.iter_mut().for_each(functions),
        _ => {}
    }
}

fn take(resource: &Resource<'_>, kind: &str, name: &str, edit: &Edit, search: &mut Search) {
    let what = format!("{kind} {}", resource.id);
    let place = Place::of(resource.file, resource.entry.key_span);
    let value = match kind {
        "AWS::IAM::Role" => resource.properties.get("RoleName"),
        "AWS::IAM::ManagedPolicy" => resource.properties.get("ManagedPolicyName"),
        _ => resource.properties.get("Url"),
    };
    let literal = value.and_then(Tree::literal).map(|text| text.strip_prefix("https://").unwrap_or(text));
    let note = match (value, literal) {
        (_, Some(literal)) if literal == name => None,
        (None, _) if kind != "AWS::IAM::OIDCProvider" && is_generated(resource.id, name) => Some(format!(
            "recognised by its logical id, `{}`, in the name that CloudFormation makes",
            resource.id
        )),
        (Some(value), None) if value.fits(name) || value.fits(&format!("https://{name}")) => {
            let shown = written(&resource.file.text, value.span);
            let why = format!("its name is `{}`, which is decided elsewhere", shown.trim_matches('"'));
            return search.near(what, place, why);
        }
        _ => return,
    };
    let step = made(resource, edit);
    search.take(Notation::CloudFormation, what, place, note, step);
}

/// `STACK-LOGICALID-RANDOM` (CloudFormation User Guide, "Name type").
fn is_generated(id: &str, name: &str) -> bool {
    let Some((before, random)) = name.rsplit_once('-') else { return false };
    let chars = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let random = random.len() >= 12 && random.chars().all(|c| chars(c) || c.is_ascii_lowercase());
    random && before.strip_suffix(id).is_some_and(|stack| stack.len() > 1 && stack.ends_with('-'))
}

fn made(resource: &Resource<'_>, edit: &Edit) -> Result<Step, Reason> {
    let (pen, file) = (&resource.pen, resource.file);
    let property = |key: &str| resource.properties.get(key);
    let planned = match edit {
        Edit::SetTrustPolicy(edit) => {
            let key = "AssumeRolePolicyDocument";
            let Some(tree) = property(key) else { return Err(lacking(resource, key)) };
            policy(pen, tree).and_then(|policy| plan(&policy, &edit.before, &edit.after))
        }
        Edit::SetManagedPolicy { before, after, .. } => {
            let key = "PolicyDocument";
            let Some(tree) = property(key) else { return Err(lacking(resource, key)) };
            policy(pen, tree).and_then(|policy| plan(&policy, before, after))
        }
        Edit::SetMaxSessionDuration { before, after, .. } => match property("MaxSessionDuration") {
            Some(tree) => list::number(pen, tree, *before, *after),
            None if *after == DEFAULT_SESSION => Ok(Planned::Stands),
            None => insert(resource, "MaxSessionDuration", &number(*after)),
        },
        Edit::PutRolePolicy { name, before, after, .. } => {
            put(resource, name, before.as_deref(), after.as_deref())
        }
        Edit::SetProviderAudiences { before, after, .. } => listed(resource, "ClientIdList", before, after),
        Edit::SetProviderThumbprints { before, after, .. } => {
            listed(resource, "ThumbprintList", before, after)
        }
        Edit::CreateProvider { audiences, .. } => {
            let list = property("ClientIdList");
            let there = list.is_some_and(|list| {
                audiences.iter().all(|one| list.items().iter().any(|item| item.fits(one)))
            });
            let why = "it is declared with other client ids";
            if there { Ok(Planned::Stands) } else { Err(Obstacle::new(resource.entry.key_span, why)) }
        }
        _ => Err(Obstacle::new(resource.entry.key_span, "this change is not made in CloudFormation")),
    };
    step(file, planned)
}

fn lacking(resource: &Resource<'_>, key: &str) -> Reason {
    Reason::at(resource.file, resource.entry.key_span, format!("`{}` has no `{key}`", resource.id))
}

fn policy<'s>(pen: &Pen<'s>, tree: &Tree) -> Result<SourcePolicy<'s>, Obstacle> {
    if !matches!(tree.kind, Kind::Map(_)) {
        return Err(Obstacle::elsewhere(pen, tree.span));
    }
    let statements = statement::of_map(tree).map_err(|(span, why)| Obstacle::new(span, why))?;
    Ok(SourcePolicy { pen: *pen, span: tree.span, statements, form: PolicyForm::Map(tree.clone()) })
}

fn insert(resource: &Resource<'_>, key: &str, value: &Node) -> Result<Planned, Obstacle> {
    let pen = &resource.pen;
    let made = pen.insert(&resource.properties, key, value);
    let changes = made.ok_or_else(|| Obstacle::form(pen, resource.entry.key_span))?;
    Ok(Planned::Changes(changes, Vec::new()))
}

fn listed(
    resource: &Resource<'_>,
    key: &str,
    before: &[String],
    after: &[String],
) -> Result<Planned, Obstacle> {
    match resource.properties.get(key) {
        Some(tree) => list::plan(&resource.pen, tree, before, after),
        None => insert(resource, key, &array(after)),
    }
}

/// An inline policy among the role's `Policies`.
fn put(
    resource: &Resource<'_>,
    name: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<Planned, Obstacle> {
    let pen = &resource.pen;
    let here = |why: &str| Obstacle::new(resource.entry.key_span, why);
    let after = after.ok_or_else(|| here("taking an inline policy away is not done in sources"))?;
    let entry = format!("{{\"PolicyName\": {}, \"PolicyDocument\": {after}}}", quoted(name));
    let entry = parse(&entry).root.ok_or_else(|| here("the policy is not legible"))?;
    let Some(policies) = resource.properties.get("Policies") else {
        let list = Node { span: entry.span, kind: rolecall_model::json::Kind::Array(vec![entry]) };
        return insert(resource, "Policies", &list);
    };
    let own = policies.items().iter().find(|one| one.get("PolicyName").and_then(Tree::literal) == Some(name));
    let document = own.and_then(|own| own.get("PolicyDocument"));
    match (document, before) {
        (Some(tree), before) => {
            let policy = policy(pen, tree)?;
            let same = plain::statements(after).is_some_and(|wanted| {
                wanted.len() == policy.statements.len()
                    && wanted.iter().zip(&policy.statements).all(|(plain, own)| own.fits(plain))
            });
            match (same, before) {
                (true, _) => Ok(Planned::Stands),
                (false, Some(before)) => plan(&policy, before, after),
                (false, None) => Err(Obstacle::new(
                    tree.span,
                    "it says something else, and no such policy is in force: source and cloud have drifted apart",
                )),
            }
        }
        (None, _) => {
            let made = pen.append(policies, &[entry]);
            let changes = made.ok_or_else(|| Obstacle::form(pen, policies.span))?;
            Ok(Planned::Changes(changes, Vec::new()))
        }
    }
}

fn array(texts: &[String]) -> Node {
    let kind = rolecall_model::json::Kind::Array(texts.iter().map(|text| string(text)).collect());
    Node { span: rolecall_model::span::Span::default(), kind }
}

fn number(value: i64) -> Node {
    let kind = rolecall_model::json::Kind::Number(value.to_string());
    Node { span: rolecall_model::span::Span::default(), kind }
}
