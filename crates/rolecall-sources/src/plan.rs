//! The change that an edit comes to in the sources, or why there is none.

use rolecall_doctor::fix::edit::Edit;
use rolecall_model::evidence::Evidence;
use rolecall_model::json::edit::{Change, apply};
use rolecall_model::span::Span;

use crate::folder::{SourceFile, Sources};
use crate::search::{Declaration, Near, Notation, Place, Reason, Search, Step};
use crate::{cloudformation, kubernetes, terraform, workflow};

/// Why each of several declarations is one.
const DECLARES: &str = "declares it";

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The sources were changed.
    Changed {
        /// What was changed.
        declaration: Declaration,
        /// What the reader should know, a sentence each without a full stop.
        notes: Vec<String>,
    },
    /// The source says so already.
    Stands {
        /// What says so.
        declaration: Declaration,
    },
    /// It is nothing that files declare.
    Live(String),
}

impl Outcome {
    /// The declaration, where there is one.
    pub fn declaration(&self) -> Option<&Declaration> {
        match self {
            Outcome::Changed { declaration, .. } | Outcome::Stands { declaration } => Some(declaration),
            Outcome::Live(_) => None,
        }
    }
}

/// Why the sources were not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was looked for.
    pub wanted: String,
    /// What was found, or why it was not changed.
    pub reason: Reason,
    /// Places that may be meant.
    pub candidates: Vec<Near>,
}

/// Makes an edit in the sources.
///
/// # Errors
/// Where nothing, or more than one thing, declares what the edit changes, or the declaration cannot be changed where it
/// is written. The sources are then as they were.
pub fn make(sources: &mut Sources, evidence: &Evidence, edit: &Edit) -> Result<Outcome, Refusal> {
    if let Edit::RestartWorkload { namespace, kind, name } = edit {
        return Ok(Outcome::Live(format!("the pods of {kind} `{namespace}/{name}` have to be made anew")));
    }
    let (declaration, step, notes) = one(sources, evidence, edit)?;
    let Step::Changes { file, changes, notes: further } = step else {
        return Ok(Outcome::Stands { declaration });
    };
    let before = sources.file(&file).map(|file| file.text.clone()).unwrap_or_default();
    let unsafe_here = |sources: &mut Sources| {
        sources.set(&file, before.clone());
        let why = "the change cannot be made safely in the form in which it is written";
        let reason = Reason { why: why.into(), place: Some(declaration.place.clone()) };
        Refusal { wanted: wanted(edit), reason, candidates: Vec::new() }
    };
    let changes = match declaration.notation {
        Notation::File => changes,
        _ => with_line_ends(&before, changes),
    };
    let Some(after) = apply(&before, &changes) else { return Err(unsafe_here(sources)) };
    sources.set(&file, after);
    // Read again, the source must say what the edit wants.
    match one(sources, evidence, edit) {
        Ok((again, Step::Stands, _)) if again.what == declaration.what => {
            Ok(Outcome::Changed { declaration, notes: notes.into_iter().chain(further).collect() })
        }
        _ => Err(unsafe_here(sources)),
    }
}

/// New lines end as those of the text do.
fn with_line_ends(text: &str, changes: Vec<Change>) -> Vec<Change> {
    if !text.contains("\r\n") {
        return changes;
    }
    let ended = |change: Change| {
        let text = change.text.replace("\r\n", "\n").replace('\n', "\r\n");
        Change { text, ..change }
    };
    changes.into_iter().map(ended).collect()
}

/// The one declaration that is meant.
fn one(
    sources: &Sources,
    evidence: &Evidence,
    edit: &Edit,
) -> Result<(Declaration, Step, Option<String>), Refusal> {
    let mut search = Search::default();
    terraform::search(sources, edit, &mut search);
    cloudformation::search(sources, edit, &mut search);
    kubernetes::search(sources, edit, &mut search);
    workflow::search(sources, evidence, edit, &mut search);
    file(sources, edit, &mut search);
    let refusal =
        |reason: Reason, candidates: Vec<Near>| Refusal { wanted: wanted(edit), reason, candidates };
    if search.found.len() > 1 {
        let why = format!("{} places declare it", search.found.len());
        let both = search.found.into_iter().map(|found| Near {
            what: found.declaration.what,
            place: found.declaration.place,
            why: DECLARES.into(),
        });
        return Err(refusal(Reason { why, place: None }, both.collect()));
    }
    let Some(found) = search.found.pop() else {
        let why = missing(sources, edit, &search.near);
        return Err(refusal(Reason { why, place: None }, search.near));
    };
    match found.step {
        Ok(step) => Ok((found.declaration, step, found.note)),
        Err(reason) => Err(refusal(reason, search.near)),
    }
}

