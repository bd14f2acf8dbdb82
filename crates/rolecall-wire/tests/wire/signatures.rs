//! Signing and verifying: what may differ on the way, and what may not.

use crate::vectors::{B_BODY, NOON, credentials};
use crate::{get, post};
use rolecall_model::secret::Secret;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::http::{Head, Header};
use rolecall_wire::sigv4::{self, Credentials, Form, SigningKey, canonical};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn signed_with(head: &Head<'_>, body: &[u8], credentials: &Credentials) -> Vec<(String, Vec<u8>)> {
    let added = sigv4::sign(head, body, credentials, NOON, "eu-west-1", "sts");
    let given = head.headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec()));
    given.chain(added.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes()))).collect()
}

fn verify(head: &Head<'_>, headers: &[(String, Vec<u8>)], body: &[u8]) -> Result<(), Fault> {
    let headers: Vec<Header<'_>> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let head = Head { headers: &headers, ..*head };
    let read = sigv4::read(&head)?.unwrap();
    read.verify(&head, body, &SigningKey::derive(SECRET, &read.date, &read.region, &read.service))
}

#[test]
fn what_the_way_may_change() {
    let headers: [Header<'_>; 2] = [("Host", b"sts.amazonaws.com:443"), ("Content-Type", b" a  b ")];
    let head = Head { query: "b=%2f+x&a=1", ..post(&headers) };
    let mut on_the_wire = signed_with(&head, B_BODY, &credentials(SECRET));
    assert_eq!(verify(&head, &on_the_wire, B_BODY), Ok(()));
    on_the_wire[0].1 = b"sts.amazonaws.com".to_vec();
    on_the_wire[1].1 = b"a b".to_vec();
    on_the_wire.insert(0, ("user-agent".to_owned(), b"added".to_vec()));
    on_the_wire.reverse();
    let reordered = Head { query: "a=1&b=%2F%20x", ..head };
    assert_eq!(verify(&reordered, &on_the_wire, B_BODY), Ok(()));
}

#[test]
fn what_it_may_not_change() {
    let headers: [Header<'_>; 2] = [("host", b"localhost:8403"), ("content-type", b"a")];
    let head = Head { query: "a=1", ..post(&headers) };
    let sent = signed_with(&head, B_BODY, &credentials(SECRET));
    let wrong = |head: &Head<'_>, headers: &[(String, Vec<u8>)], body: &[u8]| {
        assert_eq!(verify(head, headers, body).unwrap_err().code, Code::SignatureDoesNotMatch);
    };
    assert_eq!(verify(&head, &sent, B_BODY), Ok(()));
    wrong(&head, &sent, b"Action=AssumeRole");
    wrong(&Head { method: "GET", ..head }, &sent, B_BODY);
    wrong(&Head { path: "/other", ..head }, &sent, B_BODY);
    wrong(&Head { query: "a=2", ..head }, &sent, B_BODY);
    wrong(&Head { query: "a=1&a=1", ..head }, &sent, B_BODY);
    let change = |at: usize, value: &[u8]| {
        let mut headers = sent.clone();
        headers[at].1 = value.to_vec();
        headers
    };
    wrong(&head, &change(0, b"localhost"), B_BODY);
    wrong(&head, &change(1, b"b"), B_BODY);
    wrong(&head, &change(2, b"20260301T120001Z"), B_BODY);
    let mut twice = sent.clone();
    twice.push(("content-type".to_owned(), b"b".to_vec()));
    wrong(&head, &twice, B_BODY);
    let authorization = String::from_utf8(sent[3].1.clone()).unwrap();
    for (from, to) in [("eu-west-1", "eu-west-2"), ("Signature=", "Signature=0"), ("content-type;", "")] {
        wrong(&head, &change(3, authorization.replace(from, to).as_bytes()), B_BODY);
    }
    let short = authorization.split("Signature=").next().unwrap().to_owned() + "Signature=";
    wrong(&head, &change(3, short.as_bytes()), B_BODY);
}

#[test]
fn another_secret_day_region_or_service_makes_another_key() {
    let headers: [Header<'_>; 1] = [("host", b"h")];
    let head = post(&headers);
    let sent = signed_with(&head, b"", &credentials(SECRET));
    let headers: Vec<Header<'_>> = sent.iter().map(|(name, value)| (&**name, &**value)).collect();
    let head = Head { headers: &headers, ..head };
    let read = sigv4::read(&head).unwrap().unwrap();
    for (secret, date, region, service, fits) in [
        (SECRET, "20260301", "eu-west-1", "sts", true),
        ("other", "20260301", "eu-west-1", "sts", false),
        (SECRET, "20260302", "eu-west-1", "sts", false),
        (SECRET, "20260301", "us-east-1", "sts", false),
        (SECRET, "20260301", "eu-west-1", "iam", false),
    ] {
        let key = SigningKey::derive(secret, date, region, service);
        assert_eq!(read.verify(&head, b"", &key).is_ok(), fits, "{secret} {date} {region} {service}");
    }
}

#[test]
fn session_tokens_are_read_in_both_forms_and_shown_in_none() {
    let token = Some(Secret::new("IQoJ/+=hunter2".to_owned()));
    let credentials = Credentials { token, ..credentials(SECRET) };
    let headers: [Header<'_>; 1] = [("host", b"h")];
    let sent = signed_with(&post(&headers), b"", &credentials);
    assert_eq!(verify(&post(&[]), &sent, b""), Ok(()));
    let query = sigv4::presign(&get("", &headers), &credentials, NOON, "eu-west-1", "sts", 60);
    let headers_of: Vec<Header<'_>> = sent.iter().map(|(name, value)| (&**name, &**value)).collect();
    for head in [post(&headers_of), get(&query, &headers)] {
        let read = sigv4::read(&head).unwrap().unwrap();
        assert_eq!(read.token(), Some("IQoJ/+=hunter2"));
        let shown = format!("{read:?} {head:?} {credentials:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("wJalr"), "{shown}");
    }
}

#[test]
fn payload_hashes_that_are_sent_must_be_true() {
    let hash = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843";
    for (sent, body, fits) in [
        (hash, B_BODY, true),
        (hash, b"other".as_slice(), false),
        ("UNSIGNED-PAYLOAD", B_BODY, true),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", B_BODY, false),
    ] {
        let headers: [Header<'_>; 2] = [("host", b"h"), ("x-amz-content-sha256", sent.as_bytes())];
        let head = post(&headers);
        let signed = signed_with(&head, body, &credentials(SECRET));
        assert_eq!(verify(&head, &signed, body).is_ok(), fits, "{sent}");
    }
}

#[test]
fn paths_are_normalised_and_encoded_once_more() {
    for (path, uri) in [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("/clusters/prod", "/clusters/prod"),
        ("/tags/arn%3Aaws%3Aeks", "/tags/arn%253Aaws%253Aeks"),
        ("/a/./b/../c//d/", "/a/c/d/"),
        ("/../..", "/"),
        ("/a:b~", "/a%3Ab~"),
    ] {
        let text = canonical(&Head { path, ..get("", &[]) }, b"", "host", Form::Header);
        assert_eq!(String::from_utf8(text).unwrap().lines().nth(1), Some(uri), "{path}");
    }
}

#[test]
fn queries_are_sorted_and_encoded_anew() {
    for (query, canonical_query) in [
        ("b=2&a=1&a=0&B=3", "B=3&a=0&a=1&b=2"),
        ("a&b=", "a=&b="),
        ("x=a=b&y=%2f+%7e%zz", "x=a%3Db&y=%2F%20~%25zz"),
        ("&&", ""),
        ("x=%ff", "x=%FF"),
        ("X-Amz-Signature=1&X-Amz-Date=2", "X-Amz-Date=2"),
    ] {
        let text = canonical(&get(query, &[]), b"", "host", Form::Presigned);
        assert_eq!(String::from_utf8(text).unwrap().lines().nth(2), Some(canonical_query), "{query}");
    }
}

#[test]
fn what_must_be_signed() {
    let headers: [Header<'_>; 2] = [("host", b"h"), ("content-type", b"a")];
    let sent = signed_with(&post(&headers), b"", &credentials(SECRET));
    let mut hostless = sent.clone();
    let authorization = String::from_utf8(sent[3].1.clone()).unwrap();
    hostless[3].1 = authorization.replace("host;", "").into_bytes();
    let fault = verify(&post(&[]), &hostless, b"").unwrap_err();
    assert_eq!(fault.message, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    let mut retargeted = sent;
    retargeted.push(("x-amz-target".to_owned(), b"CloudTrail_20131101.LookupEvents".to_vec()));
    let fault = verify(&post(&[]), &retargeted, b"").unwrap_err();
    assert_eq!(fault.message, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
}
