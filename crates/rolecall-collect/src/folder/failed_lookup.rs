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
    let absent = says_absent(&text);
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

/// Whether the answer says that the thing is not there. One that refuses says nothing of that, whatever stands in it.
fn says_absent(text: &str) -> bool {
    const REFUSED: [&str; 5] =
        ["AccessDenied", "Forbidden", "not authorized", "Unauthorized", "Could not connect"];
    const ABSENT: [&str; 6] =
        ["NoSuchEntity", "NotFound", "not found", "ResourceNotFound", "cannot be found", "No cluster found"];
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    // The number as a word: account ids may hold these digits.
    let number = || text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "404");
    !has(&REFUSED) && (has(&ABSENT) || number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_or_refused() {
        let table = [
            (
                "An error occurred (NoSuchEntity) when calling the GetRole operation: The role cannot be found.",
                true,
            ),
            ("Error from server (NotFound): pods \"api\" not found", true),
            ("HTTP/1.1 404 Not Found", true),
            (
                "An error occurred (AccessDenied) when calling the GetRole operation: User: arn:aws:iam::404111122222:user/x is not authorized",
                false,
            ),
            ("Error from server (Forbidden): pods \"notfound-404\" is forbidden", false),
            ("no answer to iam:GetRole within 20 seconds", false),
            ("the role is in account 404404404404, and these credentials are of account 111122223333", false),
        ];
        for (text, absent) in table {
            assert_eq!(says_absent(text), absent, "{text}");
        }
    }
}
