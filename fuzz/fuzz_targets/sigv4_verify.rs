//! Signatures of any text: read, and never taken for one of the key; what our own client signs is taken, until a byte changes.
//!
//! The input is a byte that says where to change what was signed, then method, path, query and one header a line; after an
//! empty line the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;
use rolecall_wire::http::Head;
use rolecall_wire::service::Service;
use rolecall_wire::sigv4::{self, Credentials, SigningKey};

const NOW: Instant = Instant(1_790_000_000);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fuzz_target!(|data: &[u8]| {
    let Some((change, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query) = (line(), line(), line());
    let headers: Vec<(&str, &[u8])> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name, value.as_bytes())).collect();
    let head = Head { method, path, query, headers: &headers };
    assert!(!verifies(&head, body.as_bytes()), "nobody but the key's owner signs");
    let named = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"].into_iter().any(named)
        || query.contains("X-Amz-")
        || query.contains('%')
        || !path.starts_with('/')
        || headers.iter().any(|(name, _)| name.is_empty() || name.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'-'))
    {
        return;
    }
    let mut bare = vec![("host", b"localhost".as_slice())];
    bare.extend(headers.iter().copied().filter(|(name, _)| !name.eq_ignore_ascii_case("host")));
    let head = Head { headers: &bare, ..head };
    let credentials = Credentials { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret: Secret::new(SECRET.to_owned()), token: None };
    let added = sigv4::sign(&head, body.as_bytes(), &credentials, NOW, "us-east-1", "sts");
    let mut signed = bare.clone();
    signed.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let head = Head { headers: &signed, ..head };
    assert!(verifies(&head, body.as_bytes()), "what is signed rightly passes: {head:?}");
    if !body.is_empty() {
        let mut other = body.as_bytes().to_vec();
        let at = usize::from(*change) % other.len();
        other[at] ^= 1;
        assert!(!verifies(&head, &other), "another body");
    }
});

fn verifies(head: &Head<'_>, body: &[u8]) -> bool {
    let Ok(Some(signed)) = sigv4::read(head) else { return false };
    if signed.check_scope(Service::Sts, true).is_err() || signed.check_time(Service::Sts, NOW).is_err() {
        return false;
    }
    let key = SigningKey::derive(SECRET, &signed.date, &signed.region, &signed.service);
    signed.verify(head, body, &key).is_ok()
}
