//! Signatures that cannot be read, are of another scope or another time (reference sigv4.md §6).

use crate::vectors::NOON;
use crate::{get, post};
use rolecall_model::instant::Instant;
use rolecall_wire::fault::Code;
use rolecall_wire::http::Header;
use rolecall_wire::service::Service;
use rolecall_wire::sigv4;

const DATE: Header<'_> = ("x-amz-date", b"20260301T120000Z");

fn authorization(date: &str, region: &str, service: &str, end: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIA/{date}/{region}/{service}/{end},SignedHeaders=host,Signature=00"
    )
}

#[test]
fn unreadable_headers() {
    let hashed = "(Hashed with SHA-256 and encoded with Base64) Authorization=";
    for (value, dated, message) in [
        ("", true, "Authorization header cannot be empty."),
        ("  ", true, "Authorization header cannot be empty."),
        ("Bearer x", true, "Unsupported AWS 'algorithm': 'Bearer'."),
        (
            "AWS4-ECDSA-P256-SHA256 Credential=a",
            true,
            "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential",
            true,
            "The signature contains an invalid key=value pair (missing equal-sign)",
        ),
        (
            "AWS4-HMAC-SHA256",
            false,
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
             Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either \
             a 'X-Amz-Date' or a 'Date' header. ",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host",
            true,
            "Authorization header requires 'Signature' parameter. ",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
            true,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=0",
            true,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d/e/f'",
        ),
    ] {
        let mut headers: Vec<Header<'_>> = vec![("authorization", value.as_bytes())];
        headers.extend(dated.then_some(DATE));
        let fault = sigv4::read(&post(&headers)).unwrap_err();
        assert_eq!(fault.code, Code::IncompleteSignature, "{value}");
        assert!(fault.message.starts_with(message), "{value}: {}", fault.message);
        if message.ends_with("parameter. ") || !dated {
            assert!(fault.message.contains(hashed) && !fault.message.contains(value), "{}", fault.message);
        }
    }
    let fault = sigv4::read(&post(&[("authorization", b"\xff")])).unwrap_err();
    assert_eq!(fault.code, Code::IncompleteSignature);
}

#[test]
fn dates() {
    let value = authorization("20260301", "r", "sts", "aws4_request");
    let read = |name, text: &'static str| {
        let headers = [("authorization", value.as_bytes()), (name, text.as_bytes())];
        sigv4::read(&post(&headers)).map(|signed| signed.unwrap().instant).map_err(|fault| fault.message)
    };
    assert_eq!(read("X-Amz-Date", "20260301T120000Z"), Ok(NOON));
    assert_eq!(read("Date", "Sun, 01 Mar 2026 12:00:00 GMT"), Ok(NOON));
    let message =
        "Date must be in ISO-8601 'basic format'. Got 'noon'. See http://en.wikipedia.org/wiki/ISO_8601";
    assert_eq!(read("X-Amz-Date", "noon"), Err(message.into()));
    assert!(read("Date", "noon").is_err());
}

#[test]
fn presigned_parts_must_be_complete() {
    let all = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260301%2Fr%2Fsts%2Faws4_request&\
               X-Amz-Date=20260301T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=0";
    assert!(sigv4::read(&get(all, &[])).unwrap().is_some());
    for name in ["Algorithm", "Credential", "Date", "SignedHeaders", "Signature"] {
        let query = all.replace(&format!("X-Amz-{name}="), "Other=");
        let fault = sigv4::read(&get(&query, &[])).unwrap_err();
        let expected = format!(
            "AWS query-string parameters must include 'X-Amz-{name}'. Re-examine the query-string parameters."
        );
        assert_eq!((fault.code, &*fault.message), (Code::IncompleteSignature, &*expected));
    }
    let query = all.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1");
    assert!(sigv4::read(&get(&query, &[])).is_err());
    for query in ["", "Action=X", "X-Amz-Date=20260301T120000Z", "Value=X-Amz-Signature"] {
        assert!(sigv4::read(&get(query, &[])).unwrap().is_none(), "{query}");
    }
}

#[test]
fn scopes() {
    let region = "Credential should be scoped to a valid region. ";
    let service = "Credential should be scoped to correct service: 'sts'. ";
    let end = "Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. ";
    let date = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                '20260228' != '20260301', from '20260301T120000Z'.";
    for (value, served, message) in [
        (authorization("20260301", "r", "sts", "aws4_request"), true, None),
        (authorization("20260301", "r", "sts", "aws4_request"), false, Some(region.to_owned())),
        (authorization("20260301", "r", "iam", "aws4_request"), true, Some(service.to_owned())),
        (authorization("20260301", "r", "iam", "x"), false, Some(format!("{region}{service}{end}"))),
        (authorization("20260228", "r", "sts", "aws4_request"), true, Some(date.to_owned())),
        (authorization("20260228", "r", "iam", "aws4_request"), true, Some(format!("{date} {service}"))),
    ] {
        let headers = [("authorization", value.as_bytes()), DATE];
        let head = post(&headers);
        let answer = sigv4::read(&head).unwrap().unwrap().check_scope(Service::Sts, served);
        let fault = answer.err().map(|fault| (fault.code, fault.message.into_owned()));
        assert_eq!(fault, message.map(|message| (Code::SignatureDoesNotMatch, message)));
    }
}

#[test]
fn times() {
    let value = authorization("20260301", "r", "sts", "aws4_request");
    let headers = [("authorization", value.as_bytes()), DATE];
    let head = post(&headers);
    let signed = sigv4::read(&head).unwrap().unwrap();
    let at = |service, seconds| {
        let answer = signed.check_time(service, Instant(NOON.0 + seconds));
        answer.err().map(|fault| fault.message.into_owned())
    };
    for (service, seconds) in
        [(Service::Sts, 900), (Service::Sts, -300), (Service::Iam, 300), (Service::Eks, -300)]
    {
        assert_eq!(at(service, seconds), None, "{service:?} {seconds}");
    }
    let expired = "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T121501Z - 15 min.)";
    assert_eq!(at(Service::Sts, 901).as_deref(), Some(expired));
    let expired = "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T120501Z - 5 min.)";
    assert_eq!(at(Service::Iam, 301).as_deref(), Some(expired));
    let early = "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z (20260301T115459Z + 5 min.)";
    assert_eq!(at(Service::Sts, -301).as_deref(), Some(early));
}
