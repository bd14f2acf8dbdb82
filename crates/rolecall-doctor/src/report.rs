//! The report: conclusion, chain, findings, what was not read. Formats are made from it and from nothing else.

use rolecall_model::document::Documents;
use rolecall_model::evidence::{Evidence, Skipped};

use crate::case::Case;
use crate::chain::{self, ChainLink};
use crate::conclusion::{self, Conclusion};
use crate::finding::Finding;
use crate::fix::render::{Notation, render};
use crate::fix::{self, Fix};
use crate::implied::{self, Implied};
use crate::missing::{self, Missing};
use crate::rank;

/// All that a diagnosis found.
#[derive(Debug)]
pub struct Report<'a> {
    /// What AWS answers to this attempt, as far as the evidence decides.
    pub conclusion: Conclusion,
    /// The conclusion in one sentence, lower case, without a full stop.
    pub summary: String,
    /// The chain, in order.
    pub chain: Vec<ChainLink>,
    /// Findings; the first is the answer.
    pub findings: Vec<Finding>,
    /// What the messages say by themselves, where no cause is certain.
    pub implied: Vec<Implied>,
    /// Facts that were not read and matter.
    pub missing: Vec<Missing>,
    /// Files that were not read.
    pub skipped: &'a [Skipped],
    /// Files whose names mean nothing.
    pub unknown_files: &'a [String],
    /// The texts that places refer to.
    pub documents: &'a Documents,
    /// The evidence, for fixes to be written out.
    pub evidence: &'a Evidence,
}

impl Report<'_> {
    /// A fix in a notation; none where it has nothing to say in it.
    #[must_use]
    pub fn render(&self, fix: &Fix, notation: Notation) -> Option<String> {
        render(self.evidence, fix, notation)
    }
}

/// Diagnoses the evidence. Never fails: what cannot be told is said.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Report<'_> {
    let case = Case::new(evidence);
    let mut findings = rank::findings(&case);
    fix::settle(evidence, &mut findings);
    let implied = implied::implied(&case, &findings);
    let missing = missing::missing(&case, &findings);
    let (conclusion, summary) = conclusion::conclude(&case, &findings);
    Report {
        conclusion,
        summary,
        chain: chain::chain(&case, &findings),
        findings,
        implied,
        missing,
        skipped: &evidence.skipped,
        unknown_files: &evidence.unknown_files,
        documents: &evidence.documents,
        evidence,
    }
}
