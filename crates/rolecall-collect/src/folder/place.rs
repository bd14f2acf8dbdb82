//! THE TABLE of files: which name goes to which reader.

use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::evidence::{Evidence, Fact, Skipped, UnreadReason};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

use super::{
    asked, cut, failed_lookup, issuer, kubernetes, permission, provider, recognised, role, template,
    terraform, token, workflow,
};
use crate::{cloudtrail, debug_log, environment, error_text, redact, request, yaml};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Role,
    OtherRole,
    Roles,
    Template,
    TrustDraft,
    Providers,
    Provider,
    Identity,
    Scp,
    Rcp,
    Boundary,
    Session,
    Resource,
    VpcEndpoint,
    Cluster,
    ClusterDiscovery,
    ClusterJwks,
    Service,
    Regions,
    Association,
    IdentityPool,
    Manifest,
    Described,
    Token,
    Claims,
    Header,
    Jwks,
    Discovery,
    Chain,
    Environment,
    Request,
    Error,
    Log,
    Output,
    Trail,
    Workflow,
    Now,
}

/// Names, in lower case; docs/evidence-folder.md tells people.
const TABLE: [(&str, Place); 68] = [
    ("role.json", Place::Role),
    ("trust.json", Place::Role),
    ("trust-policy.json", Place::Role),
    ("role-2.json", Place::OtherRole),
    ("role-3.json", Place::OtherRole),
    ("chained-role.json", Place::OtherRole),
    ("target-role.json", Place::OtherRole),
    ("roles.json", Place::Roles),
    ("template.json", Place::Template),
    ("trust-new.json", Place::TrustDraft),
    ("new-trust.json", Place::TrustDraft),
    ("providers.json", Place::Providers),
    ("provider.json", Place::Provider),
    ("identity-policies.json", Place::Identity),
    ("policies.json", Place::Identity),
    ("policy.json", Place::Identity),
    ("scp.json", Place::Scp),
    ("rcp.json", Place::Rcp),
    ("boundary.json", Place::Boundary),
    ("session-policy.json", Place::Session),
    ("resource-policy.json", Place::Resource),
    ("bucket-policy.json", Place::Resource),
    ("key-policy.json", Place::Resource),
    ("vpc-endpoint-policy.json", Place::VpcEndpoint),
    ("vpce.json", Place::VpcEndpoint),
    ("vpc-endpoint.json", Place::VpcEndpoint),
    ("endpoint-policy.json", Place::VpcEndpoint),
    ("cluster.json", Place::Cluster),
    ("cluster-discovery.json", Place::ClusterDiscovery),
    ("cluster-jwks.json", Place::ClusterJwks),
    ("service.json", Place::Service),
    ("regions.json", Place::Regions),
    ("association.json", Place::Association),
    ("associations.json", Place::Association),
    ("identity-pool.json", Place::IdentityPool),
    ("serviceaccount.yaml", Place::Manifest),
    ("pod.yaml", Place::Manifest),
    ("deployment.yaml", Place::Manifest),
    ("manifest.yaml", Place::Manifest),
    ("namespace.yaml", Place::Manifest),
    ("webhook.yaml", Place::Manifest),
    ("webhook-pod.yaml", Place::Manifest),
    ("networkpolicy.yaml", Place::Manifest),
    ("describe.txt", Place::Described),
    ("token.txt", Place::Token),
    ("token.claims.json", Place::Claims),
    ("token.header.json", Place::Header),
    ("jwks.json", Place::Jwks),
    ("discovery.json", Place::Discovery),
    ("chain.txt", Place::Chain),
    ("certs.txt", Place::Chain),
    ("env.txt", Place::Environment),
    ("env.json", Place::Environment),
    ("request.json", Place::Request),
    ("error.txt", Place::Error),
    ("error.json", Place::Error),
    ("debug.log", Place::Log),
    ("app.log", Place::Log),
    ("events.txt", Place::Log),
    ("output.txt", Place::Output),
    ("caller-identity.json", Place::Output),
    ("cloudtrail.json", Place::Trail),
    ("workflow.yaml", Place::Workflow),
    ("called-workflow.yaml", Place::Workflow),
    (".gitlab-ci.yml", Place::Workflow),
    ("bitbucket-pipelines.yml", Place::Workflow),
    ("azure-pipelines.yml", Place::Workflow),
    ("now.txt", Place::Now),
];

