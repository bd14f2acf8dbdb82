//! `X.error`: what came back where X was asked for and could not be had.

use rolecall_model::document::{At, Document, DocumentId, Located};
use rolecall_model::evidence::{Evidence, Fact, Lookup, Source, Unread, UnreadReason};
use rolecall_model::span::Span;

use super::issuer;
use crate::redact;
use crate::text::line_at;

/// `X.error`: what looking X up answered. NoSuchEntity and 404 mean that it is not there; anything else that nobody knows.
pub(super) fn take(evidence: &mut Evidence, name: &str, stem: &str, text: &str) {
    let text = redact(text);
    let id = evidence.documents.add(Document::plain(name, text.clone()));
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let refused = has(&["AccessDenied", "Forbidden", "not authorized", "Unauthorized", "Could not connect"]);
    // As a word: account ids may hold these digits.
    let is_404 = || text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "404");
    let missing = has(&["NoSuchEntity", "NotFound", "not found", "cannot be found", "No cluster found"]);
    let absent = !refused && (missing || is_404());
    let answer = line_at(&text, text.len() - text.trim_start().len());
    let (start, line) = (answer.0, answer.1.trim_end().to_owned());
    let at = At::new(id, Span::new(start, start + line.len()));
    fn set<T>(fact: &mut Fact<T>, absent: bool, id: DocumentId, line: &str) {
        let command = fact.unread().map_or("", |unread| unread.command);
        *fact = if absent {
            Fact::Absent { source: Source::Document(id) }
        } else {
            Fact::Unread { why: Unread { reason: UnreadReason::Denied(line.to_owned()), command } }
        };
    }
    match stem {
        "role" => set(&mut evidence.role.role, absent, id, &line),
        "providers" => set(&mut evidence.provider.list, false, id, &line),
        "provider" => set(&mut evidence.provider.detail, absent, id, &line),
        "serviceaccount" => set(&mut evidence.serviceaccount.account, absent, id, &line),
        "namespace" => set(&mut evidence.serviceaccount.namespace, absent, id, &line),
        "boundary" => set(&mut evidence.permission.boundary, false, id, &line),
        "pod" => set(&mut evidence.pod.pod, absent, id, &line),
        "webhook" => set(&mut evidence.pod.webhook, absent, id, &line),
        "association" | "associations" => set(&mut evidence.serviceaccount.associations, absent, id, &line),
        "cluster" => set(&mut evidence.issuer.cluster, absent, id, &line),
        "rcp" => set(&mut evidence.permission.rcp, false, id, &line),
        "scp" => set(&mut evidence.permission.scp, false, id, &line),
        "identity-policies" => set(&mut evidence.permission.identity, false, id, &line),
        "discovery" | "jwks" => issuer::fetch_failure(evidence, id, stem, &text, at),
        _ => evidence.lookups.push(Lookup { name: stem.to_owned(), answer: Located::new(line, at), absent }),
    }
}
