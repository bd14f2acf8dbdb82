//! Fixes: edits as data, previewed on the evidence, proved there, weighed by whom else they admit, and rendered.

pub mod acceptance;
pub mod admit;
pub mod edit;
pub mod exempt;
pub mod files;
pub mod limits;
mod made_anew;
mod manifest;
pub mod narrow;
pub mod permission_policy;
mod pod_template;
pub mod policy;
pub mod preview;
pub mod prove;
pub mod reach;
pub mod render;
pub mod trust_policy;
pub mod workflow;
pub mod workload;
mod yaml;

use rolecall_model::evidence::Evidence;

use crate::finding::{Finding, Safety};
use edit::Edit;
use prove::Proof;
use reach::Reach;

/// A way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// One sentence, imperative.
    pub title: String,
    /// How far it may be trusted.
    pub safety: Safety,
    /// What changes, in order; empty where only advice can be given.
    pub edits: Vec<Edit>,
    /// Commands to paste, each a line for a POSIX shell, words quoted where needed.
    pub commands: Vec<String>,
    /// Why AWS would refuse it as it stands, a sentence each without a full stop.
    pub obstacles: Vec<String>,
    /// What follows from it on this evidence; none where there is nothing to preview.
    pub proof: Option<Proof>,
    /// Whom it lets in and keeps out beside this caller; none where it concerns no admission.
    pub reach: Option<Reach>,
}

impl Fix {
    /// Advice: commands, and nothing that could be previewed.
    #[must_use]
    pub fn advice(title: impl Into<String>, safety: Safety, commands: &[String]) -> Fix {
        Fix {
            title: title.into(),
            safety,
            edits: Vec::new(),
            commands: commands.to_vec(),
            obstacles: Vec::new(),
            proof: None,
            reach: None,
        }
    }

    /// A change that can be previewed.
    #[must_use]
    pub fn change(title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Fix {
        let commands = render::commands(&edits);
        Fix { edits, ..Fix::advice(title, safety, &commands) }
    }
}

/// Proves and weighs every fix. A fix that admits anyone beyond this caller, locks
/// somebody out, or does not lead where it should is not safe, whatever its check thought; advice is only shown.
pub(crate) fn settle(evidence: &Evidence, findings: &mut [Finding]) {
    for finding in findings {
        let cause = finding.cause;
        for fix in &mut finding.fixes {
            if fix.edits.is_empty() {
                fix.safety = Safety::ShowOnly;
                continue;
            }
            let proof = prove::prove(evidence, cause, &fix.edits);
            fix.reach = reach::reach(evidence, &fix.edits);
            fix.obstacles = acceptance::obstacles(evidence, &fix.edits);
            let spills = fix.reach.as_ref().is_some_and(Reach::is_more_than_the_caller);
            if fix.safety == Safety::Safe && (spills || !proof.is_settled() || !fix.obstacles.is_empty()) {
                fix.safety = Safety::Review;
            }
            fix.proof = Some(proof);
        }
    }
}