pub(super) fn place_of(name: &str) -> Option<Place> {
    let folded = name.to_ascii_lowercase();
    let alike = |known: &str| {
        known == folded
            || known.strip_suffix(".yaml").is_some_and(|stem| {
                folded == format!("{stem}.yml")
                    || folded == format!("{stem}.json") && known.contains("service")
            })
    };
    TABLE.iter().find(|(known, _)| alike(known)).map(|(_, place)| *place)
}

/// Whether a name means something.
pub(super) fn is_known(name: &str) -> bool {
    place_of(name).is_some()
}

/// Whether a file is a log, of which ends are worth reading where the whole is too long.
pub(super) fn is_log(name: &str) -> bool {
    matches!(place_of(name), Some(Place::Log | Place::Error | Place::Output))
}

/// Puts a file into its place.
pub(super) fn file(evidence: &mut Evidence, name: &str, text: &str) {
    let lower = name.to_ascii_lowercase();
    if let Some(stem) = lower.strip_suffix(".error") {
        failed_lookup::take(evidence, name, stem, text);
        return;
    }
    let yaml = lower.ends_with(".yaml") || lower.ends_with(".yml");
    let known = place_of(name).filter(|place| *place != Place::Identity || !recognised::is_trust(text));
    match known.or_else(|| recognised::place(evidence, name, text).filter(|_| !yaml)) {
        Some(Place::Token) => token::raw(evidence, name, text),
        Some(place) if is_text(place) => plain(evidence, name, place, text),
        Some(Place::Manifest | Place::Workflow) => yaml_file(evidence, name, text),
        Some(Place::Described) => described(evidence, name, text),
        Some(place) => json_file(evidence, name, place, text),
        None if yaml => yaml_file(evidence, name, text),
        None => {
            let text = redact(text);
            evidence.documents.add(Document::plain(name, text.clone()));
            if !(terraform::is_one(&lower, &text) && terraform::take(evidence, name, &text)) {
                evidence.unknown_files.push(name.to_owned());
            }
        }
    }
}

/// `kubectl describe`; what it tells of events is read as a log is.
fn described(evidence: &mut Evidence, name: &str, text: &str) {
    let text = redact(text);
    let id = evidence.documents.add(Document::plain(name, text.clone()));
    if !kubernetes::describe::take(evidence, id, &text) {
        evidence.unknown_files.push(name.to_owned());
    }
    log(evidence, id, &text, false);
}

/// A file that is no text.
pub(super) fn illegible(evidence: &mut Evidence, name: &str, why: String) {
    if let Some(place) = place_of(name) {
        broken(evidence, place, &why);
    }
    evidence.skipped.push(Skipped { name: name.to_owned(), why });
}

/// Whether no role has been read yet.
pub(super) fn is_vacant_for_role(evidence: &Evidence) -> bool {
    evidence.role.role.is_unread()
}

fn is_text(place: Place) -> bool {
    matches!(place, Place::Chain | Place::Error | Place::Log | Place::Output | Place::Now)
        || place == Place::Environment
}

fn plain(evidence: &mut Evidence, name: &str, place: Place, text: &str) {
    let text = redact(text);
    let json = text.trim_start().starts_with('{') && place == Place::Environment;
    let document =
        if json { Document::json(name, text.clone()) } else { Document::plain(name, text.clone()) };
    let root = document.root.clone();
    let id = evidence.documents.add(document);
    match place {
        Place::Now => match Instant::parse(&text) {
            Some(now) => evidence.now = Fact::read(now, id),
            None => evidence.skipped.push(Skipped {
                name: name.into(),
                why: "it holds no instant such as 2025-06-01T12:00:00Z".into(),
            }),
        },
        Place::Environment => {
            let variables = root
                .as_ref()
                .map_or_else(|| environment::lines(id, &text), |node| environment::object(id, node));
            evidence.caller.environment = Fact::read(variables, id);
        }
        Place::Chain => issuer::chains(evidence, id, &text),
        _ => log(evidence, id, &text, place == Place::Error),
    }
}

