//! The evidence as it would be after an edit, and after the attempt is made again.

use std::collections::BTreeMap;

use rolecall_model::document::{At, Document, Located};
use rolecall_model::evidence::attempt::{Attempt, Symptom, TrailEvent};
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::evidence::pod::{Rollout, Workload};
use rolecall_model::evidence::provider::Provider;
use rolecall_model::evidence::role::TrustDocument;
use rolecall_model::evidence::serviceaccount::{Pair, ServiceAccount};
use rolecall_model::evidence::{Evidence, Fact, Unread, UnreadReason};
use rolecall_model::json::Node;
use rolecall_model::span::Span;

use super::edit::{Edit, TrustPolicyEdit};
use super::made_anew::{pod_made_anew, pod_of_template};
use super::permission_policy::managed;
use super::pod_template::{self, Named};
use super::workflow::{granting, naming};
use super::workload::rolls;
use crate::case::Case;

/// The evidence with the edits made. What was seen of the failed attempt is forgotten but for who presented what:
/// the attempt is another one.
#[must_use]
pub fn preview(evidence: &Evidence, edits: &[Edit]) -> Evidence {
    let mut after = evidence.clone();
    after.attempt = forgotten(&evidence.attempt);
    for edit in edits {
        make(&mut after, edit);
    }
    after
}

/// As [`preview`], with the refused calls of the assumed role kept, since it is they that are decided again. What AWS gave
/// as the reason was true before the edits.
#[must_use]
pub fn preview_of_calls(evidence: &Evidence, edits: &[Edit]) -> Evidence {
    let mut after = preview(evidence, edits);
    after.attempt.observations = evidence.attempt.observations.clone();
    for seen in &mut after.attempt.observations {
        if let Symptom::Denied(denial) = &mut seen.symptom {
            denial.reason = None;
        }
    }
    after
}

/// Issuer, subject and audience stay known where CloudTrail or the error alone showed them.
fn forgotten(attempt: &Attempt) -> Attempt {
    let mut events: Vec<TrailEvent> = attempt.events.clone();
    for event in &mut events {
        event.error_code = None;
    }
    if events.is_empty() {
        events.extend(attempt.observations.iter().find_map(|seen| match &seen.symptom {
            Symptom::NoProvider { issuer } if !issuer.is_empty() => {
                Some(witness(Located::new(issuer.trim_start_matches("https://").to_owned(), seen.at)))
            }
            _ => None,
        }));
    }
    Attempt { events, ..Attempt::default() }
}

fn witness(provider: Located<String>) -> TrailEvent {
    TrailEvent {
        name: "AssumeRoleWithWebIdentity".into(),
        at: provider.at,
        provider: Some(provider),
        time: None,
        error_code: None,
        identity_type: None,
        subject: None,
        audience: None,
        role_arn: None,
        session_name: None,
        caller_arn: None,
        region: None,
        source_ip: None,
        user_agent: None,
        host: None,
        vpc_endpoint: None,
    }
}

