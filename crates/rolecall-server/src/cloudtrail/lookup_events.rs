//! LookupEvents: the newest records of the caller's account and region, as AWS would show them (reference cloudtrail.md §1.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::instant::Instant;
use rolecall_trail::ring::{Attribute, Entry, Query};
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Map, Value, json};

use crate::json_call::{Done, JsonCall, answer};

/// Events of a page, at most and where the request does not say.
const PAGE: i64 = 50;
/// Seconds of the event history: ninety days.
const HISTORY: i64 = 90 * 24 * 3600;
/// Members that must be the same on every page.
const FIXED: [&str; 4] = ["LookupAttributes", "StartTime", "EndTime", "EventCategory"];

/// Refuses, with codes of its own, what the constraints of the model would refuse with one for all.
///
/// # Errors
/// As CloudTrail.
pub fn check(input: &Map<String, Value>) -> Result<(), Fault> {
    let refused = |code, sentence: &'static str| Err(Fault::new(code, sentence));
    let attributes = input.get("LookupAttributes").and_then(Value::as_array);
    if attributes.is_some_and(|attributes| attributes.len() > 1) {
        return refused(
            Code::InvalidLookupAttributesException,
            "You can only specify one attribute in LookupAttributes.",
        );
    }
    let wrong = |attribute: &Value| {
        let text = |name: &str| attribute.get(name).and_then(Value::as_str).unwrap_or_default();
        let value = text("AttributeValue");
        Attribute::named(text("AttributeKey")).is_none() || value.is_empty() || value.chars().count() > 2000
    };
    if attributes.into_iter().flatten().any(wrong) {
        return refused(Code::InvalidLookupAttributesException, "The lookup attribute is not valid.");
    }
    if let Some(results) = input.get("MaxResults").and_then(Value::as_i64)
        && !(1..=PAGE).contains(&results)
    {
        return refused(Code::InvalidMaxResultsException, "MaxResults must be between 1 and 50.");
    }
    if let Some(category) = input.get("EventCategory").and_then(Value::as_str)
        && category != "insight"
    {
        return refused(Code::InvalidEventCategoryException, "The event category is not valid.");
    }
    time_range(input)
}

/// Whether `StartTime` lies before `EndTime`, where both are given.
///
/// # Errors
/// `InvalidTimeRangeException` where it does not.
pub fn time_range(input: &Map<String, Value>) -> Result<(), Fault> {
    match (seconds(input, "StartTime"), seconds(input, "EndTime")) {
        (Some(start), Some(end)) if start > end => {
            Err(Fault::new(Code::InvalidTimeRangeException, "The start time cannot be after the end time."))
        }
        _ => Ok(()),
    }
}

/// LookupEvents.
///
/// # Errors
/// As CloudTrail.
pub fn run(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let input = call.input;
    let digest = fixed(call);
    let Some(before) = before(call, &digest)? else { return Ok(answer(json!({"Events": []}))) };
    if call.text_if("EventCategory").is_some() {
        // There are no insights.
        return Ok(answer(json!({"Events": []})));
    }
    let attribute = input.get("LookupAttributes").and_then(Value::as_array).and_then(|list| list.first());
    let text = |name: &str| attribute.and_then(|attribute| attribute.get(name)?.as_str());
    let oldest = call.now.0.saturating_sub(HISTORY);
    // A start within a second takes in no event of before it.
    let start = seconds(input, "StartTime").map_or(oldest, |start| (start.ceil() as i64).max(oldest));
    let found = call.desk.events.search(&Query {
        account: call.account_id(),
        region: Some(call.region),
        start: Some(Instant(start)),
        end: seconds(input, "EndTime").map(|end| Instant(end.floor() as i64)),
        attribute: text("AttributeKey").and_then(Attribute::named).zip(text("AttributeValue")),
        before,
        limit: call.limit("MaxResults", usize::try_from(PAGE).unwrap_or_default()),
    });
    let events: Vec<Value> = found.entries.iter().map(|entry| event(entry)).collect();
    let mut output = json!({"Events": events});
    if let (Some(_), Some(last), Some(members)) = (found.next, found.entries.last(), output.as_object_mut()) {
        let token = URL_SAFE_NO_PAD.encode(format!("{digest}.{}", last.event_id));
        members.insert("NextToken".to_owned(), Value::from(token));
    }
    Ok(answer(output))
}

/// An event as LookupEvents shows it.
fn event(entry: &Entry) -> Value {
    let mut out = Map::new();
    let mut say = |name: &str, value: Value| out.insert(name.to_owned(), value);
    say("EventId", json!(&*entry.event_id));
    say("EventName", json!(entry.event_name));
    say("ReadOnly", json!(entry.read_only.to_string()));
    if let Some(key) = &entry.access_key_id {
        say("AccessKeyId", json!(key));
    }
    say("EventTime", json!(entry.time.0));
    say("EventSource", json!(entry.event_source));
    if let Some(name) = &entry.user_name {
        say("Username", json!(name));
    }
    let resources = entry.resources();
    let resources: Vec<Value> =
        resources.iter().map(|(kind, name)| json!({"ResourceType": kind, "ResourceName": name})).collect();
    say("Resources", Value::from(resources));
    say("CloudTrailEvent", Value::from(String::from_utf8_lossy(&entry.json)));
    Value::Object(out)
}

/// Where the page begins: the mark of the last event of the page before. `None` where that event is gone by now, so that
/// nothing older is left either.
fn before(call: &JsonCall<'_>, digest: &str) -> Result<Option<Option<u64>>, Fault> {
    let Some(token) = call.text_if("NextToken") else { return Ok(Some(None)) };
    let invalid = |sentence: &'static str| Fault::new(Code::InvalidNextTokenException, sentence);
    let unreadable = || invalid("Could not decode the token.");
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(unreadable)?;
    let (own, event_id) = text.split_once('.').ok_or_else(unreadable)?;
    if own != digest {
        return Err(invalid("The token was given for a request with other parameters."));
    }
    Ok(call.desk.events.mark(event_id).map(Some))
}

/// What a token holds of the request that it was given for.
fn fixed(call: &JsonCall<'_>) -> String {
    let members: Vec<&Value> = FIXED.iter().filter_map(|name| call.input.get(*name)).collect();
    let text = format!("{}|{}|{}", call.account_id(), call.region, json!(members));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..12).unwrap_or_default())
}

fn seconds(input: &Map<String, Value>, name: &str) -> Option<f64> {
    input.get(name).and_then(Value::as_f64)
}