/// Everything that an error text or a log tells.
pub(crate) fn log(evidence: &mut Evidence, id: DocumentId, text: &str, headline: bool) {
    evidence.attempt.texts.push(id);
    evidence.attempt.observations.extend(error_text::observe(id, text, headline));
    evidence.attempt.identities.extend(debug_log::identities(id, text));
    evidence.caller.logged_requests.extend(debug_log::requests(id, text));
    evidence.issuer.fetch_failures.extend(debug_log::fetch_failures(id, text));
}

fn json_file(evidence: &mut Evidence, name: &str, place: Place, text: &str) {
    let document = Document::json(name, redact(text));
    let mut root = document.root.clone();
    let ended = root.as_mut().is_some_and(|root| cut::prune(root, &document.text));
    let root = root.filter(|_| !(ended && counts_whole(place)));
    let flaw = flaw(&document, root.is_some());
    let id = evidence.documents.add(document);
    if let Some(why) = flaw {
        if root.is_none() || ended {
            broken(evidence, place, &why);
        }
        evidence.skipped.push(Skipped { name: name.into(), why });
    }
    if let Some(root) = root {
        json_place(evidence, place, id, &root);
    }
}

/// Whether a part says nothing: what a list or a set of policies lacks would seem to be absent.
fn counts_whole(place: Place) -> bool {
    matches!(
        place,
        Place::Roles
            | Place::Providers
            | Place::Identity
            | Place::Boundary
            | Place::Session
            | Place::Resource
            | Place::VpcEndpoint
            | Place::Scp
            | Place::Rcp
            | Place::Regions
            | Place::Association
            | Place::Jwks
            | Place::ClusterJwks
            | Place::Discovery
    )
}

fn json_place(evidence: &mut Evidence, place: Place, id: DocumentId, root: &Node) {
    let object = || JsonObject { document: id, node: root.clone() };
    match place {
        Place::Role => role::main(evidence, id, root),
        Place::OtherRole => role::other(evidence, id, root),
        Place::Roles => role::list(evidence, id, root),
        Place::Template => {
            let name = evidence.documents.get(id).map(|document| document.name.clone()).unwrap_or_default();
            template::resources(evidence, id, &name, root);
        }
        Place::TrustDraft => role::draft(evidence, id, root),
        Place::Providers => provider::list(evidence, id, root),
        Place::Provider => provider::detail(evidence, id, root),
        Place::Identity => evidence.permission.identity = permission::policies(id, root),
        Place::Boundary => evidence.permission.boundary = permission::policies(id, root),
        Place::Session => evidence.permission.session = permission::policies(id, root),
        Place::Resource => evidence.permission.resource = permission::policies(id, root),
        Place::VpcEndpoint => evidence.permission.vpc_endpoint = permission::policies(id, root),
        Place::Scp => evidence.permission.scp = permission::levels(id, root),
        Place::Rcp => evidence.permission.rcp = permission::levels(id, root),
        Place::Cluster => issuer::cluster(evidence, id, root),
        Place::ClusterDiscovery => issuer::cluster_discovery(evidence, id, root),
        Place::ClusterJwks => evidence.issuer.cluster_jwks = Fact::read(object(), id),
        Place::Service => issuer::service(evidence, id, root),
        Place::Regions => provider::regions(evidence, id, root),
        Place::Association => kubernetes::associations(evidence, id, root),
        Place::IdentityPool => kubernetes::identity_pool(evidence, id, root),
        Place::Claims => evidence.token.claims = Fact::read(object(), id),
        Place::Header => evidence.token.header = Fact::read(object(), id),
        Place::Jwks => evidence.issuer.jwks = Fact::read(object(), id),
        Place::Discovery => evidence.issuer.discovery = Fact::read(object(), id),
        Place::Request => evidence.caller.request = Fact::read(request::object(id, root), id),
        Place::Trail => {
            let trail = cloudtrail::read(&mut evidence.documents, id);
            evidence.attempt.events.extend(trail.events);
            evidence.attempt.observations.extend(trail.denials);
        }
        _ => {}
    }
}

