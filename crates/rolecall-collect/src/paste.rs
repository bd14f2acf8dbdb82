//! A pasted text: an error, a log, a CloudTrail event, a token, a role, a manifest; what it is shows by its shape.

use rolecall_model::document::Document;
use rolecall_model::evidence::Evidence;
use rolecall_model::json::{self, Node};

use crate::folder::read_files;
use crate::text::decode;

/// Makes evidence of one text. Never fails: what is no text is named as skipped.
#[must_use]
pub fn read_text(name: &str, bytes: &[u8]) -> Evidence {
    let as_file = |file: &str| {
        let mut evidence = read_files(&[(file.to_owned(), bytes.to_vec())]);
        rename(&mut evidence, file, name);
        evidence
    };
    let Ok(text) = decode(bytes) else { return as_file("error.txt") };
    let trimmed = text.trim();
    if is_jwt(trimmed) {
        return as_file("token.txt");
    }
    let parsed = json::parse(trimmed);
    let sound = parsed.root.filter(|root| parsed.flaws.is_empty() && !root.members().is_empty());
    if let Some(file) = sound.as_ref().and_then(json_kind) {
        return as_file(file);
    }
    let manifest =
        trimmed.starts_with("apiVersion:") || trimmed.starts_with("kind:") || trimmed.contains("\nkind: ");
    if manifest {
        return as_file("manifest.yaml");
    }
    // One pasted text is headline and log at once.
    as_file("error.txt")
}

fn is_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && !text.contains(char::is_whitespace) && text.split('.').count() >= 2
}

fn json_kind(root: &Node) -> Option<&'static str> {
    let has = |key: &str| root.get(key).is_some();
    if has("eventSource") || has("Records") || has("Events") {
        return Some("cloudtrail.json");
    }
    if has("Role") || has("Statement") || has("AssumeRolePolicyDocument") {
        return Some("role.json");
    }
    if has("OpenIDConnectProviderList") {
        return Some("providers.json");
    }
    if has("ClientIDList") {
        return Some("provider.json");
    }
    if has("cluster") {
        return Some("cluster.json");
    }
    if has("keys") {
        return Some("jwks.json");
    }
    if has("jwks_uri") {
        return Some("discovery.json");
    }
    if has("iss") && has("sub") {
        return Some("token.claims.json");
    }
    None
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
