//! The raw token: kept as a secret, shown only as the header and claims it holds.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use rolecall_model::document::{Document, DocumentId};
use rolecall_model::evidence::token::{JsonObject, RawToken};
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::secret::Secret;

use crate::text::places;

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

/// Takes in header and claims of the token that logs show in a request for an exchange, where no token was given. Several
/// that differ leave open which of them was refused: none is taken.
pub(crate) fn shown_in_logs(evidence: &mut Evidence) {
    if evidence.token.claims.present().is_some() {
        return;
    }
    let documents = evidence.attempt.texts.iter().filter_map(|id| evidence.documents.get(*id));
    let shown = documents.flat_map(|document| {
        tokens(&document.text).into_iter().map(|(header, claims)| (document.name.as_str(), header, claims))
    });
    let mut different: Vec<(&str, &str, &str)> = Vec::new();
    for (name, header, claims) in shown {
        if !different.iter().any(|known| (known.1, known.2) == (header, claims)) {
            different.push((name, header, claims));
        }
    }
    let [(name, header, claims)] = different.as_slice() else { return };
    let (name, header, claims) = ((*name).to_owned(), (*header).to_owned(), (*claims).to_owned());
    if let Some(header) = decoded(evidence, format!("{name} (token header)"), &header) {
        evidence.token.header = fact(header);
    }
    if let Some(claims) = decoded(evidence, format!("{name} (token claims)"), &claims) {
        evidence.token.claims = fact(claims);
    }
}

/// First and second part of tokens that a text shows behind the name of the parameter, in the forms of a query, of Python
/// and of JSON.
fn tokens(text: &str) -> Vec<(&str, &str)> {
    let parameters = places(text, "WebIdentityToken").into_iter().filter_map(|at| {
        let value = text.get(at + "WebIdentityToken".len()..)?;
        let start = value.find(|c: char| !matches!(c, '=' | ':' | ' ' | '"' | '\''))?;
        let value = value.get(start..)?;
        let end =
            value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(value.len());
        let mut parts = value.get(..end)?.split('.');
        parts.next().zip(parts.next())
    });
    parameters.filter(|(header, claims)| header.starts_with("eyJ") && claims.starts_with("eyJ")).collect()
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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use crate::folder::read_files;

    fn token(subject: &str) -> String {
        let [header, claims] =
            [r#"{"alg":"RS256","kid":"a"}"#.to_owned(), format!(r#"{{"sub":"{subject}"}}"#)]
                .map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{claims}.c2lnbmF0dXJl")
    }

    #[test]
    fn the_token_of_a_log() {
        let (one, other) = (token("one"), token("other"));
        let python =
            format!("'body': {{'Action': 'AssumeRoleWithWebIdentity', 'WebIdentityToken': '{one}'}}");
        let query = format!("POST / HTTP/1.1\n\nWebIdentityToken={one}&Action=AssumeRoleWithWebIdentity");
        let json = format!(r#"{{"WebIdentityToken":"{one}","RoleArn":"x"}}"#);
        let table = [
            (python.clone(), Some("one")),
            (query.clone(), Some("one")),
            (json, Some("one")),
            // The same token twice is one.
            (format!("{python}\n{query}"), Some("one")),
            (format!("{python}\nWebIdentityToken={other}"), None),
            // Some other token, not one of an exchange.
            (format!("Authorization: Bearer {one}"), None),
            ("WebIdentityToken=eyJhbGciOi.eyJzd".to_owned(), None),
            ("WebIdentityToken".to_owned(), None),
        ];
        for (log, wanted) in table {
            let evidence = read_files(&[("debug.log".to_owned(), log.clone().into_bytes())]);
            let subject = evidence.token.claims.present().and_then(|claims| claims.text("sub"));
            assert_eq!(subject.map(|subject| subject.value.to_owned()).as_deref(), wanted, "{log}");
            assert!(evidence.documents.iter().all(|(_, document)| !document.text.contains("c2lnbmF0dXJl")));
        }
    }

    #[test]
    fn a_token_that_was_given_counts() {
        let log = format!("WebIdentityToken={}", token("log"));
        let files = [("token.txt", token("given")), ("debug.log", log)];
        let evidence = read_files(&files.map(|(name, text)| (name.to_owned(), text.into_bytes())));
        let subject = evidence.token.claims.present().and_then(|claims| claims.text("sub")).unwrap();
        assert_eq!(subject.value, "given");
    }
}
