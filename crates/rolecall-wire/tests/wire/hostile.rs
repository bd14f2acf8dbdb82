//! Whatever a stranger sends: nothing panics, and what is read is what a plain reading would give.

use crate::vectors::NOON;
use proptest::prelude::*;
use rolecall_wire::answer::Format;
use rolecall_wire::constraint::{check, check_json};
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::http::{Head, Header};
use rolecall_wire::operation::{asked, of};
use rolecall_wire::query::Params;
use rolecall_wire::service::{Service, told_from};
use rolecall_wire::sigv4::{self, Form, SigningKey};
use std::collections::BTreeMap;

/// Names such as `T.member.2.K`, good and bad.
fn names() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["T", "member", "1", "2", "10", "K", "", "!", "T2", "é"]),
        1..5,
    )
    .prop_map(|parts| parts.join("."))
}

fn authorization() -> impl Strategy<Value = String> {
    let piece = "(Credential|Signature|SignedHeaders|x)?=?[a/;é%,]{0,12}(/[a-z0-9]{0,9}){0,6}";
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("AWS4-HMAC-SHA256 {}", pieces.join(", ")))
}

fn stages(head: &Head<'_>, body: &[u8]) -> Result<(), Fault> {
    let params = Params::of_request(head, body)?;
    if let Some(service) = told_from(head, &params) {
        let _ =
            asked(service, head, &params).map_err(|fault| fault.render(service, Format::asked(head), "id"));
    }
    if let Some(signed) = sigv4::read(head)? {
        let _ = (signed.check_scope(Service::Sts, true), signed.check_time(Service::Sts, NOON));
        let key = SigningKey::derive("secret", &signed.date, &signed.region, &signed.service);
        assert!(signed.verify(head, body, &key).is_err(), "nobody guesses a signature");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_request(
        query in "[a-zA-Z0-9%&=+./-]{0,80}",
        path in "/[a-z%/.0-9]{0,40}",
        header in prop_oneof![authorization(), ".{0,60}"],
        date in prop_oneof![Just("20260301T120000Z".to_owned()), ".{0,20}"],
        body in prop::collection::vec(any::<u8>(), 0..80),
        presigned in any::<bool>(),
    ) {
        let query = if presigned {
            format!("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e&X-Amz-Signature=0&X-Amz-Date={date}&X-Amz-SignedHeaders=host&{query}")
        } else {
            query
        };
        let mut headers: Vec<Header<'_>> = vec![("host", b"h:443"), ("x-amz-date", date.as_bytes())];
        headers.extend((!presigned).then_some(("authorization", header.as_bytes())));
        let _ = stages(&Head { method: "POST", path: &path, query: &query, headers: &headers }, &body);
        let _ = sigv4::canonical(&Head { method: "GET", path: &path, query: &query, headers: &headers }, &body, &header, Form::Presigned);
    }

    #[test]
    fn parameters_are_what_a_plain_reading_gives(pairs in prop::collection::vec((names(), "[a-z]{0,2}"), 0..12)) {
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body = body.join("&");
        let params = Params::read("", body.as_bytes()).unwrap();
        let mut plain: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, value) in &pairs {
            plain.entry(name).or_insert(value);
        }
        for (name, value) in &plain {
            prop_assert_eq!(params.get(name), Some(*value));
        }
        let keys: Vec<&str> = ["1", "2", "10"].iter().filter_map(|n| plain.get(&*format!("T.member.{n}.K")).copied()).collect();
        let have: Vec<&str> = params.list("T").iter().filter_map(|item| item.get("K")).collect();
        prop_assert_eq!(have, keys);
        let inside = plain.keys().any(|name| name.starts_with("T."));
        prop_assert_eq!(params.structure("T").is_some(), inside);
    }

    #[test]
    fn any_values_are_checked(pairs in prop::collection::vec((names(), ".{0,4}"), 0..6), text in ".{0,8}", number in any::<i64>()) {
        for service in Service::ALL {
            for operation in of(service) {
                let mut body = String::new();
                let mut input = serde_json::Map::new();
                for (at, member) in operation.members.iter().enumerate() {
                    let (suffix, _) = pairs.get(at % 6).cloned().unwrap_or_default();
                    body.push_str(&format!("{}{suffix}={number}&{0}={at}&", member.name));
                    let value = if at % 2 == 0 { serde_json::json!(text) } else { serde_json::json!([number, {"Key": text}]) };
                    input.insert(member.name.to_owned(), value);
                }
                let params = Params::read("", body.as_bytes()).unwrap();
                for fault in [check(operation, &params).err(), check_json(operation, &input).err()].into_iter().flatten() {
                    prop_assert!(matches!(fault.code, Code::ValidationError | Code::MalformedInput));
                }
            }
        }
    }

    #[test]
    fn errors_are_readable_whatever_they_say(message in any::<String>()) {
        let fault = Fault::new(Code::ValidationError, message);
        let xml = String::from_utf8(fault.render(Service::Iam, Format::Xml, "id").body).unwrap();
        let inside = xml.split("<Message>").nth(1).unwrap().split("</Message>").next().unwrap();
        let plain = |c: char| c >= ' ' || c == '\n' || c == '\t';
        prop_assert!(!inside.contains('<') && inside.chars().all(plain));
        for (service, format) in [(Service::Iam, Format::Json), (Service::Eks, Format::Xml), (Service::CloudTrail, Format::Xml)] {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&fault.render(service, format, "id").body).is_ok());
        }
    }
}
