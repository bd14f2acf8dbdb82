//! Values as the AWS CLI prints them.

use aws_smithy_types::DateTime;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// `2025-03-11T08:24:10+00:00`
pub(crate) fn date(at: Option<&DateTime>) -> Option<Value> {
    let stamp = jiff::Timestamp::from_second(at?.secs()).ok()?;
    Some(Value::String(stamp.to_string().replace('Z', "+00:00")))
}

/// An object without the members that have no value.
pub(crate) fn object(members: Vec<(&str, Option<Value>)>) -> Value {
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

pub(crate) fn text(value: impl Into<String>) -> Option<Value> {
    Some(Value::String(value.into()))
}

pub(crate) fn maybe(value: Option<&str>) -> Option<Value> {
    value.map(|value| Value::String(value.to_owned()))
}

/// The document of a policy, percent-encoded as IAM's API gives it.
pub(crate) fn decoded(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}

/// Indented by four blanks, with a newline at the end.
pub(crate) fn printed(value: &Value) -> String {
    let mut out = Vec::new();
    let style = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, style);
    // Writing a value into memory does not fail.
    let _ = serde::Serialize::serialize(value, &mut writer);
    let mut text = String::from_utf8(out).unwrap_or_default();
    text.push('\n');
    text
}

/// A policy for being put in: as an object where it is sound JSON without doubled names, else as the text it is, which the
/// reader takes too, so that nothing of it is lost.
pub(crate) fn policy(document: &str) -> Value {
    let sound = rolecall_model::json::parse(document).flaws.is_empty();
    serde_json::from_str(document)
        .ok()
        .filter(|_| sound)
        .unwrap_or_else(|| Value::String(document.to_owned()))
}