fn yaml_file(evidence: &mut Evidence, name: &str, text: &str) {
    let text = redact(text);
    let (nodes, flaws) = yaml::parse(&text);
    let mut document = Document::plain(name, text);
    document.root = nodes.first().cloned();
    document.flaws = flaws;
    let flaw = flaw(&document, document.root.is_some());
    let id = evidence.documents.add(document);
    let known = place_of(name);
    if let (true, Some(why), Some(place)) = (nodes.is_empty(), &flaw, known) {
        broken(evidence, place, why);
    }
    evidence.skipped.extend(flaw.map(|why| Skipped { name: name.into(), why }));
    let mut taken = false;
    for node in &nodes {
        taken |= kubernetes::manifest(evidence, id, name, node);
    }
    taken |= workflow::definition(evidence, id, name, nodes.first());
    taken = taken || nodes.iter().any(|node| template::yaml(evidence, id, name, node));
    if !taken && known.is_none() {
        evidence.unknown_files.push(name.to_owned());
    }
}

/// The first structural flaw of a document, with its line and column.
fn flaw(document: &Document, used: bool) -> Option<String> {
    let flaw = document.flaws.iter().find(|flaw| flaw.is_syntax())?;
    let position = document.position(flaw.span.start);
    let used = if used { "; what stands before it was used" } else { "" };
    Some(format!("line {}, column {}: {}{used}", position.line, position.column, flaw.message))
}

/// A file that was there and is not legible: its fact is unread, and says why.
fn broken(evidence: &mut Evidence, place: Place, why: &str) {
    fn mark<T>(fact: &mut Fact<T>, why: &str) {
        if let Fact::Unread { why: unread } = fact {
            unread.reason = UnreadReason::Broken(why.to_owned());
        }
    }
    match place {
        Place::Role => mark(&mut evidence.role.role, why),
        Place::Providers => mark(&mut evidence.provider.list, why),
        Place::Provider => mark(&mut evidence.provider.detail, why),
        Place::Claims | Place::Token => mark(&mut evidence.token.claims, why),
        Place::Header => mark(&mut evidence.token.header, why),
        Place::Jwks => mark(&mut evidence.issuer.jwks, why),
        Place::Discovery => mark(&mut evidence.issuer.discovery, why),
        Place::Cluster => mark(&mut evidence.issuer.cluster, why),
        Place::Identity => mark(&mut evidence.permission.identity, why),
        Place::Rcp => mark(&mut evidence.permission.rcp, why),
        Place::Environment => mark(&mut evidence.caller.environment, why),
        Place::Manifest => {
            mark(&mut evidence.serviceaccount.account, why);
            mark(&mut evidence.pod.pod, why);
        }
        _ => {}
    }
}

/// What follows from all files together: which of several service accounts is the pod's own, and the instant of
/// judgement, where `now.txt` does not give it.
pub(crate) fn finish(evidence: &mut Evidence) {
    token::shown_in_logs(evidence);
    kubernetes::pair(evidence);
    asked::pick(evidence);
    if evidence.now.present().is_some() {
        return;
    }
    let said = evidence.attempt.observations.iter().filter_map(|seen| match seen.symptom {
        rolecall_model::evidence::attempt::Symptom::TokenExpired { now: Some(now), .. } => {
            Some((Instant(now), seen.at.document))
        }
        _ => seen.time.map(|time| (time, seen.at.document)),
    });
    let trail = evidence.attempt.events.iter().filter_map(|event| Some((event.time?, event.at.document)));
    if let Some((now, id)) = said.chain(trail).max_by_key(|(time, _)| *time) {
        evidence.now = Fact::read(now, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_written_down() {
        let page = include_str!("../../../../docs/evidence-folder.md");
        for (name, _) in TABLE {
            assert!(page.contains(&format!("`{name}`")), "docs/evidence-folder.md does not tell of {name}");
        }
    }
}
