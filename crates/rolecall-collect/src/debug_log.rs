//! Debug logs of SDKs and transcripts of shells: requests that were sent, identities that were shown, look-ups of the
//! issuer that failed.

use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::caller::RequestParameters;
use rolecall_model::evidence::issuer::FetchFailure;
use rolecall_model::json;
use rolecall_model::span::Span;

use crate::request;
use crate::text::{line_at, places, word};

/// More requests than this in one log are not listed.
const MAX_REQUESTS: usize = 64;

/// Requests that a log shows, in order.
pub(crate) fn requests(document: DocumentId, text: &str) -> Vec<RequestParameters> {
    let mut found: Vec<(usize, RequestParameters)> = Vec::new();
    for at in places(text, "Action=AssumeRole") {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(rest.len());
        let start = query_start(text, at);
        found.push((at, request::form(document, text.get(start..at + end).unwrap_or_default(), start)));
    }
    for at in places(text, "OperationModel(name=AssumeRole")
        .into_iter()
        .chain(places(text, "\"commandName\":\"AssumeRole"))
    {
        found.push((at, printed(document, text, at)));
    }
    found.sort_by_key(|(at, _)| *at);
    let mut requests: Vec<RequestParameters> =
        found.into_iter().map(|(_, request)| request).take(MAX_REQUESTS).collect();
    let endpoints = endpoints(document, text);
    if requests.is_empty() && !endpoints.is_empty() {
        requests.push(RequestParameters::default());
    }
    for request in &mut requests {
        request.endpoint = request.endpoint.take().or_else(|| endpoints.first().cloned());
    }
    requests
}

/// The parameters may stand before `Action=` too.
fn query_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind(|c: char| c.is_whitespace() || "\"'<>?".contains(c)).map_or(0, |found| found + 1)
}

/// Parameters as Python's dict or JavaScript's object prints them: `'RoleArn': 'x'`, `"RoleArn":"x"`.
fn printed(document: DocumentId, text: &str, at: usize) -> RequestParameters {
    let (start, line) = line_at(text, at);
    let mut request = RequestParameters::default();
    let operation = line.find("AssumeRole").and_then(|found| line.get(found..)).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().trim_end_matches("Command").to_owned()
    });
    request.operation = operation;
    for (name, slot) in [
        ("RoleArn", 0),
        ("RoleSessionName", 1),
        ("DurationSeconds", 2),
        ("endpoint", 3),
        ("url", 3),
        ("WebIdentityToken", 4),
    ] {
        let Some((value, offset)) = printed_value(line, name) else { continue };
        let at = At::new(document, Span::new(start + offset, start + offset + value.len()));
        let text = Located::new(value.to_owned(), at);
        match slot {
            0 => request.role_arn = Some(text),
            1 => request.session_name = Some(text),
            2 => request.duration_seconds = value.parse().ok().map(|seconds| (seconds, at)),
            3 if value.contains("//") => request.endpoint = request.endpoint.or(Some(text)),
            4 => request.token_is_not_a_jwt = Some(text).filter(|text| !request::is_token(&text.value)),
            _ => {}
        }
    }
    request
}

fn printed_value<'l>(line: &'l str, name: &str) -> Option<(&'l str, usize)> {
    let quoted = ["'", "\""]
        .iter()
        .find_map(|quote| line.find(&format!("{quote}{name}{quote}")).map(|at| at + name.len() + 2))?;
    let rest = line.get(quoted..)?;
    let gap = rest.len() - rest.trim_start_matches([':', ' ', '\'', '"']).len();
    let value = rest.get(gap..)?;
    let end = value.find(['\'', '"', ',', '}']).unwrap_or(value.len());
    Some((value.get(..end)?, quoted + gap))
}

/// Hosts of STS that were asked, as URLs or in `Host:` headers and connection lines.
fn endpoints(document: DocumentId, text: &str) -> Vec<Text> {
    let mut found = Vec::new();
    for at in places(text, "//sts")
        .into_iter()
        .map(|at| at + 2)
        .chain(places(text, "Host: sts").into_iter().map(|at| at + 6))
    {
        let host = text.get(at..).map(word).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let scheme_at = text.get(..at).map_or(at, |before| {
            if before.ends_with("https://") {
                at - 8
            } else if before.ends_with("http://") {
                at - 7
            } else {
                at
            }
        });
        let whole = text.get(scheme_at..at + host.len()).unwrap_or(host);
        found.push(Located::new(whole.to_owned(), At::new(document, Span::new(scheme_at, at + host.len()))));
    }
    for at in places(text, "HTTPS connection (") {
        let (start, line) = line_at(text, at);
        if let Some((before, host)) = line.split_once("): ").filter(|(_, host)| host.starts_with("sts")) {
            let host = host.split(':').next().unwrap_or_default();
            let begin = start + before.len() + 3;
            found
                .push(Located::new(host.to_owned(), At::new(document, Span::new(begin, begin + host.len()))));
        }
    }
    found
}

/// ARNs that `aws sts get-caller-identity` printed anywhere in the text.
pub(crate) fn identities(document: DocumentId, text: &str) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for at in places(text, "\"UserId\"") {
        let start = text.get(..at).and_then(|before| before.rfind('{')).unwrap_or(at);
        let Some(object) = text.get(start..) else { continue };
        let parsed = json::parse(object);
        let arn = parsed
            .root
            .as_ref()
            .and_then(|root| root.get("Arn"))
            .and_then(|node| Some((node.as_str()?.to_owned(), node.span)));
        if let Some((arn, span)) = arn {
            let span = Span::new(start + span.start as usize, start + span.end as usize);
            found.push(Located::new(arn, At::new(document, span)));
        }
    }
    found
}

/// Transcripts of `curl` for the issuer's documents that failed from outside.
pub(crate) fn fetch_failures(document: DocumentId, text: &str) -> Vec<FetchFailure> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut what: Option<&'static str> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare.starts_with('$') || bare.contains("curl ") && !bare.starts_with("curl:") {
            what = if bare.contains(".well-known/openid-configuration") {
                Some("discovery")
            } else if bare.contains("jwks") || bare.contains("/keys") {
                Some("jwks")
            } else {
                None
            };
        } else if let Some(what) = what {
            let failed = bare.starts_with("curl: (")
                || bare == "000"
                || status_of(bare).is_some_and(|status| status >= 300);
            if failed {
                let at = At::new(document, Span::new(start, start + bare.len()));
                found.push(FetchFailure {
                    what,
                    answer: Located::new(bare.to_owned(), at),
                    status: status_of(bare),
                });
            }
        }
        start += line.len();
    }
    found
}

/// A status line or a bare status code.
pub(crate) fn status_of(line: &str) -> Option<u16> {
    let code = match line.strip_prefix("HTTP/") {
        Some(rest) => rest.split_whitespace().nth(1)?,
        None => line.trim(),
    };
    code.parse().ok().filter(|status| (100..600).contains(status))
}
