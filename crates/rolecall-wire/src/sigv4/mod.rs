//! Signature Version 4: who signed a request (reference sigv4.md).
//!
//! The checks come in stages, in AWS's order (§7), since the caller looks the key up in between:
//!
//! 1. [`read`]: is there a signature, and can it be read;
//! 2. the caller finds the access key and opens the session token: [`crate::fault::Fault::unknown_key`],
//!    [`crate::fault::Fault::expired_session`];
//! 3. [`Signed::check_scope`], 4. [`Signed::check_time`], 5. [`Signed::verify`].

mod canonical;
mod header;
mod key;
mod presigned;
mod sign;
mod time;
mod verify;

pub use canonical::canonical;
pub use key::SigningKey;
pub use presigned::presign;
pub use sign::{Credentials, sign};

use crate::fault::{Code, Fault};
use crate::http::Head;
use crate::percent;
use crate::service::Service;
use rolecall_model::instant::Instant;
use std::borrow::Cow;
use std::fmt;

/// The one algorithm that is offered. SigV4A is refused as unsupported (§8).
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How every credential scope ends.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// Where a signature was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query.
    Presigned,
}

/// What a signature claims. Nothing of it is true before [`Signed::verify`] has passed. The `Debug` shows
/// neither the signature nor the session token.
pub struct Signed<'a> {
    /// Where it was found.
    pub form: Form,
    /// The access key id.
    pub access_key_id: Cow<'a, str>,
    /// `yyyymmdd` of the scope.
    pub date: Cow<'a, str>,
    /// The region of the scope.
    pub region: Cow<'a, str>,
    /// The service of the scope, by its signing name.
    pub service: Cow<'a, str>,
    /// When it was signed.
    pub instant: Instant,
    terminator: Cow<'a, str>,
    /// `yyyymmddThhmmssZ`, as it goes into the string to sign.
    stamp: Cow<'a, str>,
    signed_headers: Cow<'a, str>,
    signature: Cow<'a, str>,
    token: Option<Cow<'a, str>>,
}

impl Signed<'_> {
    /// The session token that came with it.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The names of the signed headers.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }
}

impl fmt::Debug for Signed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Signed")
            .field("form", &self.form)
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

/// Reads the signature of a request: the header, or else the query. `None` if it has neither, which an
/// unsigned operation may; others answer [`Fault::unsigned`]. Fails with `IncompleteSignature` for what
/// cannot be read.
pub fn read<'a>(head: &Head<'a>) -> Result<Option<Signed<'a>>, Fault> {
    match head.header("authorization") {
        Some(value) => header::read(head, value).map(Some),
        None => presigned::read(head),
    }
}

/// The service in the scope of a signature, whatever else is wrong with it. `None` for one that is not
/// offered.
pub(crate) fn scope_service(head: &Head<'_>) -> Option<Service> {
    let credential = match head.header("authorization") {
        Some(value) => {
            let (_, after) = std::str::from_utf8(value).ok()?.split_once("Credential=")?;
            Cow::Borrowed(after.split([',', ' ']).next()?)
        }
        None => presigned::parameter(head.query, "X-Amz-Credential")?,
    };
    Service::of_signing_name(credential.rsplit('/').nth(1)?)
}

fn incomplete(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new(Code::IncompleteSignature, message)
}

/// The five parts of a credential: key id, date, region, service, terminator.
fn credential_parts(credential: Cow<'_, str>) -> Result<[Cow<'_, str>; 5], Fault> {
    let parts = match &credential {
        Cow::Borrowed(text) => five(text).map(|parts| parts.map(Cow::Borrowed)),
        Cow::Owned(text) => five(text).map(|parts| parts.map(|part| Cow::Owned(part.to_owned()))),
    };
    parts.ok_or_else(|| {
        let got: String = credential.chars().take(256).collect();
        incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{got}'"
        ))
    })
}

fn five(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.split('/');
    let five = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(five)
}

/// `%2F` and the like; a broken `%` stays as it is.
fn decoded(raw: &str) -> Cow<'_, str> {
    percent::decode_form(raw).unwrap_or(Cow::Borrowed(raw))
}
