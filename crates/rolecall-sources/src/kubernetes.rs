//! Manifests of Kubernetes: service accounts and workloads, several to a file if need be.

use rolecall_doctor::fix::edit::Edit;
use rolecall_model::json::edit::quoted;
use rolecall_model::json::parse;

use crate::containers;
use crate::folder::{SourceFile, Sources};
use crate::list::scalar;
use crate::pen::{Language, Pen};
use crate::policy::value::string;
use crate::policy::{Obstacle, Planned};
use crate::read::{json, yaml};
use crate::search::{Notation, Place, Search, step};
use crate::tree::{Entry, Kind, Tree};

/// What is looked for.
struct Wanted<'e> {
    kind: &'e str,
    namespace: &'e str,
    name: &'e str,
}

/// Looks for what an edit changes.
pub fn search(sources: &Sources, edit: &Edit, search: &mut Search) {
    let wanted = match edit {
        Edit::AnnotateServiceAccount { namespace, name, .. } => {
            Wanted { kind: "ServiceAccount", namespace, name }
        }
        Edit::CreateServiceAccount { namespace, name, .. } => {
            Wanted { kind: "ServiceAccount", namespace, name }
        }
        Edit::PatchPodTemplate { namespace, kind, name, .. }
        | Edit::SetContainerEnv { namespace, kind, name, .. } => Wanted { kind, namespace, name },
        _ => return,
    };
    let mut unplaced = Search::default();
    let placed = search.found.len();
    for file in &sources.files {
        if !["yaml", "yml", "json"].contains(&file.extension()) {
            continue;
        }
        match read(file) {
            Ok((language, documents)) => {
                let pen = Pen::new(&file.text, language);
                let objects = documents.iter().flat_map(objects);
                objects.for_each(|object| take(file, &pen, object, &wanted, edit, search, &mut unplaced));
                values_of_a_chart(file, edit, &documents, search);
            }
            Err(why) if file.text.contains(wanted.name) && file.text.contains(wanted.kind) => {
                let place = Place { file: file.name.clone(), line: 1 };
                search.near(format!("a {} that is not legible", wanted.kind), place, why);
            }
            Err(_) => {}
        }
    }
    if search.found.len() == placed {
        search.found.append(&mut unplaced.found);
    } else {
        // One that names the namespace goes before those that leave it to whoever applies them.
        let others = unplaced.found.into_iter().map(|found| found.declaration);
        others.for_each(|other| search.near(other.what, other.place, "it names no namespace"));
    }
}

fn read(file: &SourceFile) -> Result<(Language, Vec<Tree>), String> {
    match file.extension() {
        "json" => Ok((Language::Json, vec![json::file(&file.text)?])),
        _ => Ok((Language::Yaml, yaml::file(&file.text)?)),
    }
}

/// The objects of a document: those of a List are objects of their own.
fn objects(document: &Tree) -> Vec<&Tree> {
    match document.get("kind").and_then(Tree::literal) {
        Some("List") => document.get("items").map(Tree::items).unwrap_or_default().iter().collect(),
        _ => vec![document],
    }
}

fn take(
    file: &SourceFile,
    pen: &Pen<'_>,
    object: &Tree,
    wanted: &Wanted<'_>,
    edit: &Edit,
    search: &mut Search,
    unplaced: &mut Search,
) {
    let literal = |keys: &[&str]| object.path(keys).and_then(Tree::literal);
    let (Some(kind), Some(metadata)) = (literal(&["kind"]), object.get("metadata")) else { return };
    let same_kind = kind.eq_ignore_ascii_case(wanted.kind);
    if !same_kind || literal(&["metadata", "name"]) != Some(wanted.name) {
        return;
    }
    let what = format!("{kind} {}/{}", wanted.namespace, wanted.name);
    let place = Place::of(file, metadata.span);
    let planned = match edit {
        Edit::AnnotateServiceAccount { key, before, after, .. } => {
            annotate(pen, object, key, before.as_deref(), after.as_deref())
        }
        // It is declared, and only has to be applied, once it says what it should.
        Edit::CreateServiceAccount { annotations, .. } => {
            all(annotations.iter().map(|(key, value)| annotate(pen, object, key, None, Some(value))))
        }
        Edit::SetContainerEnv { variables, .. } => {
            spec_of(object, kind).and_then(|spec| containers::set(pen, spec, variables))
        }
        Edit::PatchPodTemplate { before, after, .. } => {
            run_as(pen, object, kind, before.as_deref(), after.as_deref())
        }
        _ => return,
    };
    let step = step(file, planned);
    match metadata.get("namespace") {
        Some(namespace) if namespace.literal() == Some(wanted.namespace) => {
            search.take(Notation::Kubernetes, what, place, None, step);
        }
        Some(namespace) if namespace.is_open() && namespace.fits(wanted.namespace) => {
            search.near(what, place, "its namespace is decided elsewhere");
        }
        Some(_) => {}
        None => {
            let note = format!("it names no namespace, and is taken for the one in `{}`", wanted.namespace);
            unplaced.take(Notation::Kubernetes, what, place, Some(note), step);
        }
    }
}

