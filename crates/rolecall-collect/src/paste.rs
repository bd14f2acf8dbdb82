//! A pasted text: an error, a log, a CloudTrail event, a token, a role, a manifest; what it is shows by its shape.

use rolecall_model::document::Document;
use rolecall_model::evidence::Evidence;

use crate::folder::read_files;
use crate::shape;
use crate::text::decode;

/// Makes evidence of one text. Never fails: what is no text is named as skipped.
#[must_use]
pub fn read_text(name: &str, bytes: &[u8]) -> Evidence {
    // One pasted text is headline and log at once.
    let known = decode(bytes).ok().and_then(|text| shape::known_as(&text)).unwrap_or("error.txt");
    let mut evidence = read_files(&[(known.to_owned(), bytes.to_vec())]);
    rename(&mut evidence, known, name);
    evidence
}

/// Gives the documents the name that the user knows.
fn rename(evidence: &mut Evidence, from: &str, to: &str) {
    let mut documents = rolecall_model::document::Documents::default();
    for (_, document) in evidence.documents.iter() {
        let name = document.name.replacen(from, to, 1);
        documents.add(Document { name, ..document.clone() });
    }
    evidence.documents = documents;
    evidence
        .skipped
        .iter_mut()
        .filter(|skipped| skipped.name == from)
        .for_each(|skipped| skipped.name = to.to_owned());
    evidence.unknown_files.clear();
}
