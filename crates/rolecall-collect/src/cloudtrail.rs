//! Events of CloudTrail: a single event, `{"Records": […]}`, or the output of `aws cloudtrail lookup-events`.
//!
//! Fields: CloudTrail User Guide, "CloudTrail record contents"; shapes of STS events: reference cloudtrail.md §3.

use rolecall_model::document::{At, Document, DocumentId, Documents, Located, Text};
use rolecall_model::evidence::attempt::TrailEvent;
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

/// More events than this in one file are not read: the newest of them are what matters.
const MAX_EVENTS: usize = 10_000;

/// Every event of STS in the document, oldest first where they carry times.
pub(crate) fn events(documents: &mut Documents, id: DocumentId) -> Vec<TrailEvent> {
    let Some(root) = documents.get(id).and_then(|document| document.root.clone()) else { return Vec::new() };
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
    } else if let Some(records) = root.get("Records") {
        found.extend(records.elements().iter().take(MAX_EVENTS).filter_map(|node| event(id, node)));
    } else {
        found.extend(root.one_or_many().iter().take(MAX_EVENTS).filter_map(|node| event(id, node)));
    }
    found.sort_by_key(|event| event.time.map_or(i64::MIN, |time| time.0));
    found
}

fn event(document: DocumentId, node: &Node) -> Option<TrailEvent> {
    let text = |keys: &[&str]| -> Option<Text> {
        let node = node.path(keys)?;
        Some(Located::new(node.as_str()?.to_owned(), At::new(document, node.span)))
    };
    let plain = |keys: &[&str]| text(keys).map(|text| text.value);
    let source = plain(&["eventSource"])?;
    if source != "sts.amazonaws.com" {
        return None;
    }
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
