//! What the caller presents, from the nearest witness: token, CloudTrail, error text, or what the cluster would put
//! into the token of this service account.

use rolecall_engine::issuers;
use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::attempt::{Symptom, TrailEvent};

use rolecall_policy::document::Policy;

use super::posted;
use crate::case::{Presented, Via};
use crate::pipeline::subject as pipeline;

/// Issuer, subject and audience.
#[derive(Clone, Debug, Default)]
pub struct PresentedToken {
    /// `iss`, with its scheme.
    pub issuer: Option<Presented>,
    /// `sub`
    pub subject: Option<Presented>,
    /// `azp` where the token has one, else `aud` where it is one value.
    pub audience: Option<Presented>,
}

pub(super) fn presented(evidence: &Evidence) -> PresentedToken {
    let event = refused_event(evidence);
    PresentedToken {
        issuer: issuer(evidence, event),
        subject: subject(evidence, event),
        audience: audience(evidence, event),
    }
}

fn refused_event(evidence: &Evidence) -> Option<&TrailEvent> {
    let web = |event: &&TrailEvent| event.name == "AssumeRoleWithWebIdentity";
    let events = || evidence.attempt.events.iter().filter(web);
    events().rfind(|event| event.error_code.is_some()).or_else(|| events().next_back())
}

fn via(via: Via) -> impl Fn(Text) -> Presented {
    move |text| Presented { text, via }
}

fn claim(evidence: &Evidence, name: &str) -> Option<Text> {
    evidence.token.claims.present()?.text(name)
}

fn issuer(evidence: &Evidence, event: Option<&TrailEvent>) -> Option<Presented> {
    if let Some(text) = claim(evidence, "iss") {
        return Some(Presented { text, via: Via::Token });
    }
    let named = event.and_then(|event| event.provider.clone()).map(|provider| {
        let bare =
            provider.value.split_once(":oidc-provider/").map_or(provider.value.as_str(), |(_, name)| name);
        Located::new(format!("https://{bare}"), provider.at)
    });
    if let Some(text) = named {
        return Some(Presented { text, via: Via::Trail });
    }
    let printed = evidence.attempt.observations.iter().find_map(|seen| match &seen.symptom {
        Symptom::NoProvider { issuer } if !issuer.is_empty() => Some(Located::new(issuer.clone(), seen.at)),
        _ => None,
    });
    let cluster = || evidence.issuer.cluster.present()?.issuer.clone().map(via(Via::Predicted));
    printed
        .map(via(Via::Error))
        .or_else(cluster)
        .or_else(|| trusted_issuer(evidence).map(via(Via::Predicted)))
        .or_else(|| pipeline::expected(evidence).map(|expected| expected.issuer).map(via(Via::Predicted)))
        .or_else(|| posted::issuer(evidence).map(via(Via::Predicted)))
}

/// Where nothing names the issuer of a service account's token, the one provider that the trust policy names is taken
/// to be its cluster's: enough to hold the subject against the policy, never enough to be certain.
fn trusted_issuer(evidence: &Evidence) -> Option<Text> {
    predicted_subject(evidence)?;
    let trust = evidence.role.role.present()?.trust.as_ref()?;
    let policy = Policy::from_node(&trust.node);
    let entries = policy
        .statements
        .iter()
        .flat_map(|statement| &statement.principal)
        .flat_map(|principal| &principal.entries);
    let mut names = entries.filter_map(|entry| {
        let (_, name) = entry.value.text.split_once(":oidc-provider/")?;
        let clusterly = !name.is_empty() && !issuers::known(name, None).is_github();
        clusterly.then(|| Located::new(format!("https://{name}"), At::new(trust.document, entry.value.span)))
    });
    let first = names.next()?;
    names.all(|other| other.value == first.value).then_some(first)
}

fn subject(evidence: &Evidence, event: Option<&TrailEvent>) -> Option<Presented> {
    if let Some(text) = claim(evidence, "sub") {
        return Some(Presented { text, via: Via::Token });
    }
    if let Some(text) = event.and_then(|event| event.subject.clone()) {
        return Some(Presented { text, via: Via::Trail });
    }
    predicted_subject(evidence)
        .or_else(|| pipeline::expected(evidence).map(|expected| expected.subject))
        .map(via(Via::Predicted))
}

/// The API server writes `system:serviceaccount:NAMESPACE:NAME` (Kubernetes, "Managing Service Accounts").
fn predicted_subject(evidence: &Evidence) -> Option<Text> {
    let account = evidence.serviceaccount.account.present();
    if let Some(pod) = evidence.pod.pod.present() {
        let namespace = pod.namespace.as_ref().or(account.and_then(|account| account.namespace.as_ref()))?;
        let (name, at) = match &pod.service_account {
            Some(name) => (name.value.as_str(), name.at),
            None => ("default", pod.spec_at),
        };
        return Some(Located::new(format!("system:serviceaccount:{}:{name}", namespace.value), at));
    }
    let account = account?;
    let namespace = account.namespace.as_ref()?;
    let subject = format!("system:serviceaccount:{}:{}", namespace.value, account.name.value);
    Some(Located::new(subject, account.name.at))
}

fn audience(evidence: &Evidence, event: Option<&TrailEvent>) -> Option<Presented> {
    if let Some(claims) = evidence.token.claims.present() {
        if let Some(text) = claims.text("azp") {
            return Some(Presented { text, via: Via::Token });
        }
        if let [text] = claims.texts("aud").as_slice() {
            return Some(Presented { text: text.clone(), via: Via::Token });
        }
        return None;
    }
    if let Some(text) = event.and_then(|event| event.audience.clone()) {
        return Some(Presented { text, via: Via::Trail });
    }
    projected_audience(evidence).or_else(|| pipeline::expected(evidence)?.audience).map(via(Via::Predicted))
}

fn projected_audience(evidence: &Evidence) -> Option<Text> {
    let pod = evidence.pod.pod.present()?;
    let injected = pod.volumes.iter().filter(|volume| volume.name.value == "aws-iam-token");
    injected.flat_map(|volume| &volume.tokens).find_map(|token| token.audience.clone())
}