fn make(evidence: &mut Evidence, edit: &Edit) {
    match edit {
        Edit::SetTrustPolicy(edit) => trust_policy(evidence, edit),
        Edit::SetProviderAudiences { after, .. } => {
            if let Fact::Present { value, .. } = &mut evidence.provider.detail {
                let at = value.client_ids_at.unwrap_or(value.url.at);
                value.client_ids = Some(after.iter().map(|id| Located::new(id.clone(), at)).collect());
            }
        }
        Edit::SetProviderThumbprints { after, .. } => {
            if let Fact::Present { value, .. } = &mut evidence.provider.detail {
                let at = value.url.at;
                value.thumbprints = Some(after.iter().map(|print| Located::new(print.clone(), at)).collect());
            }
        }
        Edit::CreateProvider { provider, url, audiences } => create(evidence, provider, url, audiences),
        Edit::SetMaxSessionDuration { after, .. } => {
            if let Fact::Present { value, .. } = &mut evidence.role.role {
                let at = value.max_session.map_or(value.arn.at, |(_, at)| at);
                value.max_session = Some((*after, at));
            }
        }
        Edit::PutRolePolicy { name, after, .. } => role_policy(evidence, name, after.as_deref()),
        Edit::SetManagedPolicy { policy, after, .. } => managed_policy(evidence, policy, after),
        Edit::AnnotateServiceAccount { key, after, .. } => annotate(evidence, key, after.as_deref()),
        Edit::CreateServiceAccount { namespace, name, annotations } => {
            create_account(evidence, namespace, name, annotations);
        }
        Edit::PatchPodTemplate { namespace, kind, name, after, .. } => {
            pod_template::run_as(evidence, Named { namespace, kind, name }, after.as_deref());
            forget_environment(evidence);
        }
        Edit::SetContainerEnv { namespace, kind, name, variables } => {
            pod_template::set_env(evidence, Named { namespace, kind, name }, variables);
            forget_environment(evidence);
        }
        // What the webhook would make of it, where that can be told; else nothing of the old pod may be taken for the new
        // one.
        Edit::RestartWorkload { .. } => {
            let current = |one: &&Workload| matches!(one.rollout, Rollout::ByKind | Rollout::OnDelete);
            let maker = Case::new(evidence).maker().filter(|one| rolls(&one.template.kind)).filter(current);
            let templated = maker.and_then(|one| pod_of_template(evidence, &one.template));
            match (templated.or_else(|| pod_made_anew(evidence)), &mut evidence.pod.pod) {
                (Some(pod), Fact::Present { value, .. }) => *value = pod,
                (_, fact) => unread(fact, "kubectl get pod -n NAMESPACE POD -o yaml > pod.yaml"),
            }
            forget_environment(evidence);
        }
        Edit::GrantIdToken { file, job } => workflow(evidence, file, |root| granting(root, job)),
        Edit::SetRoleInput { file, before, after } => {
            workflow(evidence, file, |root| naming(root, before, after));
            asking(evidence, before, after);
        }
        Edit::EditFile { .. } => {}
    }
}

/// What was asked with one role will be asked with another.
fn asking(evidence: &mut Evidence, before: &str, after: &str) {
    let caller = &mut evidence.caller;
    let request = match &mut caller.request {
        Fact::Present { value, .. } => value.role_arn.as_mut(),
        _ => None,
    };
    let logged = caller.logged_requests.iter_mut().filter_map(|request| request.role_arn.as_mut());
    let seen = evidence.attempt.events.iter_mut().filter_map(|event| event.role_arn.as_mut());
    for arn in request.into_iter().chain(logged).chain(seen).filter(|arn| arn.value == before) {
        after.clone_into(&mut arn.value);
    }
}

fn forget_environment(evidence: &mut Evidence) {
    unread(&mut evidence.caller.environment, "kubectl exec -n NAMESPACE POD -- env > env.txt");
}

fn workflow(evidence: &mut Evidence, file: &str, change: impl Fn(&Node) -> Node) {
    let Some((id, _)) = evidence.documents.named(file) else { return };
    for workflow in evidence.workflows.iter_mut().filter(|workflow| workflow.document == id) {
        workflow.node = change(&workflow.node);
    }
}

fn unread<T>(fact: &mut Fact<T>, command: &'static str) {
    *fact = Fact::Unread { why: Unread { reason: UnreadReason::NotGiven, command } };
}

fn trust_policy(evidence: &mut Evidence, edit: &TrustPolicyEdit) {
    let document = Document::json("trust policy afterwards", edit.after.clone());
    let Some(node) = document.root.clone() else { return };
    let other = edit.other_role(evidence);
    let id = evidence.documents.add(document);
    let role = match (other, &mut evidence.role.role) {
        (Some(at), _) => evidence.role.others.get_mut(at),
        (None, Fact::Present { value, .. }) => Some(value),
        (None, _) => None,
    };
    if let Some(role) = role {
        role.trust = Some(TrustDocument { document: id, node });
    }
}