fn annotate(
    pen: &Pen<'_>,
    object: &Tree,
    key: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<Planned, Obstacle> {
    let Some(metadata) = object.get("metadata") else { return Ok(Planned::Stands) };
    let annotations = metadata.entry("annotations");
    let Some(after) = after else { return without(pen, metadata, annotations, key) };
    let form = || Obstacle::form(pen, annotations.map_or(metadata.span, |entry| entry.value.span));
    let made = match annotations {
        None if merges(metadata) => return Err(Obstacle::elsewhere(pen, metadata.span)),
        None => {
            let value = parse(&format!("{{{}: {}}}", quoted(key), quoted(after))).root;
            value.and_then(|value| pen.insert(metadata, "annotations", &value))
        }
        Some(entry) => match (&entry.value.kind, entry.value.get(key)) {
            (_, Some(value)) => return scalar(pen, value, before, after),
            (Kind::Map(_), None) if merges(&entry.value) => {
                return Err(Obstacle::elsewhere(pen, entry.value.span));
            }
            (Kind::Elsewhere, _) => return Err(Obstacle::elsewhere(pen, entry.value.span)),
            (Kind::Map(entries), None) if !entries.is_empty() || pen.language == Language::Json => {
                pen.insert(&entry.value, key, &string(after))
            }
            _ => pen.fill(entry, key, after),
        },
    };
    made.map(|changes| Planned::Changes(changes, Vec::new())).ok_or_else(form)
}

fn without(
    pen: &Pen<'_>,
    metadata: &Tree,
    annotations: Option<&Entry>,
    key: &str,
) -> Result<Planned, Obstacle> {
    let Some((annotations, entry)) = annotations.and_then(|all| Some((all, all.value.entry(key)?))) else {
        return Ok(Planned::Stands);
    };
    let made = match annotations.value.entries().len() {
        1 => pen.remove_entry(metadata, annotations),
        _ => pen.remove_entry(&annotations.value, entry),
    };
    let changes = made.ok_or_else(|| Obstacle::form(pen, entry.key_span))?;
    Ok(Planned::Changes(changes, Vec::new()))
}

/// Whether a map takes entries of another one (`<<`), which may hold the key that is not seen.
fn merges(map: &Tree) -> bool {
    map.entry("<<").is_some()
}

/// Several changes of one object together.
fn all(each: impl Iterator<Item = Result<Planned, Obstacle>>) -> Result<Planned, Obstacle> {
    let mut all = Vec::new();
    for planned in each {
        if let Planned::Changes(changes, _) = planned? {
            all.extend(changes);
        }
    }
    Ok(if all.is_empty() { Planned::Stands } else { Planned::Changes(all, Vec::new()) })
}

/// The `spec` of the pods that an object makes.
fn spec_of<'t>(object: &'t Tree, kind: &str) -> Result<&'t Tree, Obstacle> {
    let path: &[&str] = match kind.to_ascii_lowercase().as_str() {
        "pod" => &["spec"],
        "cronjob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => &["spec", "template", "spec"],
    };
    object.path(path).ok_or_else(|| Obstacle::new(object.span, "it shows no pod template"))
}

/// `serviceAccountName` of a pod template, with its older name where that is written.
fn run_as(
    pen: &Pen<'_>,
    object: &Tree,
    kind: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<Planned, Obstacle> {
    let spec = spec_of(object, kind)?;
    let why = "taking the service account's name away is not done in sources";
    let after = after.ok_or_else(|| Obstacle::new(spec.span, why))?;
    let named: Vec<&Tree> =
        ["serviceAccountName", "serviceAccount"].iter().filter_map(|key| spec.get(key)).collect();
    if named.is_empty() {
        let made = pen.insert(spec, "serviceAccountName", &string(after));
        let changes = made.ok_or_else(|| Obstacle::form(pen, spec.span))?;
        return Ok(Planned::Changes(changes, Vec::new()));
    }
    let before = before.unwrap_or("default");
    all(named.into_iter().map(|tree| scalar(pen, tree, Some(before), after)))
}

/// Values of a Helm chart set annotations of accounts that its templates declare.
fn values_of_a_chart(file: &SourceFile, edit: &Edit, documents: &[Tree], search: &mut Search) {
    let Edit::AnnotateServiceAccount { key, .. } = edit else { return };
    let no_object = documents.iter().all(|document| document.get("kind").is_none());
    if let (Some(at), true) = (file.text.find(key.as_str()), no_object && file.extension() != "json") {
        let span = rolecall_model::span::Span::new(at, at + key.len());
        let why = "it declares no service account itself: values of a chart, perhaps";
        search.near(format!("`{key}`"), Place::of(file, span), why);
    }
}
