//! The test vectors of reference sigv4.md §3.

use crate::get;
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;
use rolecall_wire::http::{Head, Header};
use rolecall_wire::sigv4::{self, Credentials, Form, SigningKey, canonical};

const A_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const CONTENT_TYPE: Header<'_> = ("content-type", b"application/x-www-form-urlencoded; charset=utf-8");
pub const B_BODY: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";
pub const NOON: Instant = Instant(1_772_366_400);
const C_QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\
                       AKIAIOSFODNN7EXAMPLE%2F20260301%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T120000Z&\
                       X-Amz-Expires=60&X-Amz-SignedHeaders=host";
const C_SIGNATURE: &str = "a7e1309357b080eb3c95755fa53cde4d7f279dfec9672340b7baa2b3d79f8452";

fn sha256(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn credentials(secret: &str) -> Credentials {
    let secret = Secret::new(secret.to_owned());
    Credentials { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret, token: None }
}

/// Signs the request and checks the canonical request, the signature, and that the verifier agrees.
fn check(head: &Head<'_>, body: &[u8], secret: &str, now: Instant, scope: [&str; 2], expected: [&str; 2]) {
    let names = "content-type;host;x-amz-date";
    let [region, service] = scope;
    let [canonical_hash, signature] = expected;
    let added = sigv4::sign(head, body, &credentials(secret), now, region, service);
    let mut headers = head.headers.to_vec();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let signed = Head { headers: &headers, ..*head };
    assert_eq!(sha256(&canonical(&signed, body, names, Form::Header)), canonical_hash);
    assert!(added[1].1.ends_with(&format!("SignedHeaders={names}, Signature={signature}")), "{}", added[1].1);
    let read = sigv4::read(&signed).unwrap().unwrap();
    let key = SigningKey::derive(secret, &read.date, &read.region, &read.service);
    assert_eq!(read.verify(&signed, body, &key), Ok(()));
}

#[test]
fn a_list_users() {
    let headers = [CONTENT_TYPE, ("host", b"iam.amazonaws.com".as_slice())];
    let head = get("Action=ListUsers&Version=2010-05-08", &headers);
    let expected = [
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ];
    check(&head, b"", A_SECRET, Instant(1_440_938_160), ["us-east-1", "iam"], expected);
}

#[test]
fn b_get_caller_identity() {
    assert_eq!(sha256(B_BODY), "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843");
    let headers = [CONTENT_TYPE, ("host", b"sts.eu-west-1.amazonaws.com".as_slice())];
    let expected = [
        "0a6bbe77d23eba78c1de5b056762ed4225a6d9d10965967a46f8ce364ffc22e1",
        "33de49b6af460aa3d4d5b3cd6e6899a5f439108ca77da969568956c7b15efc99",
    ];
    check(&crate::post(&headers), B_BODY, SECRET, NOON, ["eu-west-1", "sts"], expected);
}

#[test]
fn c_presigned() {
    let headers: [Header<'_>; 1] = [("host", b"sts.eu-west-1.amazonaws.com")];
    let unsigned = get(C_QUERY, &headers);
    let expected = "e197dd5dd79b053da8e8a086dfe5bcb1a1ddba676fae8c9ad9ab16f49a85875e";
    assert_eq!(sha256(&canonical(&unsigned, b"", "host", Form::Presigned)), expected);

    let plain = get("Action=GetCallerIdentity&Version=2011-06-15", &headers);
    let query = sigv4::presign(&plain, &credentials(SECRET), NOON, "eu-west-1", "sts", 60);
    assert_eq!(query, format!("{C_QUERY}&X-Amz-Signature={C_SIGNATURE}"));

    let head = get(&query, &headers);
    let read = sigv4::read(&head).unwrap().unwrap();
    assert_eq!(
        (read.form, &*read.access_key_id, read.instant),
        (Form::Presigned, "AKIAIOSFODNN7EXAMPLE", NOON)
    );
    let key = SigningKey::derive(SECRET, &read.date, &read.region, &read.service);
    assert_eq!(read.verify(&head, b"", &key), Ok(()));
    assert!(read.verify(&head, b"Action=AssumeRole", &key).is_err());
    for (from, to) in [
        ("GetCallerIdentity", "GetSessionToken"),
        ("Expires=60", "Expires=61"),
        ("eu-west-1", "eu-west-2"),
        ("a7e13093", "a7e13094"),
        ("&Version", "&Extra=1&Version"),
    ] {
        let query = query.replace(from, to);
        let head = get(&query, &headers);
        let read = sigv4::read(&head).unwrap().unwrap();
        assert!(read.verify(&head, b"", &key).is_err(), "{to}");
    }
}
