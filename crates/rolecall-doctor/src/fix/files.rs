//! What a fix does to the files of an evidence folder: only the bytes that must change.

mod policies;

use std::collections::BTreeMap;

use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::{Evidence, Fact, Source};
use rolecall_model::json::Node;
use rolecall_model::json::edit::{self, Change, quoted};
use rolecall_model::span::Span;
use similar::TextDiff;

use super::edit::{Edit, TrustPolicyEdit};
use super::pod_template::Named;
use super::{manifest, workflow, yaml};

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its name.
    pub name: String,
    /// Its text now; none where it does not exist.
    pub before: Option<String>,
    /// Its text afterwards; none where what it says does not hold any more.
    pub after: Option<String>,
}

impl FileChange {
    /// The text before with these made is the text afterwards: for each run of lines that differs one change, without
    /// what the lines begin and end with in common. None for a file that is made or goes away.
    #[must_use]
    pub fn replacements(&self) -> Vec<Change> {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return Vec::new() };
        let diff = TextDiff::from_lines(before, after);
        let offsets = |lines: &[&str]| {
            let ends = lines.iter().scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            });
            std::iter::once(0).chain(ends).collect::<Vec<usize>>()
        };
        let (old, new) = (offsets(diff.old_slices()), offsets(diff.new_slices()));
        let bytes = |offsets: &[usize], lines: std::ops::Range<usize>| {
            Some(*offsets.get(lines.start)?..*offsets.get(lines.end)?)
        };
        let differ = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
        let change = |op: &similar::DiffOp| {
            let from = bytes(&old, op.old_range())?;
            let to = bytes(&new, op.new_range())?;
            Some(trimmed(from.start, before.get(from)?, after.get(to)?))
        };
        differ.filter_map(change).collect()
    }
}

/// `new` in place of `old`, which begins at `start`, but for what both begin and end with.
fn trimmed(start: usize, old: &str, new: &str) -> Change {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(same).map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    let head = length(&mut old.chars().zip(new.chars()));
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = length(&mut old.chars().rev().zip(new.chars().rev()));
    let start = start + head;
    Change::new(Span::new(start, start + old.len() - tail), new.get(..new.len() - tail).unwrap_or_default())
}

/// The files that the edits change, in the order in which they are first touched. An edit of something that was not
/// read changes no file.
#[must_use]
pub fn files(evidence: &Evidence, edits: &[Edit]) -> Vec<FileChange> {
    let mut folder = Folder { evidence, changed: Vec::new() };
    for edit in edits {
        folder.make(edit);
    }
    folder.changed.retain(|change| change.before != change.after);
    folder.changed
}

