//! Signing: for our own clients and for tests.

use super::{ALGORITHM, Form, SigningKey, TERMINATOR, canonical, time};
use crate::http::{Head, Header};
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;

/// What a client signs with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: Secret<String>,
    /// The session token of temporary credentials.
    pub token: Option<Secret<String>>,
}

/// The headers to add to a request, whose own headers must include `host` and are all signed: `x-amz-date`,
/// `x-amz-security-token` if there is one, and `authorization`. They are secrets.
#[must_use]
pub fn sign(
    head: &Head<'_>,
    body: &[u8],
    credentials: &Credentials,
    now: Instant,
    region: &str,
    service: &str,
) -> Vec<(&'static str, String)> {
    let stamp = time::stamp(now);
    let date = stamp.get(..8).unwrap_or_default();
    let mut added = vec![("x-amz-date", stamp.clone())];
    if let Some(token) = &credentials.token {
        added.push(("x-amz-security-token", token.expose().clone()));
    }
    let mut headers: Vec<Header<'_>> = head.headers.to_vec();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let names = canonical::header_names(headers.iter().map(|(name, _)| *name));
    let all = Head { headers: &headers, ..*head };
    let text = canonical::canonical(&all, body, &names, Form::Header);
    let key = SigningKey::derive(credentials.secret.expose(), date, region, service);
    let signature = key.sign(&canonical::string_to_sign(&stamp, [date, region, service, TERMINATOR], &text));
    let (key_id, signature) = (&credentials.access_key_id, canonical::hex(signature.as_ref()));
    added.push((
        "authorization",
        format!(
            "{ALGORITHM} Credential={key_id}/{date}/{region}/{service}/{TERMINATOR}, SignedHeaders={names}, \
             Signature={signature}"
        ),
    ));
    added
}
