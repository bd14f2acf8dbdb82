//! CloudTrail: the newest attempts of this caller to assume the role.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_smithy_types::DateTime;
use rolecall_model::json::{self, Node};
use serde_json::{Value, json};

use super::client::Aws;
use super::failure::refusal;
use super::json::{date, maybe, object, printed};
use crate::refusal::Refusal;

/// What to look for.
pub(crate) struct Wanted<'w> {
    /// The role's ARN.
    pub role: &'w str,
    /// The token's subject, where it is known: others that fail at the same role are not this caller.
    pub subject: Option<&'w str>,
    /// How far back.
    pub within: Duration,
    /// Region of the STS endpoint that the caller uses.
    pub region: Option<&'w str>,
}

/// `aws cloudtrail lookup-events` for the role: attempts of this caller that came after its last success. None where there
/// are none: CloudTrail is minutes late, and does not note every refusal.
pub(crate) async fn events(aws: &Aws, wanted: &Wanted<'_>) -> Result<Option<String>, Refusal> {
    let attribute = LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::ResourceName)
        .attribute_value(wanted.role)
        .build()
        .map_err(|error| Refusal::new(crate::refusal::RefusalKind::Other, error.to_string()))?;
    let since = SystemTime::now().checked_sub(wanted.within).unwrap_or(SystemTime::UNIX_EPOCH);
    let request = aws.trail_of(wanted.region).lookup_events().lookup_attributes(attribute);
    let answer = request.start_time(DateTime::from(since)).max_results(50).send().await;
    let answer = answer.map_err(|error| refusal("LookupEvents", &error))?;
    let mut kept = Vec::new();
    // The newest come first; what was refused before the last success is history.
    for event in answer.events() {
        let Some(record) = event.cloud_trail_event().and_then(|text| json::parse(text).root) else {
            continue;
        };
        if !concerns(&record, wanted.subject) {
            continue;
        }
        let failed = record.get("errorCode").is_some();
        kept.push(object(vec![
            ("EventId", maybe(event.event_id())),
            ("EventName", maybe(event.event_name())),
            ("EventTime", date(event.event_time())),
            ("EventSource", maybe(event.event_source())),
            ("Username", maybe(event.username())),
            (
                "CloudTrailEvent",
                event.cloud_trail_event().map(|text| Value::String(rolecall_collect::redact(text))),
            ),
        ]));
        if !failed {
            break;
        }
    }
    let refused = kept.len() > 1 || kept.first().is_some_and(is_refused);
    Ok(refused.then(|| printed(&json!({ "Events": kept }))))
}

fn concerns(record: &Node, subject: Option<&str>) -> bool {
    let name = record.get("eventName").and_then(Node::as_str);
    let user = record.path(&["userIdentity", "userName"]).and_then(Node::as_str);
    name == Some("AssumeRoleWithWebIdentity") && subject.is_none_or(|subject| user == Some(subject))
}

fn is_refused(event: &Value) -> bool {
    event.get("CloudTrailEvent").and_then(Value::as_str).is_some_and(|text| text.contains("\"errorCode\""))
}
