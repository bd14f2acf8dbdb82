//! What the messages that were seen imply by themselves, and what they leave open, where nothing is certain yet.

use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::catalogue::CATALOGUE;
use crate::explains::can_explain;
use crate::finding::{Certainty, Finding, Severity};
use crate::meaning::meaning;

/// What one message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implied {
    /// Where the message stands.
    pub at: At,
    /// What it means and where it never points, in whole sentences.
    pub meaning: String,
    /// Causes that lead to it, the one that strikes first on top; those that were looked for and are not there are
    /// still among them where a fact is missing.
    pub open: Vec<&'static str>,
}

/// One entry for each meaning among what was seen; none where a cause is certain, since that is the answer.
pub(crate) fn implied(case: &Case<'_>, findings: &[Finding]) -> Vec<Implied> {
    let certain =
        |finding: &Finding| finding.severity == Severity::Error && finding.certainty == Certainty::Certain;
    if findings.iter().any(certain) {
        return Vec::new();
    }
    let observations = case.attempt().observations.iter().map(|seen| (seen.at, &seen.symptom));
    let refused = case
        .refusal_in_trail()
        .into_iter()
        .filter(|event| event.error_code.as_ref().is_some_and(|code| code.value == "AccessDenied"));
    let refused = refused.map(|event| (event.at, &Symptom::TrustDenied));
    let mut implied: Vec<Implied> = Vec::new();
    for (at, symptom) in observations.chain(refused) {
        let meaning = meaning(symptom);
        if implied.iter().any(|known| known.meaning == meaning) {
            continue;
        }
        let leads = CATALOGUE.iter().filter(|check| check.severity == Severity::Error);
        let open = leads.map(|check| check.slug).filter(|slug| can_explain(symptom, slug)).collect();
        implied.push(Implied { at, meaning, open });
    }
    implied
}
