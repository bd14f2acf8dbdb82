//! Events of CloudTrail: a single event, `{"Records": […]}`, or the output of `aws cloudtrail lookup-events`.
//!
//! Fields: CloudTrail User Guide, "CloudTrail record contents"; shapes of STS events: reference cloudtrail.md §3.

use rolecall_model::document::{At, Document, DocumentId, Documents, Located, Text};
use rolecall_model::evidence::attempt::{Denial, Observation, Symptom, TrailEvent};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

use crate::error_text;

/// More events than this in one file are not read: the newest of them are what matters.
const MAX_EVENTS: usize = 10_000;

/// What a document of CloudTrail holds, oldest first where events carry times.
#[derive(Default)]
pub(crate) struct Trail {
    /// Events of STS, and calls of other services that were refused.
    pub events: Vec<TrailEvent>,
    /// What those refusals say, as an error text would.
    pub denials: Vec<Observation>,
}

/// Reads `lookup-events`, a log file (`Records`), one event, or a list of them.
pub(crate) fn read(documents: &mut Documents, id: DocumentId) -> Trail {
    let Some(root) = documents.get(id).and_then(|document| document.root.clone()) else {
        return Trail::default();
    };
    let mut found = Vec::new();
    if let Some(listed) = root.get("Events") {
        for (index, entry) in listed.elements().iter().take(MAX_EVENTS).enumerate() {
            // lookup-events prints each event as JSON text inside JSON: it becomes a document of its own.
            let Some(text) = entry.get("CloudTrailEvent").and_then(Node::as_str) else { continue };
            let name = documents.get(id).map(|document| document.name.clone()).unwrap_or_default();
            let inner = documents.add(Document::json(format!("{name} (event {})", index + 1), text));
            let node = documents.get(inner).and_then(|document| document.root.clone());
            found.extend(node.and_then(|node| event(inner, &node)));
        }
    } else {
        let listed = root.get("Records").map_or_else(|| root.one_or_many(), Node::elements);
        found.extend(listed.iter().take(MAX_EVENTS).filter_map(|node| event(id, node)));
    }
    found.sort_by_key(|(event, _)| event.time.map_or(i64::MIN, |time| time.0));
    let mut trail = Trail::default();
    for (event, denial) in found {
        trail.events.push(event);
        trail.denials.extend(denial);
    }
    trail
}

fn event(document: DocumentId, node: &Node) -> Option<(TrailEvent, Option<Observation>)> {
    let source = node.get("eventSource")?.as_str()?;
    let event = fields(document, node)?;
    if source == "sts.amazonaws.com" {
        return Some((event, None));
    }
    let refused = event.error_code.as_ref().filter(|code| is_refusal(&code.value))?;
    let principal = event.caller_arn.as_ref()?.value.clone();
    let message = node.get("errorMessage").and_then(Node::as_str).unwrap_or_default();
    // A message that names caller, action and reason says more than the fields of the event.
    let told = error_text::observe(document, message, false).into_iter().next();
    let symptom = told.map(|seen| seen.symptom).unwrap_or_else(|| {
        let service = source.split('.').next().unwrap_or_default();
        let resource = node.path(&["resources"]).map(Node::elements).unwrap_or_default();
        let resource = resource.first().and_then(|one| one.get("ARN")?.as_str()).map(str::to_owned);
        Symptom::Denied(Denial {
            principal,
            action: format!("{service}:{}", event.name),
            resource,
            reason: None,
        })
    });
    let seen = Observation { symptom, at: refused.at, time: event.time, headline: false };
    Some((event, Some(seen)))
}

fn is_refusal(code: &str) -> bool {
    ["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedAccess"]
        .iter()
        .any(|words| code.contains(words))
}

fn fields(document: DocumentId, node: &Node) -> Option<TrailEvent> {
    let text = |keys: &[&str]| -> Option<Text> {
        let node = node.path(keys)?;
        Some(Located::new(node.as_str()?.to_owned(), At::new(document, node.span)))
    };
    let plain = |keys: &[&str]| text(keys).map(|text| text.value);
    let subject = text(&["userIdentity", "userName"]);
    let provider = text(&["userIdentity", "identityProvider"]);
    let audience = text(&["userIdentity", "principalId"])
        .and_then(|id| audience(&id, provider.as_ref()?, subject.as_ref()?));
    Some(TrailEvent {
        name: plain(&["eventName"])?,
        time: plain(&["eventTime"]).and_then(|time| Instant::parse(&time)),
        error_code: text(&["errorCode"]),
        identity_type: plain(&["userIdentity", "type"]),
        audience,
        subject,
        provider,
        role_arn: text(&["requestParameters", "roleArn"]),
        session_name: text(&["requestParameters", "roleSessionName"]),
        caller_arn: text(&["userIdentity", "arn"]),
        region: plain(&["awsRegion"]),
        source_ip: plain(&["sourceIPAddress"]),
        user_agent: text(&["userAgent"]),
        host: text(&["tlsDetails", "clientProvidedHostHeader"]),
        vpc_endpoint: plain(&["vpcEndpointId"]),
        at: At::new(document, node.span),
    })
}

/// `PROVIDER:AUDIENCE:SUBJECT`, colons in all of them: cut by the two that are known.
fn audience(principal: &Text, provider: &Text, subject: &Text) -> Option<Text> {
    let rest = principal.value.strip_prefix(&provider.value)?.strip_prefix(':')?;
    let audience = rest.strip_suffix(&subject.value)?.strip_suffix(':')?;
    Some(Located::new(audience.to_owned(), principal.at))
}
