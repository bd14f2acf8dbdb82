//! Response elements of Query services, read from the answer itself: what a record says is what the caller got.

use rolecall_model::instant::Instant;
use rolecall_trail::record::Fields;
use rolecall_wire::http::Answer;
use rolecall_wire::operation::{Operation, lower_camel};
use rolecall_wire::service::Service;
use serde_json::{Map, Value};

use super::us_date;

/// Members that are numbers in records; everything else that XML holds stays a text.
const NUMBERS: [&str; 4] =
    ["maxSessionDuration", "attachmentCount", "permissionsBoundaryUsageCount", "packedPolicySize"];

/// The response elements of an answer; none for calls that read, but for those that issue credentials (reference
/// cloudtrail.md §3.3), and for answers without a result.
#[must_use]
pub(super) fn elements(operation: &Operation, answer: &Answer) -> Option<Fields> {
    let issues = operation.service == Service::Sts && operation.name.starts_with("AssumeRole");
    if operation.read_only && !issues {
        return None;
    }
    let text = std::str::from_utf8(&answer.body).ok()?;
    let result = match answer.content_type {
        "text/xml" => of_xml(text, operation.name)?,
        _ => of_json(text, operation.name)?,
    };
    let fields = result.iter().fold(Fields::new(), |fields, (name, value)| member(fields, name, value));
    (!fields.is_empty()).then_some(fields)
}

fn member(fields: Fields, name: &str, value: &Value) -> Fields {
    let name = lower_camel(name);
    match value {
        // AWS leaves it out altogether.
        Value::String(_) if name == "secretAccessKey" => fields,
        Value::String(text) => leaf(fields, &name, text),
        Value::Object(members) => fields.object(&name, &object(members)),
        Value::Array(items) if items.iter().all(Value::is_object) => {
            let items: Vec<Fields> = items.iter().filter_map(Value::as_object).map(object).collect();
            fields.objects(&name, &items)
        }
        other => fields.json(&name, other),
    }
}

fn object(members: &Map<String, Value>) -> Fields {
    members.iter().fold(Fields::new(), |fields, (name, value)| member(fields, name, value))
}

fn leaf(fields: Fields, name: &str, text: &str) -> Fields {
    match (text, text.parse()) {
        ("true" | "false", _) => fields.flag(name, text == "true"),
        (_, Ok(number)) if NUMBERS.contains(&name) => fields.number(name, number),
        _ if name.to_ascii_lowercase().ends_with("date") || name == "expiration" => {
            match Instant::parse(text) {
                Some(instant) => fields.text(name, &us_date(instant)),
                None => fields.text(name, text),
            }
        }
        _ => fields.text(name, text),
    }
}

fn of_json(text: &str, operation: &str) -> Option<Map<String, Value>> {
    let whole: Value = serde_json::from_str(text).ok()?;
    let result = whole.get(format!("{operation}Response"))?.get(format!("{operation}Result"))?;
    result.as_object().cloned()
}

/// Reads an answer of our own writing: elements, text, the five entities; nothing else stands there.
fn of_xml(text: &str, operation: &str) -> Option<Map<String, Value>> {
    let (_, rest) = text.split_once(&format!("<{operation}Result>"))?;
    let mut rest = rest;
    match content(&mut rest)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// The content of an element up to its end, which is left to the caller: a text, an object, or a list of `member`s.
fn content(rest: &mut &str) -> Option<Value> {
    let (text, _) = rest.split_once('<')?;
    let mut members = Map::new();
    let mut items = Vec::new();
    loop {
        let (_, tag) = rest.split_once('<')?;
        if tag.starts_with('/') {
            break;
        }
        let (name, after) = tag.split_once('>')?;
        *rest = after;
        let value = match name.strip_suffix('/') {
            Some(_) => Value::from(""),
            None => {
                let value = content(rest)?;
                (_, *rest) = rest.split_once('>')?;
                value
            }
        };
        match name.trim_end_matches('/') {
            "member" => items.push(value),
            name => {
                members.insert(name.to_owned(), value);
            }
        }
    }
    Some(match (members.is_empty(), items.is_empty()) {
        (true, true) => Value::from(unescaped(text)),
        (true, false) => Value::Array(items),
        (false, _) => Value::Object(members),
    })
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#13;", "\r")
        .replace("&#xD;", "\r")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_wire::answer::{Format, Writer};
    use rolecall_wire::operation;
    use serde_json::json;

    fn written(
        service: Service,
        name: &str,
        format: Format,
        write: impl FnOnce(&mut Writer),
    ) -> Option<Value> {
        let operation = operation::find(service, name).unwrap();
        let mut out = Writer::new(operation, format);
        write(&mut out);
        elements(operation, &out.finish("id")).map(|fields| fields.value())
    }

    fn role(out: &mut Writer) {
        out.structure("Role", |out| {
            out.text("RoleName", "a<b>&c");
            out.text("Path", "/");
            out.text("Description", "");
            out.int("MaxSessionDuration", 3600);
            out.instant("CreateDate", Instant(1_772_370_000));
            out.list("Tags", [("k", "1"), ("l", "true")], |out, (key, value)| {
                out.text("Key", key);
                out.text("Value", value);
            });
        });
    }

    #[test]
    fn a_role_as_it_was_answered() {
        let found = written(Service::Iam, "CreateRole", Format::Xml, role).unwrap();
        let role = &found["role"];
        assert_eq!(role["roleName"], "a<b>&c");
        assert_eq!(role["maxSessionDuration"], 3600);
        assert_eq!(role["createDate"], "Mar 1, 2026, 1:00:00 PM");
        assert_eq!(role["description"], "");
        assert_eq!(role["tags"][0], json!({"key": "k", "value": "1"}));
        let json = written(Service::Iam, "CreateRole", Format::Json, self::role).unwrap();
        assert_eq!(json["role"]["roleName"], "a<b>&c");
    }

    #[test]
    fn no_secret_and_nothing_for_calls_that_read() {
        let key = |out: &mut Writer| {
            out.structure("AccessKey", |out| {
                out.text("AccessKeyId", "AKIAEXAMPLE");
                out.text("SecretAccessKey", "hush");
            });
        };
        let found = written(Service::Iam, "CreateAccessKey", Format::Xml, key).unwrap();
        assert_eq!(found, json!({"accessKey": {"accessKeyId": "AKIAEXAMPLE"}}));
        let session = |out: &mut Writer| {
            out.structure("Credentials", |out| {
                out.text("AccessKeyId", "ASIAEXAMPLE");
                out.text("SecretAccessKey", "hush");
                out.text("SessionToken", "hush");
            });
        };
        let found = written(Service::Sts, "AssumeRole", Format::Xml, session).unwrap();
        assert!(!found.to_string().contains("hush"), "{found}");
        assert_eq!(found["credentials"]["accessKeyId"], "ASIAEXAMPLE");
        assert_eq!(written(Service::Iam, "GetRole", Format::Xml, role), None);
        assert_eq!(written(Service::Iam, "DeleteRole", Format::Xml, |_| {}), None);
    }
}