fn create(evidence: &mut Evidence, arn: &str, url: &str, audiences: &[String]) {
    let id = evidence.documents.add(Document::plain("provider afterwards", url));
    let at = At::new(id, Span::new(0, url.len()));
    let entry = Located::new(arn.to_owned(), at);
    match &mut evidence.provider.list {
        Fact::Present { value, .. } => value.push(entry),
        list => *list = Fact::read(vec![entry], id),
    }
    let provider = Provider {
        document: id,
        url: Located::new(url.trim_start_matches("https://").to_owned(), at),
        client_ids: Some(audiences.iter().map(|audience| Located::new(audience.clone(), at)).collect()),
        thumbprints: None,
        client_ids_at: None,
        created: None,
    };
    evidence.provider.detail = Fact::read(provider, id);
}

fn create_account(
    evidence: &mut Evidence,
    namespace: &str,
    name: &str,
    annotations: &BTreeMap<String, String>,
) {
    let id = evidence.documents.add(Document::plain("service account afterwards", name));
    let at = At::new(id, Span::new(0, name.len()));
    let text = |text: &str| Located::new(text.to_owned(), at);
    let account = ServiceAccount {
        document: id,
        name: text(name),
        namespace: Some(text(namespace)),
        created: None,
        annotations: annotations
            .iter()
            .map(|(key, value)| Pair { key: text(key), value: text(value) })
            .collect(),
        metadata_at: at,
        annotated: None,
    };
    evidence.serviceaccount.account = Fact::read(account, id);
    evidence.lookups.retain(|lookup| !lookup.name.starts_with("serviceaccount"));
}

/// An inline policy keeps its place among the others; a managed one may have the same name and is another one.
fn role_policy(evidence: &mut Evidence, name: &str, after: Option<&str>) {
    let Fact::Present { value, .. } = &mut evidence.permission.identity else { return };
    let own = |policy: &NamedPolicy| {
        policy.arn.is_none() && policy.name.as_ref().is_some_and(|known| known.value == name)
    };
    let place = value.iter().position(own);
    let Some(text) = after else { return value.retain(|policy| !own(policy)) };
    let document = Document::json(name, text);
    let Some(node) = document.root.clone() else { return };
    let id = evidence.documents.add(document);
    let named = Located::new(name.to_owned(), At::new(id, node.span));
    let policy = NamedPolicy { name: Some(named), arn: None, document: id, node };
    match place.and_then(|at| value.get_mut(at)) {
        Some(known) => *known = policy,
        None => value.push(policy),
    }
}

fn managed_policy(evidence: &mut Evidence, arn: &str, after: &str) {
    let places: Vec<At> =
        managed(evidence, arn).iter().map(|policy| At::new(policy.document, policy.node.span)).collect();
    let document = Document::json(arn, after);
    let Some(node) = document.root.clone() else { return };
    let id = evidence.documents.add(document);
    let permission = &mut evidence.permission;
    for fact in [&mut permission.identity, &mut permission.boundary] {
        let Fact::Present { value, .. } = fact else { continue };
        let stood = |policy: &&mut NamedPolicy| {
            places.iter().any(|at| at.document == policy.document && at.span == policy.node.span)
        };
        for policy in value.iter_mut().filter(stood) {
            (policy.document, policy.node) = (id, node.clone());
        }
    }
}

fn annotate(evidence: &mut Evidence, key: &str, after: Option<&str>) {
    let Fact::Present { value: account, .. } = &mut evidence.serviceaccount.account else { return };
    let at = account.metadata_at;
    account.annotations.retain(|pair| pair.key.value != key);
    if let Some(value) = after {
        account
            .annotations
            .push(Pair { key: Located::new(key.to_owned(), at), value: Located::new(value.to_owned(), at) });
    }
}
