//! The exchange as the evidence lets us decide it: what is presented, and what STS would answer.

mod presented;

use rolecall_model::evidence::Evidence;

pub use presented::PresentedToken;

use crate::case::Requested;

/// What STS would decide on the evidence.
pub struct Exchange<'a> {
    /// Issuer, subject and audience.
    pub presented: PresentedToken,
    evidence: &'a Evidence,
}

impl<'a> Exchange<'a> {
    /// Decides as far as the facts go.
    #[must_use]
    pub fn new(evidence: &'a Evidence, _requested: Option<&Requested>) -> Self {
        Exchange { presented: presented::presented(evidence), evidence }
    }

    /// Whether the role's trust policy admits what is presented; none where a fact that decides was not read.
    #[must_use]
    pub fn trust_admits(&self) -> Option<bool> {
        let _ = self.evidence;
        None
    }
}
