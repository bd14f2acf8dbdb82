//! Whether any call is allowed: the layers of policies and their order (policy reference sections 8 to 10).
//!
//! Policies are compiled once into [`Layers`]; a decision walks them without reasons, an examination with them.

mod caller;
mod layers;

use rolecall_policy::compile::Compiled;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_policy::trace::{Outcome, Trace};

pub use caller::{Caller, CallerKind};
pub use layers::LayerKind;

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
    /// The policy of the VPC endpoint that the call came through.
    pub vpce: &'a [Policy],
    /// The policy on the resource; for `sts:AssumeRole*` on a role its trust policy.
    pub resource: Option<&'a Policy>,
}

/// Policies compiled, layer by layer.
#[derive(Debug)]
pub struct Layers {
    identity: Compiled,
    boundary: Option<Compiled>,
    scp: Vec<Compiled>,
    rcp: Vec<Compiled>,
    session: Option<Compiled>,
    vpce: Option<Compiled>,
    resource: Option<Compiled>,
}

impl Layers {
    /// Compiles policies.
    #[must_use]
    pub fn compile(policies: &Policies<'_>) -> Layers {
        let union = |policies: &[Policy]| Compiled::compile(&policies.iter().collect::<Vec<_>>());
        let some = |policies: &[Policy]| (!policies.is_empty()).then(|| union(policies));
        let levels = |levels: &[Vec<Policy>]| levels.iter().map(|level| union(level)).collect();
        Layers {
            identity: union(policies.identity),
            boundary: some(policies.boundary),
            scp: levels(policies.scp),
            rcp: levels(policies.rcp),
            session: some(policies.session),
            vpce: some(policies.vpce),
            resource: policies.resource.map(|policy| Compiled::compile(&[policy])),
        }
    }
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
    /// A fact that decides was not read.
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

/// A layer and how it came out.
#[derive(Clone, Debug)]
pub struct LayerTrace {
    /// Which.
    pub kind: LayerKind,
    /// Level for SCPs and RCPs, from 0.
    pub level: usize,
    /// What it says.
    pub outcome: Outcome,
    /// Whether the call needs this layer's Allow.
    pub must_allow: bool,
    /// Statement by statement.
    pub trace: Trace,
}

/// A decision with its reasons.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The decision.
    pub decision: Decision,
    /// The layer that decided; none where all allow.
    pub decided_by: Option<LayerKind>,
    /// Every layer that exists, in the order of evaluation.
    pub layers: Vec<LayerTrace>,
}

/// Decides, without the reasons.
#[must_use]
pub fn decide(layers: &Layers, call: &Call<'_>) -> Decision {
    layers::verdict(layers, call).0
}

/// Decides, with the reasons.
#[must_use]
pub fn examine(layers: &Layers, call: &Call<'_>) -> Examination {
    let (decision, decided_by) = layers::verdict(layers, call);
    Examination { decision, decided_by, layers: layers::traces(layers, call) }
}
