//! Parameters of a call of STS: `request.json`, form bodies and the parameters that debug logs print.

use percent_encoding::percent_decode_str;
use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::caller::RequestParameters;
use rolecall_model::json::{Kind, Node};
use rolecall_model::span::Span;

/// Reads an object of parameters in any spelling of SDKs: `RoleArn`, `roleArn`, `role-arn`.
pub(crate) fn object(document: DocumentId, node: &Node) -> RequestParameters {
    let mut request = RequestParameters::default();
    for member in node.members() {
        let at = At::new(document, member.value.span);
        if member.key.contains(':') || member.key == "context" {
            context(&mut request, document, &member.key, &member.value);
            continue;
        }
        if let Kind::Object(_) = member.value.kind {
            let inner = object(document, &member.value);
            if request.role_arn.is_none() && inner.role_arn.is_some() {
                request = inner;
            }
            continue;
        }
        if folded(&member.key) == "tags" {
            request.tags.extend(tags(document, &member.value));
            continue;
        }
        if let Some(value) = member.value.scalar() {
            set(&mut request, &member.key, Located::new(value.to_owned(), at));
        }
    }
    request
}

fn folded(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn set(request: &mut RequestParameters, key: &str, text: Text) {
    match folded(key).as_str() {
        "action" | "operation" => request.operation = Some(text.value),
        "rolearn" => request.role_arn = Some(text),
        "rolesessionname" | "sessionname" => request.session_name = Some(text),
        "durationseconds" | "duration" => {
            request.duration_seconds = text.value.parse().ok().map(|seconds| (seconds, text.at))
        }
        "webidentitytoken" => request.token_is_not_a_jwt = Some(text).filter(|text| !is_token(&text.value)),
        "policy" => request.policy = Some(text),
        "sourceidentity" => request.source_identity = Some(text),
        "externalid" => request.external_id = Some(text),
        "endpoint" | "endpointurl" | "url" | "host" => request.endpoint = Some(text),
        "sourceip" | "sourceipaddress" => request.source_ip = Some(text),
        _ => {}
    }
}

/// Struck-out and shortened tokens count as tokens: only what is plainly something else is worth telling.
pub(crate) fn is_token(value: &str) -> bool {
    let parts = value.split('.').count();
    value.starts_with("eyJ")
        || parts == 3 && !value.contains(['/', ' ', '<'])
        || value.contains("***")
        || value.contains('…')
        || value.contains("...")
}

fn context(request: &mut RequestParameters, document: DocumentId, key: &str, value: &Node) {
    let values = |node: &Node| {
        node.one_or_many().iter().filter_map(|one| one.scalar().map(str::to_owned)).collect::<Vec<_>>()
    };
    if key == "context" {
        for member in value.members() {
            let at = At::new(document, member.value.span);
            request.context.push((Located::new(member.key.clone(), at), values(&member.value)));
        }
    } else {
        request.context.push((Located::new(key.to_owned(), At::new(document, value.span)), values(value)));
    }
}

fn tags(document: DocumentId, node: &Node) -> Vec<(Text, String)> {
    let tag = |one: &Node| {
        let key = one.get("Key").or_else(|| one.get("key"))?;
        let value = one.get("Value").or_else(|| one.get("value")).and_then(Node::scalar).unwrap_or_default();
        Some((Located::new(key.as_str()?.to_owned(), At::new(document, key.span)), value.to_owned()))
    };
    node.elements().iter().filter_map(tag).collect()
}

/// A form body or query string: `Action=…&RoleArn=…`, percent-encoded. `start` is its byte in the document.
pub(crate) fn form(document: DocumentId, body: &str, start: usize) -> RequestParameters {
    let mut request = RequestParameters::default();
    let mut at = start;
    for pair in body.split('&') {
        if let Some((key, value)) = pair.split_once('=') {
            let plain = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
            let begin = at + key.len() + 1;
            set(
                &mut request,
                key,
                Located::new(plain, At::new(document, Span::new(begin, begin + value.len()))),
            );
        }
        at += pair.len() + 1;
    }
    request
}