/// A file that the evidence shows whole.
fn file(sources: &Sources, edit: &Edit, search: &mut Search) {
    let Edit::EditFile { file: name, before, after } = edit else { return };
    let named = |file: &&SourceFile| file.name == *name || file.name.ends_with(&format!("/{name}"));
    for file in sources.files.iter().filter(named) {
        let span = Span::new(0, file.text.len());
        let step = match &file.text {
            text if text == after => Ok(Step::Stands),
            text if text == before => Ok(Step::Changes {
                file: file.name.clone(),
                changes: vec![Change::new(span, after.clone())],
                notes: Vec::new(),
            }),
            _ => Err(Reason::at(file, span, "it is not as the evidence shows it")),
        };
        search.take(Notation::File, format!("`{}`", file.name), Place::of(file, span), None, step);
    }
}

fn missing(sources: &Sources, edit: &Edit, near: &[Near]) -> String {
    let files = sources.files.len();
    let looked =
        format!("{files} {} below `{}`", if files == 1 { "file" } else { "files" }, sources.root.display());
    let unread = match sources.unread.len() {
        0 => String::new(),
        count => format!(", beside {count} that were not read"),
    };
    match (edit, near.is_empty()) {
        (Edit::CreateProvider { .. } | Edit::CreateServiceAccount { .. }, true) => {
            format!(
                "none of {looked} declares it{unread}; where a new one belongs is not for rolecall to decide"
            )
        }
        (_, true) => format!("none of {looked} declares it{unread}"),
        (_, false) => format!("none of {looked} declares it for certain{unread}"),
    }
}

/// What is looked for, in words.
fn wanted(edit: &Edit) -> String {
    let role = |name: &str| {
        format!("a role named `{name}` (`aws_iam_role` of Terraform, `AWS::IAM::Role` of CloudFormation)")
    };
    let provider = |arn: &str| {
        format!(
            "a provider for `{}` (`aws_iam_openid_connect_provider` of Terraform, `AWS::IAM::OIDCProvider` of CloudFormation)",
            terraform::provider_name(arn)
        )
    };
    match edit {
        Edit::SetTrustPolicy(edit) => role(&edit.role),
        Edit::SetMaxSessionDuration { role: name, .. } | Edit::PutRolePolicy { role: name, .. } => role(name),
        Edit::SetProviderAudiences { provider: arn, .. }
        | Edit::SetProviderThumbprints { provider: arn, .. }
        | Edit::CreateProvider { provider: arn, .. } => provider(arn),
        Edit::SetManagedPolicy { policy: arn, .. } => format!(
            "a policy named `{}` (`aws_iam_policy` of Terraform, `AWS::IAM::ManagedPolicy` of CloudFormation)",
            terraform::policy_name(arn)
        ),
        Edit::CreateServiceAccount { namespace, name, .. } => {
            format!("a service account `{name}` in namespace `{namespace}` (`ServiceAccount` of Kubernetes)")
        }
        Edit::AnnotateServiceAccount { namespace, name, .. } => format!(
            "a service account `{name}` in namespace `{namespace}` (`ServiceAccount` of Kubernetes, `kubernetes_service_account` of Terraform)"
        ),
        Edit::PatchPodTemplate { namespace, kind, name, .. }
        | Edit::SetContainerEnv { namespace, kind, name, .. }
        | Edit::RestartWorkload { namespace, kind, name } => {
            format!("a {kind} `{name}` in namespace `{namespace}`")
        }
        Edit::GrantIdToken { file, job } => {
            format!(
                "the workflow that the evidence shows as `{file}`, with job `{job}`, in `.github/workflows`"
            )
        }
        Edit::SetRoleInput { file, .. } => {
            format!("the workflow that the evidence shows as `{file}`, in `.github/workflows`")
        }
        Edit::EditFile { file, .. } => format!("the file `{file}`"),
    }
}

impl Refusal {
    /// Whether more than one place declares it: a narrower folder may hold one of them alone.
    pub fn is_ambiguous(&self) -> bool {
        self.candidates.iter().filter(|near| near.why == DECLARES).count() > 1
    }
}
