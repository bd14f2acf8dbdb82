//! The canonical request and the string to sign (reference sigv4.md §2, §3).

use super::{ALGORITHM, Form};
use crate::http::Head;
use crate::percent::{self, Decoded};
use aws_lc_rs::digest;

/// The canonical request over the headers named in `signed_headers` (names in lower case, joined by `;`). A
/// named header that the request lacks counts as empty. For [`Form::Presigned`] the query's `X-Amz-Signature`
/// is left out.
#[must_use]
pub fn canonical(head: &Head<'_>, body: &[u8], signed_headers: &str, form: Form) -> Vec<u8> {
    request(head, body, signed_headers, form, Host::WithoutDefaultPort)
}

/// How the `host` header is taken. Clients sign it without the port that is the scheme's default, and nearly
/// all send it so; a few sign what they send.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    WithoutDefaultPort,
    AsSent,
}

pub(super) fn request(head: &Head<'_>, body: &[u8], signed_headers: &str, form: Form, host: Host) -> Vec<u8> {
    let mut out = String::with_capacity(512);
    out.push_str(head.method);
    out.push('\n');
    uri(&mut out, head.path);
    out.push('\n');
    query(&mut out, head.query, form);
    out.push('\n');
    let mut out = out.into_bytes();
    for name in signed_headers.split(';') {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        header(&mut out, head, name, host);
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_hash(head, body).as_bytes());
    out
}

/// The string to sign, for a scope of date, region, service and terminator.
pub(super) fn string_to_sign(stamp: &str, scope: [&str; 4], canonical: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(160);
    out.push_str(ALGORITHM);
    out.push('\n');
    out.push_str(stamp);
    out.push('\n');
    for (at, part) in scope.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "/" });
        out.push_str(part);
    }
    out.push('\n');
    out.push_str(&hex(digest::digest(&digest::SHA256, canonical).as_ref()));
    out.into_bytes()
}

/// Lower-case names, sorted, joined by `;`.
pub(super) fn header_names<'h>(names: impl Iterator<Item = &'h str>) -> String {
    let mut names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
    names.sort();
    names.dedup();
    names.join(";")
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The path as sent, without `.`, `..` and doubled slashes, encoded once more.
fn uri(out: &mut String, path: &str) {
    if path == "/" || path.is_empty() {
        out.push('/');
        return;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    for segment in &segments {
        out.push('/');
        percent::encode_into(out, segment.bytes());
    }
    if segments.is_empty() || path.ends_with('/') {
        out.push('/');
    }
}

/// Names and values decoded, encoded anew and sorted, so that `+` and lower-case hexadecimal digits do no
/// harm.
fn query(out: &mut String, query: &str, form: Form) {
    if query.is_empty() {
        return;
    }
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (again(name), again(value)))
        .filter(|(name, _)| form == Form::Header || name != "X-Amz-Signature")
        .collect();
    pairs.sort();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "&" });
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
}

fn again(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    let bytes = Decoded { rest: raw.as_bytes(), plus: true };
    percent::encode_into(&mut out, bytes.map(|byte| byte.unwrap_or(b'%')));
    out
}

/// All values of a name, joined by commas, trimmed, each run of blanks made one.
fn header(out: &mut Vec<u8>, head: &Head<'_>, name: &str, host: Host) {
    for (at, value) in head.all(name).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let value = value.trim_ascii();
        let value = if name == "host" && host == Host::WithoutDefaultPort { port_cut(value) } else { value };
        let mut last = 0;
        for &byte in value {
            if byte != b' ' || last != b' ' {
                out.push(byte);
            }
            last = byte;
        }
    }
}

/// A host without `:443` or `:80`.
pub(super) fn port_cut(host: &[u8]) -> &[u8] {
    host.strip_suffix(b":443").or_else(|| host.strip_suffix(b":80")).unwrap_or(host)
}

/// `X-Amz-Content-SHA256` if it was sent; [`super::Signed::verify`] compares it with the body.
fn payload_hash(head: &Head<'_>, body: &[u8]) -> std::borrow::Cow<'static, str> {
    match head.text("x-amz-content-sha256") {
        Some(text) => text.to_owned().into(),
        None if body.is_empty() => EMPTY_HASH.into(),
        None => body_hash(body).into(),
    }
}

const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(super) fn body_hash(body: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, body).as_ref())
}
