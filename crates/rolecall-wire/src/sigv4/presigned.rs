//! Signatures in the query (reference sigv4.md §1, §4).

use super::{
    ALGORITHM, Credentials, Form, Signed, SigningKey, TERMINATOR, credential_parts, decoded, incomplete,
};
use super::{canonical, header, time};
use crate::fault::Fault;
use crate::http::Head;
use crate::percent;
use rolecall_model::instant::Instant;
use std::borrow::Cow;

const PARTS: [&str; 5] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];

/// `None` if none of the parts is there. `X-Amz-Expires` is not looked at: STS takes a presigned request for
/// fifteen minutes whatever that says (§4), and so do the others here.
pub(super) fn read<'a>(head: &Head<'a>) -> Result<Option<Signed<'a>>, Fault> {
    if !head.query.contains("X-Amz-") {
        return Ok(None);
    }
    let parts = PARTS.map(|name| parameter(head.query, name));
    if parts.iter().take(3).all(Option::is_none) {
        return Ok(None);
    }
    let [Some(algorithm), Some(credential), Some(signature), Some(signed_headers), Some(stamp)] = parts
    else {
        return Err(missing(&parts));
    };
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
    }
    let instant = time::parse(&stamp).ok_or_else(|| header::bad_date(&stamp))?;
    let [access_key_id, date, region, service, terminator] = credential_parts(credential)?;
    let token = parameter(head.query, "X-Amz-Security-Token");
    let token = token.or_else(|| head.text("x-amz-security-token").map(Cow::Borrowed));
    let form = Form::Presigned;
    Ok(Some(Signed {
        form,
        access_key_id,
        date,
        region,
        service,
        instant,
        terminator,
        stamp,
        signed_headers,
        signature,
        token,
    }))
}

/// The decoded value of the first parameter of this name.
pub(super) fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (have, value) = pair.split_once('=')?;
        (decoded(have) == name).then(|| decoded(value))
    })
}

fn missing(parts: &[Option<Cow<'_, str>>; 5]) -> Fault {
    let mut message = String::new();
    for (name, _) in PARTS.iter().zip(parts).filter(|(_, part)| part.is_none()) {
        message.push_str("AWS query-string parameters must include '");
        message.push_str(name);
        message.push_str("'. ");
    }
    message.push_str("Re-examine the query-string parameters.");
    incomplete(message)
}

/// The query of a presigned request, signature included, made from the query of `head`; its headers are
/// signed as they stand and must include `host`. `expires` is in seconds.
#[must_use]
pub fn presign(
    head: &Head<'_>,
    credentials: &Credentials,
    now: Instant,
    region: &str,
    service: &str,
    expires: u32,
) -> String {
    let stamp = time::stamp(now);
    let date = stamp.get(..8).unwrap_or_default();
    let names = canonical::header_names(head.headers.iter().map(|(name, _)| *name));
    let key_id = &credentials.access_key_id;
    let scope = format!("{key_id}/{date}/{region}/{service}/{TERMINATOR}");
    let expires = expires.to_string();
    let mut query = head.query.to_owned();
    let mut add = |name: &str, value: &str| {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        percent::encode_into(&mut query, value.bytes());
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &scope);
    add("X-Amz-Date", &stamp);
    add("X-Amz-Expires", &expires);
    add("X-Amz-SignedHeaders", &names);
    if let Some(token) = &credentials.token {
        add("X-Amz-Security-Token", token.expose());
    }
    let key = SigningKey::derive(credentials.secret.expose(), date, region, service);
    let unsigned = Head { query: &query, ..*head };
    let text = canonical::canonical(&unsigned, b"", &names, Form::Presigned);
    let signature = key.sign(&canonical::string_to_sign(&stamp, [date, region, service, TERMINATOR], &text));
    let signature = canonical::hex(signature.as_ref());
    query.push_str("&X-Amz-Signature=");
    query.push_str(&signature);
    query
}
