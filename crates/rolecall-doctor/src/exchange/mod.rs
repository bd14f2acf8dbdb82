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

/// What STS would answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Every step that could be decided passes, and those that decide were all read.
    Admitted,
    /// A step refuses.
    Refused,
    /// A fact that decides was not read.
    Undetermined,
}

impl Exchange<'_> {
    /// What STS would answer, signature and key set left aside where no token was given.
    #[must_use]
    pub fn decided(&self) -> Decided {
        Decided::Undetermined
    }

    /// Whether every fact that decides, resource control policies included, was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        false
    }

    /// What was read of the trust policy, in a few words.
    #[must_use]
    pub fn trust_summary(&self) -> Option<String> {
        None
    }
}
