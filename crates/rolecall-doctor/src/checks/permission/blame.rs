//! Which layer refused a call of the assumed role: as AWS says, else as the policies that were read decide.
//!
//! Source of AWS's wording: IAM User Guide, "Troubleshoot access denied error messages".

use rolecall_engine::authorize::{LayerKind, Reason};
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Denial;
use rolecall_policy::trace::Tri;

use super::examined::{Examined, Set};
use super::said::Said;
use crate::case::Case;
use crate::finding::Certainty;

/// The layer to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// No identity policy allows.
    Identity,
    /// An identity policy denies.
    IdentityDeny,
    /// The permissions boundary.
    Boundary,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// A session policy.
    Session,
    /// A VPC endpoint's policy.
    VpcEndpoint,
    /// The policy on the resource.
    Resource,
}

/// Who is to blame for what.
pub(super) struct Blame<'a> {
    /// The layer.
    pub layer: Layer,
    /// The refused call.
    pub denial: &'a Denial,
    /// Its words.
    pub at: At,
    /// How sure.
    pub certainty: Certainty,
    /// The statement that decides, if one does.
    pub place: Option<At>,
    /// The name of its policy.
    pub policy: Option<String>,
    /// What the layer's own policies say, where it is one of the role's own.
    pub said: Said,
}

/// The layer that refused a call of the assumed role. Assuming a further role is the chain's matter.
pub(super) fn blame<'a>(case: &Case<'a>) -> Option<Blame<'a>> {
    let (denial, at) = case.denied_as_role()?;
    if is_assumption(&denial.action) {
        return None;
    }
    let _read = (case.permission(), case.role());
    let set = Set::of(case.evidence());
    let Examined { layer: decided, place, policy, layers } = set.decide(denial);
    let said = denial.reason.as_deref().and_then(said);
    let (layer, certainty) = match (said, decided) {
        (Some(layer), _) => (layer, Certainty::Certain),
        (None, Some(layer)) => (layer, Certainty::Certain),
        (None, None) => (Layer::Identity, Certainty::Possible),
    };
    let shown = decided == Some(layer);
    Some(Blame {
        layer,
        denial,
        at,
        certainty,
        place: place.filter(|_| shown),
        policy: policy.filter(|_| shown),
        said: layers.iter().find(|trace| layer.is(trace.kind)).map(Said::of).unwrap_or_default(),
    })
}

/// The account of a resource whose side is to say yes by itself.
pub(super) const ANOTHER_ACCOUNT: &str = "000000000000";

/// What stands in the way of an assumption beside the policies of its two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// Nothing that AWS named or that was read.
    Nothing,
    /// This may, by a condition.
    Perhaps(&'static str),
    /// This does: an Allow more on either side does not help.
    Surely(&'static str),
}

/// What refuses an assumption whatever its two sides allow: as AWS says, else as the policies that were read decide.
pub(super) fn beyond(case: &Case<'_>, denial: &Denial) -> Beyond {
    let reason = denial.reason.as_deref().unwrap_or_default();
    let denies = reason.to_ascii_lowercase().contains("explicit deny");
    let kind = match said(reason) {
        Some(Layer::Identity) | None => None,
        Some(Layer::Resource) if !denies => None,
        Some(Layer::IdentityDeny) => return Beyond::Surely(FIRST_DENIES),
        Some(Layer::Resource) => return Beyond::Surely(SECOND_DENIES),
        Some(Layer::Boundary) => Some(LayerKind::Boundary),
        Some(Layer::Scp) => Some(LayerKind::Scp),
        Some(Layer::Rcp) => Some(LayerKind::Rcp),
        Some(Layer::Session) => Some(LayerKind::Session),
        Some(Layer::VpcEndpoint) => Some(LayerKind::VpcEndpoint),
    };
    if let Some(kind) = kind {
        return Beyond::Surely(called(kind));
    }
    let examined = Set::of(case.evidence()).examine(denial, true);
    match examined.reason {
        Reason::Denied(kind) | Reason::NotAllowed(kind) => Beyond::Surely(called(kind)),
        Reason::Untold(kind) => Beyond::Perhaps(called(kind)),
        _ => Beyond::Nothing,
    }
}

/// What the refused call rests on, where the policies that were read leave it open: keys of conditions, or a layer.
pub(crate) fn rests_on(case: &Case<'_>) -> Option<String> {
    let (denial, _) = case.denied_as_role()?;
    let set = Set::of(case.evidence());
    let examined = set.examine(denial, false);
    let Reason::Untold(kind) = examined.reason else { return None };
    let mut keys: Vec<String> = Vec::new();
    for layer in examined.layers.iter().filter(|layer| layer.kind == kind) {
        for found in layer.trace.statements.iter().filter(|found| found.applies == Tri::Unknown) {
            let Some((policy, _)) = set.list(kind, layer.level).and_then(|list| list.get(found.policy))
            else {
                continue;
            };
            let open = found.conditions.iter().filter(|condition| condition.holds == Tri::Unknown);
            let conditions = policy.statements.get(found.statement).map(|statement| &statement.conditions);
            keys.extend(
                open.filter_map(|one| Some(format!("`{}`", conditions?.get(one.condition)?.key.text))),
            );
        }
    }
    keys.sort();
    keys.dedup();
    Some(if keys.is_empty() { format!("what the {} says", kind.name()) } else { keys.join(" and ") })
}

/// A Deny of the first side of a chain.
pub(super) const FIRST_DENIES: &str = "a Deny in the first role's policies";
/// A Deny of the second.
pub(super) const SECOND_DENIES: &str = "a Deny in the second role's trust policy";

fn called(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Rcp => "a resource control policy",
        LayerKind::Scp => "a service control policy",
        LayerKind::VpcEndpoint => "the VPC endpoint's policy",
        LayerKind::Resource => "the second role's trust policy",
        LayerKind::Identity => "the first role's policies",
        LayerKind::Boundary => "the first role's permissions boundary",
        LayerKind::Session => "a session policy",
    }
}

impl Layer {
    fn is(self, kind: LayerKind) -> bool {
        match self {
            Layer::Identity | Layer::IdentityDeny => kind == LayerKind::Identity,
            Layer::Boundary => kind == LayerKind::Boundary,
            _ => false,
        }
    }
}

/// Whether an action assumes a role or belongs to that.
pub(super) fn is_assumption(action: &str) -> bool {
    ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(action))
}

fn said(reason: &str) -> Option<Layer> {
    let reason = reason.to_ascii_lowercase();
    let layers = [
        ("session policy", Layer::Session),
        ("permissions boundary", Layer::Boundary),
        ("service control policy", Layer::Scp),
        ("resource control policy", Layer::Rcp),
        ("vpc endpoint policy", Layer::VpcEndpoint),
        ("resource-based policy", Layer::Resource),
        ("identity-based policy", Layer::Identity),
    ];
    let (_, layer) = layers.into_iter().find(|(words, _)| reason.contains(words))?;
    let denies = reason.contains("explicit deny");
    Some(if layer == Layer::Identity && denies { Layer::IdentityDeny } else { layer })
}
