//! Workflows of GitHub Actions: the one that the evidence shows, found by what it says.

use rolecall_collect::parse_yaml;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::workflow::{Granted, ROLE_KEYS, grant, name_role};
use rolecall_model::evidence::Evidence;
use rolecall_model::json::{Kind, Member, Node};

use crate::folder::{SourceFile, Sources};
use crate::search::{Notation, Place, Reason, Search, Step};

/// Looks for the workflow that an edit changes.
pub fn search(sources: &Sources, evidence: &Evidence, edit: &Edit, search: &mut Search) {
    let (file, job) = match edit {
        Edit::GrantIdToken { file, job } => (file, Some(job.as_str())),
        Edit::SetRoleInput { file, .. } => (file, None),
        _ => return,
    };
    let Some((_, document)) = evidence.documents.named(file) else { return };
    let Some(shown) = root(&document.text) else { return };
    let mut alike = Vec::new();
    for source in sources.files.iter().filter(|source| is_workflow(source)) {
        let Some(own) = root(&source.text) else {
            if job.is_none_or(|job| source.text.contains(job)) {
                let place = Place { file: source.name.clone(), line: 1 };
                search.near("a workflow", place, "it is no sound YAML");
            }
            continue;
        };
        let has_job = job.is_none_or(|job| own.path(&["jobs", job]).is_some());
        if same(&own, &shown, edit) {
            take(source, &own, edit, None, search);
        } else if has_job && own.get("jobs").is_some() {
            alike.push((source, own));
        }
    }
    if !search.found.is_empty() {
        return;
    }
    // The same workflow at another state goes by its name.
    let named = |node: &Node| node.get("name").and_then(Node::as_str).map(str::to_owned);
    let (own, others): (Vec<_>, Vec<_>) =
        alike.into_iter().partition(|(_, own)| named(own).is_some() && named(own) == named(&shown));
    for (source, own) in own {
        let note = "it bears the name of the workflow in the evidence, and differs from it elsewhere";
        take(source, &own, edit, Some(note.into()), search);
    }
    for (source, own) in others {
        search.near("a workflow", Place::of(source, own.span), "it is another one than the evidence shows");
    }
}

fn is_workflow(file: &SourceFile) -> bool {
    let folder = file.folder();
    (folder == ".github/workflows" || folder.ends_with("/.github/workflows") || folder.is_empty())
        && ["yml", "yaml"].contains(&file.extension())
}

fn root(text: &str) -> Option<Node> {
    let (documents, flaws) = parse_yaml(text);
    documents.into_iter().next().filter(|_| flaws.is_empty())
}

/// Whether two workflows say the same, but for what the edit changes.
fn same(one: &Node, other: &Node, edit: &Edit) -> bool {
    let left_out = |key: &str| match edit {
        Edit::GrantIdToken { .. } => key == "permissions",
        _ => ROLE_KEYS.contains(&key),
    };
    fn equal(one: &Node, other: &Node, left_out: &dyn Fn(&str) -> bool) -> bool {
        match (&one.kind, &other.kind) {
            (Kind::Object(a), Kind::Object(b)) => {
                let kept = |members: &'_ [Member]| {
                    members.iter().filter(|member| !left_out(&member.key)).cloned().collect::<Vec<_>>()
                };
                let (a, b) = (kept(a), kept(b));
                a.len() == b.len()
                    && a.iter().zip(&b).all(|(a, b)| a.key == b.key && equal(&a.value, &b.value, left_out))
            }
            (Kind::Array(a), Kind::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b, left_out))
            }
            (a, b) => a == b,
        }
    }
    equal(one, other, &left_out)
}

fn take(file: &SourceFile, root: &Node, edit: &Edit, note: Option<String>, search: &mut Search) {
    let (what, made) = match edit {
        Edit::GrantIdToken { job, .. } => (format!("job `{job}`"), grant(&file.text, root, job)),
        Edit::SetRoleInput { before, after, .. } => {
            (format!("role `{before}`"), name_role(&file.text, root, before, after))
        }
        _ => return,
    };
    let step = match made {
        Ok(Granted::Already) => Ok(Step::Stands),
        Ok(Granted::By(changes)) => Ok(Step::Changes { file: file.name.clone(), changes, notes: Vec::new() }),
        Err((span, why)) => Err(Reason::at(file, span, why)),
    };
    search.take(Notation::Workflow, what, Place::of(file, root.span), note, step);
}
