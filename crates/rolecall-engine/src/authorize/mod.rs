//! Whether any call is allowed: the layers of policies and their order (policy reference sections 8 to 10).
//!
//! Policies are compiled once into [`Layers`]; a decision walks them without reasons, an examination with them.

mod caller;
mod cross_account;
mod exceptions;
mod layers;
mod same_account;

use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_policy::trace::{Outcome, Trace};

pub use caller::{Caller, CallerKind};
use layers::Answers;
pub use layers::{LayerKind, Layers};

/// The policies that bear on a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Policies of the caller: a union.
    pub identity: &'a [Policy],
    /// The caller's permissions boundary: empty means none.
    pub boundary: &'a [Policy],
    /// Service control policies by level, root first; each level must allow. Empty means no limit.
    pub scp: &'a [Vec<Policy>],
    /// Resource control policies by level.
    pub rcp: &'a [Vec<Policy>],
    /// Session policies: a union; empty means none.
    pub session: &'a [Policy],
    /// The policy of the VPC endpoint that the call came through; empty means that it came through none.
    pub vpce: &'a [Policy],
    /// The policy on the resource; for `sts:AssumeRole*` on a role its trust policy.
    pub resource: Option<&'a Policy>,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Who calls.
    pub caller: &'a Caller,
    /// Action, such as `s3:GetObject`.
    pub action: &'a str,
    /// ARN of the resource, or `*`.
    pub resource: &'a str,
    /// Account that owns the resource; none means the one in its ARN, else the caller's.
    pub resource_account: Option<&'a str>,
    /// Everything else.
    pub context: &'a Context,
}

/// What AWS decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is allowed.
    Allowed,
    /// No statement denies it, and a layer that must allow it does not.
    ImplicitDeny,
    /// A Deny statement applies.
    ExplicitDeny,
    /// A fact that decides was not read, or a statement that decides is not legible.
    Undetermined,
}

impl Decision {
    /// Its name in IAM's simulator and in `rolecall simulate`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Decision::Allowed => "allowed",
            Decision::ImplicitDeny => "implicitDeny",
            Decision::ExplicitDeny => "explicitDeny",
            Decision::Undetermined => "undetermined",
        }
    }
}

/// Why it was decided so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Every layer that must allow it does, and none denies.
    AllAllow,
    /// The action needs no permission (rule 2.6).
    NeedsNoPermission,
    /// A statement of this layer denies.
    Denied(LayerKind),
    /// This layer must allow it and does not.
    NotAllowed(LayerKind),
    /// The identity's kind of provider does not work with this action (rule 10.6).
    ActionOfAnotherProvider,
    /// The provider is not in the role's account (rule 10.5).
    ProviderOfAnotherAccount,
    /// What this layer says cannot be told.
    Untold(LayerKind),
}

/// A decision and what decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
}

/// A layer and how it came out.
#[derive(Clone, Debug)]
pub struct LayerTrace {
    /// Which.
    pub kind: LayerKind,
    /// Level for SCPs and RCPs, from 0.
    pub level: usize,
    /// What its policies say.
    pub outcome: Outcome,
    /// Whether the call needs this layer's Allow.
    pub must_allow: bool,
    /// Statement by statement.
    pub trace: Trace,
}

/// A decision with everything that bears on it.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The decision.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// Every layer that exists for this call, in the order of evaluation.
    pub layers: Vec<LayerTrace>,
}

/// Decides.
#[must_use]
pub fn decide(layers: &Layers, call: &Call<'_>) -> Decision {
    verdict(layers, call).decision
}

/// Decides, and says which layer did.
#[must_use]
pub fn verdict(layers: &Layers, call: &Call<'_>) -> Verdict {
    if exceptions::needs_no_permission(call) {
        return Verdict { decision: Decision::Allowed, reason: Reason::NeedsNoPermission };
    }
    let said = layers.ask(call);
    if let Some(kind) = said.denied() {
        return Verdict { decision: Decision::ExplicitDeny, reason: Reason::Denied(kind) };
    }
    if let Some(reason) = exceptions::foreign_identity(call) {
        return Verdict { decision: Decision::ImplicitDeny, reason };
    }
    if said.outcome(LayerKind::Resource) != Outcome::Undetermined {
        return settle(call, &said);
    }
    // Whose Allow is needed depends on what the resource policy says: told only if both ways come to the same.
    let without = settle(call, &said.supposing(false));
    if without.decision == settle(call, &said.supposing(true)).decision {
        return without;
    }
    Verdict { decision: Decision::Undetermined, reason: Reason::Untold(LayerKind::Resource) }
}

/// The verdict where no statement denies.
fn settle(call: &Call<'_>, said: &Answers) -> Verdict {
    let needed = layers::needed(call, said);
    let find = |outcome| needed.iter().find(|kind| said.outcome(*kind) == outcome);
    if let Some(kind) = find(Outcome::NoMatch) {
        return Verdict { decision: Decision::ImplicitDeny, reason: Reason::NotAllowed(kind) };
    }
    // A Deny that may apply leaves everything open, whatever its layer.
    match find(Outcome::Undetermined).or_else(|| said.may_deny()) {
        Some(kind) => Verdict { decision: Decision::Undetermined, reason: Reason::Untold(kind) },
        None => Verdict { decision: Decision::Allowed, reason: Reason::AllAllow },
    }
}

/// Decides, with the trace of every layer.
#[must_use]
pub fn examine(layers: &Layers, call: &Call<'_>) -> Examination {
    let Verdict { decision, reason } = verdict(layers, call);
    let needed = layers::needed(call, &layers.ask(call));
    let traces = layers.trace(call, |kind| needed.has(kind));
    Examination { decision, reason, layers: traces }
}
