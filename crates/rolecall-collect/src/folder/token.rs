//! The raw token: kept as a secret, shown only as the header and claims it holds.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::token::{JsonObject, RawToken};
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::secret::Secret;

/// Takes `token.txt` in. Its document is struck out whole but for line ends; header and claims, which hold no secret,
/// become documents of their own unless they were given as files.
pub(crate) fn raw(evidence: &mut Evidence, name: &str, text: &str) {
    let struck: String = text.chars().map(|c| if c == '\n' || c == '\r' { c } else { '*' }).collect();
    let mut document = Document::plain(name, struck);
    document.showable = false;
    let id = evidence.documents.add(document);
    let mut parts = text.trim().trim_matches(['"', '\'']).split('.');
    let header = parts.next().and_then(|part| decoded(evidence, format!("{name} (header)"), part));
    let claims = parts.next().and_then(|part| decoded(evidence, format!("{name} (claims)"), part));
    if let Some(header) = header.filter(|_| evidence.token.header.present().is_none()) {
        evidence.token.header = fact(header);
    }
    if let Some(claims) = claims.filter(|_| evidence.token.claims.present().is_none()) {
        evidence.token.claims = fact(claims);
    }
    evidence.token.raw = Fact::read(RawToken { text: Secret::new(text.to_owned()), document: id }, id);
}

fn fact(object: JsonObject) -> Fact<JsonObject> {
    let id: DocumentId = object.document;
    Fact::read(object, id)
}

fn decoded(evidence: &mut Evidence, name: String, part: &str) -> Option<JsonObject> {
    let bytes = URL_SAFE_NO_PAD.decode(part).or_else(|_| URL_SAFE.decode(part)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let document = Document::json(name, crate::redact(&text));
    let node = document.root.clone().filter(|node| !node.members().is_empty())?;
    Some(JsonObject { document: evidence.documents.add(document), node })
}
