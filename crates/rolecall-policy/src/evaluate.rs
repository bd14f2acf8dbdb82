//! The fast decision: what a set of policies says to a request, without the reasons.

use crate::compile::{Compiled, CompiledStatement};
use crate::document::Effect;
use crate::matching::{Facts, applies, grant};
use crate::request::Request;
use crate::trace::{Outcome, Tri};

/// A statement by its indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementRef {
    /// Index of the policy.
    pub policy: usize,
    /// Index of the statement in it.
    pub statement: usize,
}

/// By which of the caller's names a resource policy granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// By the name at this index of the caller's names; 0 is the narrowest.
    Name(usize),
    /// By `*`, or by a NotPrincipal that leaves the caller out.
    Everyone,
    /// By a statement without Principal.
    Unnamed,
}

/// What a set of policies says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it comes to.
    pub outcome: Outcome,
    /// A statement that allows, if none denies.
    pub allow: Option<StatementRef>,
    /// A statement that denies.
    pub deny: Option<StatementRef>,
    /// Every way in which allowing statements named the caller, if none denies.
    pub grants: Grants,
    /// As `grants`, with the statements that may allow.
    pub may_grants: Grants,
    /// Whether a statement may deny: a fact that it reads was not read, or it is not legible (rule 1.14). Then an Allow
    /// from elsewhere is not to be trusted either.
    pub may_deny: bool,
}

/// The set of ways in which statements that allow named the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Bit by index of the name.
    names: u32,
    everyone: bool,
    unnamed: bool,
}

impl Grants {
    /// None of them.
    pub const NONE: Grants = Grants { names: 0, everyone: false, unnamed: false };

    /// Whether a statement granted in this way.
    #[must_use]
    pub fn has(&self, grant: Grant) -> bool {
        match grant {
            Grant::Name(index) => self.names & bit(index) != 0,
            Grant::Everyone => self.everyone,
            Grant::Unnamed => self.unnamed,
        }
    }

    fn add(&mut self, grant: Grant) {
        match grant {
            Grant::Name(index) => self.names |= bit(index),
            Grant::Everyone => self.everyone = true,
            Grant::Unnamed => self.unnamed = true,
        }
    }
}

fn bit(index: usize) -> u32 {
    u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or(0)
}

/// Actions longer than this are none of AWS's; they are matched all the same, by a slower way.
const ACTION_BUFFER: usize = 128;

impl Compiled {
    /// What the policies say, without the reasons.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut buffer = [0_u8; ACTION_BUFFER];
        match fold(request.action, &mut buffer) {
            Some(action) => self.decide_folded(action, request),
            None => self.decide_folded(&request.action.to_ascii_lowercase(), request),
        }
    }

    fn decide_folded(&self, action: &str, request: &Request<'_>) -> Decision {
        let mut facts = Facts::new(self.keys(), request.context);
        let mut tally = Tally::default();
        self.candidates(action, request.resource, &mut |statement, fits_action| {
            if !tally.is_settled_for(statement) {
                let applies = applies(statement, fits_action, action, request, &mut facts);
                tally.add(statement, applies, request);
            }
        });
        tally.decision()
    }
}

fn fold<'b>(action: &str, buffer: &'b mut [u8; ACTION_BUFFER]) -> Option<&'b str> {
    let slot = buffer.get_mut(..action.len())?;
    slot.copy_from_slice(action.as_bytes());
    slot.make_ascii_lowercase();
    std::str::from_utf8(slot).ok()
}

/// What is known after some of the statements.
#[derive(Default)]
pub(crate) struct Tally {
    allow: Option<StatementRef>,
    deny: Option<StatementRef>,
    may_allow: bool,
    may_deny: bool,
    grants: Grants,
    may_grants: Grants,
}

impl Tally {
    /// Whether a statement could add nothing: after a Deny, or a further Allow where nobody is named.
    fn is_settled_for(&self, statement: &CompiledStatement) -> bool {
        let allows = statement.effect == Some(Effect::Allow) && statement.principal.is_none();
        self.deny.is_some() || (allows && self.allow.is_some())
    }

    pub fn add(&mut self, statement: &CompiledStatement, applies: Tri, request: &Request<'_>) {
        let found = StatementRef { policy: statement.policy, statement: statement.statement };
        match (statement.effect, applies) {
            (_, Tri::No) => {}
            (Some(Effect::Allow), Tri::Yes) => {
                self.allow = self.allow.or(Some(found));
                let grant = grant(statement, &request.principal);
                self.grants.add(grant);
                self.may_grants.add(grant);
            }
            (Some(Effect::Deny), Tri::Yes) => self.deny = self.deny.or(Some(found)),
            (Some(Effect::Allow), Tri::Unknown) => self.may_allow(statement, request),
            (Some(Effect::Deny), Tri::Unknown) => self.may_deny = true,
            // An effect that is not legible may be either.
            (None, _) => {
                self.may_allow(statement, request);
                self.may_deny = true;
            }
        }
    }

    fn may_allow(&mut self, statement: &CompiledStatement, request: &Request<'_>) {
        self.may_allow = true;
        self.may_grants.add(grant(statement, &request.principal));
    }

    /// A Deny that applies ends it. A Deny that may apply leaves open what would be allowed otherwise; where nothing can
    /// allow, the answer is no either way.
    pub fn decision(self) -> Decision {
        let outcome = match (self.deny, self.allow) {
            (Some(_), _) => Outcome::Deny,
            (None, Some(_)) if self.may_deny => Outcome::Undetermined,
            (None, Some(_)) => Outcome::Allow,
            (None, None) if self.may_allow => Outcome::Undetermined,
            (None, None) => Outcome::NoMatch,
        };
        let may_deny = self.may_deny && self.deny.is_none();
        let Tally { allow, deny, grants, may_grants, .. } = self;
        Decision { outcome, allow, deny, grants, may_grants, may_deny }
    }
}
