//! Inputs of the JSON protocols.

use rolecall_wire::constraint::check_json;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::json::{MAX_BYTES, read};
use rolecall_wire::operation::{find, route};
use rolecall_wire::query::Params;
use rolecall_wire::service::Service::{CloudTrail, Eks};
use serde_json::{Value, json};

fn eks(method: &str, target: &str, body: &str) -> Result<Value, Fault> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (operation, labels) = route(Eks, method, path).unwrap();
    let input = read(operation, &labels, &Params::read(query, b"").unwrap(), body.as_bytes())?;
    check_json(operation, &input)?;
    Ok(Value::Object(input))
}

fn lookup(body: &str) -> Result<Value, Fault> {
    let operation = find(CloudTrail, "LookupEvents").unwrap();
    let input = read(operation, &Vec::new(), &Params::default(), body.as_bytes())?;
    check_json(operation, &input)?;
    Ok(Value::Object(input))
}

#[test]
fn path_query_and_body_make_one_object() {
    let input =
        eks("POST", "/clusters/p/pod-identity-associations/a-1", r#"{"roleArn":"r","clusterName":"other"}"#);
    assert_eq!(input.unwrap(), json!({"roleArn": "r", "clusterName": "p", "associationId": "a-1"}));
    let input = eks("GET", "/clusters?maxResults=7&nextToken=n&include=a&include=b", "").unwrap();
    assert_eq!(input, json!({"maxResults": 7, "nextToken": "n", "include": ["a", "b"]}));
    let input = eks("DELETE", "/tags/arn?tagKeys=a&tagKeys=b+c", r#"{"tagKeys":["x"]}"#).unwrap();
    assert_eq!(input, json!({"resourceArn": "arn", "tagKeys": ["a", "b c"]}));
}

#[test]
fn constraints_hold() {
    for (body, message) in [
        (r#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"x"}],"MaxResults":50}"#, ""),
        (r#"{"StartTime":1772366400.5,"NextToken":null}"#, ""),
        ("", ""),
        (
            r#"{"MaxResults":51}"#,
            "1 validation error detected: Value '51' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50",
        ),
        (
            r#"{"LookupAttributes":[{"AttributeKey":"eventname","AttributeValue":""}]}"#,
            "2 validation errors detected: Value 'eventname' at 'lookupAttributes.1.member.attributeKey' failed to satisfy constraint: Member must satisfy enum value set: [EventId, EventName, ReadOnly, Username, ResourceType, ResourceName, EventSource, AccessKeyId]; Value '' at 'lookupAttributes.1.member.attributeValue' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            r#"{"LookupAttributes":[{"AttributeKey":"EventId"}]}"#,
            "1 validation error detected: Value null at 'lookupAttributes.1.member.attributeValue' failed to satisfy constraint: Member must not be null",
        ),
    ] {
        let said = lookup(body).err().map(|fault| fault.message.into_owned()).unwrap_or_default();
        assert_eq!(said, message, "{body}");
    }
    let missing = eks("POST", "/clusters/p/pod-identity-associations", r#"{"namespace":"n"}"#).unwrap_err();
    assert!(
        missing.code == Code::ValidationError
            && missing.message.starts_with("2 validation errors detected: ")
    );
    let tags = r#"{"tags":{"a":"b","":"c"}}"#;
    assert!(eks("POST", "/tags/arn", tags).unwrap_err().message.contains("greater than or equal to 1"));
    let value = format!(r#"{{"tags":{{"Team":"{}"}}}}"#, "x".repeat(257));
    assert!(eks("POST", "/tags/arn", &value).unwrap_err().message.contains("at 'tags.Team.member' failed"));
    assert!(eks("POST", "/tags/arn", r#"{"tags":{"a":"b"}}"#).is_ok());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let huge = format!(r#"{{"NextToken":"{}"}}"#, "x".repeat(MAX_BYTES));
    for body in [
        "[]",
        "1",
        "null",
        "{",
        r#"{"a":1}x"#,
        r#"{"MaxResults":"x"}"#,
        r#"{"MaxResults":1.5}"#,
        r#"{"MaxResults":99999999999999999999}"#,
        r#"{"NextToken":1}"#,
        r#"{"StartTime":"now"}"#,
        r#"{"LookupAttributes":{}}"#,
        r#"{"LookupAttributes":["x"]}"#,
        "\"\\ud800\"",
        &deep,
        &huge,
    ] {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(lookup(body).unwrap_err().code, Code::MalformedInput, "{shown}");
    }
    let operation = find(CloudTrail, "LookupEvents").unwrap();
    assert!(read(operation, &Vec::new(), &Params::default(), b"{\"NextToken\":\"\xff\"}").is_err());
    assert_eq!(eks("GET", "/clusters?maxResults=many", "").unwrap_err().code, Code::MalformedInput);
}