/// The files whose whole content is the failed attempt: errors, logs, events.
#[must_use]
pub fn of_the_attempt(evidence: &Evidence) -> Vec<String> {
    let attempt = &evidence.attempt;
    let places = attempt.observations.iter().map(|seen| seen.at);
    let places = places.chain(attempt.events.iter().map(|event| event.at));
    let places = places.chain(attempt.identities.iter().map(|identity| identity.at));
    let names = places.filter_map(|at| evidence.documents.get(at.document));
    let mut names: Vec<String> = names.map(|document| document.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The end of names of documents that were cut out of a file: a policy that was kept percent-encoded in it.
const DERIVED: &str = " (trust policy)";

struct Folder<'e> {
    evidence: &'e Evidence,
    changed: Vec<FileChange>,
}

impl Folder<'_> {
    fn make(&mut self, edit: &Edit) {
        match edit {
            Edit::SetTrustPolicy(edit) => self.trust_policy(edit),
            Edit::SetProviderAudiences { after, .. } => self.provider_list("ClientIDList", after),
            Edit::SetProviderThumbprints { after, .. } => self.provider_list("ThumbprintList", after),
            Edit::CreateProvider { provider, url, audiences } => self.create(provider, url, audiences),
            Edit::SetMaxSessionDuration { after, .. } => self.max_session(*after),
            Edit::PutRolePolicy { name, before, after, .. } => {
                self.role_policy(name, before.as_deref(), after.as_deref());
            }
            Edit::SetManagedPolicy { policy, before, after } => self.managed_policy(policy, before, after),
            Edit::AnnotateServiceAccount { key, after, .. } => self.annotate(key, after.as_deref()),
            Edit::CreateServiceAccount { namespace, name, annotations } => {
                self.create_account(namespace, name, annotations);
            }
            Edit::PatchPodTemplate { namespace, kind, name, after, .. } => {
                self.template(Named { namespace, kind, name }, |text, spec| {
                    manifest::set_account(text, spec, after.as_deref()?)
                });
            }
            Edit::SetContainerEnv { namespace, kind, name, variables } => {
                self.template(Named { namespace, kind, name }, |text, spec| {
                    manifest::set_env(text, spec, variables)
                });
            }
            Edit::RestartWorkload { .. } => self.forget_pod(None),
            Edit::GrantIdToken { file, job } => {
                self.workflow(file, |text, root| workflow::grant(text, root, job));
            }
            Edit::SetRoleInput { file, before, after } => {
                self.workflow(file, |text, root| workflow::name_role(text, root, before, after));
                self.ask(before, after);
            }
            Edit::EditFile { file, before, after } => {
                self.put(file, Some(before.clone()), Some(after.clone()));
            }
        }
    }

    fn put(&mut self, name: &str, before: Option<String>, after: Option<String>) {
        match self.changed.iter_mut().find(|change| change.name == name) {
            Some(known) => known.after = after,
            None => self.changed.push(FileChange { name: name.to_owned(), before, after }),
        }
    }

    /// A document as the edits before this one left it.
    fn document(&self, name: &str) -> Option<Document> {
        let (_, original) = self.evidence.documents.named(name)?;
        match self.changed.iter().find(|change| change.name == name) {
            Some(change) => Some(Document::json(name, change.after.as_deref()?)),
            None => Some(original.clone()),
        }
    }

    fn change(&mut self, document: &Document, changes: &[Change]) {
        if let Some(after) = edit::apply(&document.text, changes) {
            self.put(&document.name, Some(document.text.clone()), Some(after));
        }
    }

    fn trust_policy(&mut self, edit: &TrustPolicyEdit) {
        let Some(document) = self.evidence.documents.get(edit.document) else { return };
        let Some(file) = document.name.strip_suffix(DERIVED) else {
            let document = document.clone();
            return self.change(&document, &edit.changes);
        };
        let Some(outer) = self.document(file) else { return };
        let kept = outer.root.as_ref().and_then(|root| {
            root.path(&["Role", "AssumeRolePolicyDocument"]).or_else(|| root.get("AssumeRolePolicyDocument"))
        });
        if let Some(node) = kept {
            let change = Change::new(node.span, edit.after.clone());
            self.change(&outer, &[change]);
        }
    }

    fn provider_list(&mut self, key: &str, after: &[String]) {
        let Some(id) = self.evidence.provider.detail.present().map(|provider| provider.document) else {
            return;
        };
        let Some(document) = self.evidence.documents.get(id).cloned() else { return };
        let Some(root) = document.root.clone() else { return };
        let changes = match root.get(key) {
            Some(node) => list(&document.text, node, after),
            None => edit::insert_member(&document.text, &root, key, &flat(after)),
        };
        self.change(&document, &changes);
    }

    fn create(&mut self, arn: &str, url: &str, audiences: &[String]) {
        let entry = format!("{{{}: {}}}", quoted("Arn"), quoted(arn));
        match self.document("providers.json") {
            Some(document) => {
                let root = document.root.clone();
                let listed = root.as_ref().map(|root| root.get("OpenIDConnectProviderList").unwrap_or(root));
                if let Some(node) = listed {
                    let changes = edit::append(&document.text, node, &entry);
                    self.change(&document, &changes);
                }
            }
            None => {
                let text = format!("{{\"OpenIDConnectProviderList\": [{entry}]}}\n");
                self.put("providers.json", None, Some(text));
            }
        }
        let text = format!(
            "{{\n    \"Url\": {},\n    \"ClientIDList\": {}\n}}\n",
            quoted(url.trim_start_matches("https://")),
            flat(audiences)
        );
        let before = self.document("provider.json").map(|document| document.text);
        self.put("provider.json", before, Some(text));
    }

    fn max_session(&mut self, seconds: i64) {
        let Some(id) = self.evidence.role.role.present().map(|role| role.document) else { return };
        let Some(document) = self.evidence.documents.get(id).cloned() else { return };
        let Some(root) = document.root.clone() else { return };
        let role = root.get("Role").unwrap_or(&root);
        let changes = match role.get("MaxSessionDuration") {
            Some(node) => vec![Change::new(node.span, seconds.to_string())],
            None => edit::insert_member(&document.text, role, "MaxSessionDuration", &seconds.to_string()),
        };
        self.change(&document, &changes);
    }

    fn annotate(&mut self, key: &str, after: Option<&str>) {
        let Some(account) = self.evidence.serviceaccount.account.present() else { return };
        let Some(document) = self.evidence.documents.get(account.document).cloned() else { return };
        let Some(root) = document.root.clone() else { return };
        let (Some(metadata), Some(value)) = (yaml::metadata_of(&root, account.name.at.span), after) else {
            return;
        };
        let changes = yaml::annotate(&document.text, metadata, key, value);
        self.change(&document, &changes);
    }

    fn workflow(&mut self, file: &str, made: impl Fn(&str, &Node) -> workflow::Made) {
        let Some((id, document)) = self.evidence.documents.named(file) else { return };
        let Some(own) = self.evidence.workflows.iter().find(|workflow| workflow.document == id) else {
            return;
        };
        if let Ok(workflow::Granted::By(changes)) = made(&document.text, &own.node) {
            let document = document.clone();
            self.change(&document, &changes);
        }
    }

    /// Parameters that were kept of the request ask for the other role.
    fn ask(&mut self, before: &str, after: &str) {
        let request = self.evidence.caller.request.present();
        let Some(arn) = request.and_then(|request| request.role_arn.as_ref()) else { return };
        let Some(document) = self.evidence.documents.get(arn.at.document).cloned() else { return };
        if arn.value == before && document.root.is_some() {
            self.change(&document, &[Change::new(arn.at.span, quoted(after))]);
        }
    }

    /// The account as a file of its own, and no answer any more that it is not there.
    fn create_account(&mut self, namespace: &str, name: &str, annotations: &BTreeMap<String, String>) {
        let text = manifest::service_account(namespace, name, annotations);
        self.put("serviceaccount.yaml", None, Some(text));
        let said = match &self.evidence.serviceaccount.account {
            Fact::Absent { source: Source::Document(id) } => Some(*id),
            _ => None,
        };
        let lookups = self.evidence.lookups.iter().filter(|one| one.name.starts_with("serviceaccount"));
        let ids: Vec<DocumentId> =
            said.into_iter().chain(lookups.map(|one| one.answer.at.document)).collect();
        ids.into_iter().for_each(|id| self.forget(id));
    }

    /// The template changed where it stands, and the pod that came of the old one left out.
    fn template(&mut self, named: Named<'_>, changes: impl Fn(&str, &Node) -> Option<Vec<Change>>) {
        let workload = self.evidence.pod.workloads.iter().find(|one| named.is(one));
        let Some(template) = workload.map(|workload| &workload.template) else { return };
        self.forget_pod(Some(template.document));
        let Some(document) = self.evidence.documents.get(template.document).cloned() else { return };
        let spec = document.root.as_ref().and_then(|root| manifest::within(root, template.spec_at.span));
        if let Some(changes) = spec.and_then(|spec| changes(&document.text, spec)) {
            self.change(&document, &changes);
        }
    }

    fn forget(&mut self, id: DocumentId) {
        let Some(document) = self.evidence.documents.get(id) else { return };
        let (name, text) = (document.name.clone(), document.text.clone());
        self.put(&name, Some(text), None);
    }

    /// The pod that was read is replaced; which one takes its place is known when it runs. A file that also holds the
    /// template stays.
    fn forget_pod(&mut self, but: Option<DocumentId>) {
        // A template stands for the pods that come of it, and is not replaced.
        let pod = self.evidence.pod.pod.present().filter(|pod| pod.kind == "Pod").map(|pod| pod.document);
        let environment = self.evidence.documents.named("env.txt").map(|(id, _)| id);
        let gone = [pod, environment].into_iter().flatten().filter(|id| Some(*id) != but);
        gone.for_each(|id| self.forget(id));
    }
}

/// A list made to hold exactly `after`, elements that stay untouched.
fn list(text: &str, node: &Node, after: &[String]) -> Vec<Change> {
    let now: Vec<&str> = node.one_or_many().iter().filter_map(Node::as_str).collect();
    match after.split_at_checked(now.len()) {
        Some((same, [one])) if same == now => edit::append(text, node, &quoted(one)),
        _ => vec![Change::new(node.span, flat(after))],
    }
}

fn flat(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}
