//! The `Authorization` header (reference sigv4.md §1, §6).

use super::{ALGORITHM, Form, Signed, credential_parts, incomplete, time};
use crate::fault::Fault;
use crate::http::Head;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::instant::Instant;
use std::borrow::Cow;

pub(super) fn read<'a>(head: &Head<'a>, value: &'a [u8]) -> Result<Signed<'a>, Fault> {
    let text =
        std::str::from_utf8(value).map_err(|_| incomplete("Authorization header cannot be read."))?.trim();
    if text.is_empty() {
        return Err(incomplete("Authorization header cannot be empty."));
    }
    let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{}'.", printable(algorithm))));
    }
    let pieces = Pieces::read(rest, text)?;
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (pieces.credential, pieces.signature, pieces.signed_headers, date(head))
    else {
        return Err(pieces.missing(date(head).is_some(), text));
    };
    let (instant, stamp) = date?;
    let [access_key_id, date, region, service, terminator] = credential_parts(Cow::Borrowed(credential))?;
    Ok(Signed {
        form: Form::Header,
        access_key_id,
        date,
        region,
        service,
        instant,
        terminator,
        stamp,
        signed_headers: Cow::Borrowed(signed_headers),
        signature: Cow::Borrowed(signature),
        token: head.text("x-amz-security-token").map(Cow::Borrowed),
    })
}

/// The parts of the header, in any order, separated by commas and blanks.
#[derive(Default)]
struct Pieces<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
}

impl<'a> Pieces<'a> {
    fn read(rest: &'a str, header: &str) -> Result<Pieces<'a>, Fault> {
        let mut pieces = Pieces::default();
        for piece in rest.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            let Some((name, value)) = piece.split_once('=') else {
                return Err(incomplete(format!(
                    "The signature contains an invalid key=value pair (missing equal-sign) in Authorization header \
                     (hashed with SHA-256 and encoded with Base64): '{}'.",
                    hashed(header)
                )));
            };
            let place = match name {
                "Credential" => &mut pieces.credential,
                "Signature" => &mut pieces.signature,
                "SignedHeaders" => &mut pieces.signed_headers,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        Ok(pieces)
    }

    /// AWS names each piece that is missing. Since the header may hold a valid signature, its hash is shown.
    fn missing(&self, dated: bool, header: &str) -> Fault {
        let sentences = [
            (self.credential.is_some(), "Authorization header requires 'Credential' parameter. "),
            (self.signature.is_some(), "Authorization header requires 'Signature' parameter. "),
            (self.signed_headers.is_some(), "Authorization header requires 'SignedHeaders' parameter. "),
            (dated, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "),
        ];
        let mut message: String =
            sentences.iter().filter(|(have, _)| !have).map(|(_, sentence)| *sentence).collect();
        message.push_str("(Hashed with SHA-256 and encoded with Base64) Authorization=");
        message.push_str(&hashed(header));
        incomplete(message)
    }
}

/// When it was signed, with the text that was signed; `X-Amz-Date` wins. `None` if there is neither header.
fn date<'a>(head: &Head<'a>) -> Option<Result<(Instant, Cow<'a, str>), Fault>> {
    if let Some(stamp) = head.text("x-amz-date") {
        let instant = time::parse(stamp).ok_or_else(|| bad_date(stamp));
        return Some(instant.map(|instant| (instant, Cow::Borrowed(stamp))));
    }
    let text = head.text("date")?;
    let instant = time::parse_header(text).ok_or_else(|| bad_date(text));
    Some(instant.map(|instant| (instant, Cow::Owned(time::stamp(instant)))))
}

pub(super) fn bad_date(text: &str) -> Fault {
    incomplete(format!(
        "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
        printable(text)
    ))
}

fn hashed(header: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, header.as_bytes()))
}

/// Short enough to repeat.
fn printable(text: &str) -> String {
    text.chars().take(64).collect()
}
