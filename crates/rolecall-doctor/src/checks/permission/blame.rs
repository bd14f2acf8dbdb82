//! Which layer refused a call of the assumed role: as AWS says, else as the policies that were read decide.
//!
//! Source of AWS's wording: IAM User Guide, "Troubleshoot access denied error messages".

use rolecall_engine::authorize::{
    Call, Caller, Decision, Examination, LayerKind, LayerTrace, Layers, Policies, Reason, examine,
};
use rolecall_model::document::At;
use rolecall_model::evidence::attempt::Denial;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_policy::context::Context;
use rolecall_policy::document::{Effect, Policy};
use rolecall_policy::trace::{Outcome, Tri};

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

/// How the policies that were read decide.
#[derive(Default)]
struct Examined {
    /// The layer that refuses.
    layer: Option<Layer>,
    /// The statement that does it.
    place: Option<At>,
    /// Its policy's name.
    policy: Option<String>,
    /// What each layer says.
    layers: Vec<LayerTrace>,
}

/// The policies that were read.
struct Set {
    identity: Option<Vec<(Policy, NamedPolicy)>>,
    boundary: Vec<(Policy, NamedPolicy)>,
    scp: Vec<Vec<(Policy, NamedPolicy)>>,
    rcp: Vec<Vec<(Policy, NamedPolicy)>>,
    session: Vec<(Policy, NamedPolicy)>,
    vpce: Vec<(Policy, NamedPolicy)>,
    resource: Vec<(Policy, NamedPolicy)>,
    role_arn: Option<String>,
}

fn compiled(fact: &Fact<Vec<NamedPolicy>>) -> Option<Vec<(Policy, NamedPolicy)>> {
    Some(fact.present()?.iter().map(|named| (Policy::from_node(&named.node), named.clone())).collect())
}

/// Levels without any Allow were listed without the policy that AWS attaches by default: only their denials count.
fn levels(fact: &Fact<Vec<Vec<NamedPolicy>>>) -> Vec<Vec<(Policy, NamedPolicy)>> {
    let all = fact.present().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|level| level.iter().map(|named| (Policy::from_node(&named.node), named.clone())).collect())
        .collect()
}

impl Set {
    fn of(evidence: &Evidence) -> Set {
        let permission = &evidence.permission;
        Set {
            identity: compiled(&permission.identity),
            boundary: compiled(&permission.boundary).unwrap_or_default(),
            scp: levels(&permission.scp),
            rcp: levels(&permission.rcp),
            session: compiled(&permission.session).unwrap_or_default(),
            vpce: compiled(&permission.vpc_endpoint).unwrap_or_default(),
            resource: compiled(&permission.resource).unwrap_or_default(),
            role_arn: evidence.role.role.present().map(|role| role.arn.value.clone()),
        }
    }

    /// Examines the call; with its two sides open, each allows it by itself and only what else limits it is asked.
    fn examine(&self, denial: &Denial, open_sides: bool) -> Examination {
        let plain = |list: &[(Policy, NamedPolicy)]| {
            list.iter().map(|(policy, _)| policy.clone()).collect::<Vec<_>>()
        };
        let limiting = |levels: &[Vec<(Policy, NamedPolicy)>]| {
            levels.iter().map(|level| with_default(plain(level))).collect::<Vec<_>>()
        };
        let identity = self.identity.as_deref().filter(|_| !open_sides).map(plain);
        let (boundary, session, vpce) = (plain(&self.boundary), plain(&self.session), plain(&self.vpce));
        let (scp, rcp) = (limiting(&self.scp), limiting(&self.rcp));
        // Identity policies that were not read allow everything here: another layer may still be seen to refuse.
        let (open, trusting) = ([everything()], everyone());
        let resource = self.resource.first().map(|(policy, _)| policy);
        let policies = Policies {
            identity: identity.as_deref().unwrap_or(&open),
            boundary: &boundary,
            scp: &scp,
            rcp: &rcp,
            session: &session,
            vpce: &vpce,
            resource: if open_sides { Some(&trusting) } else { resource },
        };
        let caller = Caller::from_arn(&denial.principal, self.role_arn.as_deref());
        let mut context = Context::new();
        context.set_unknown_prefix("");
        let call = Call {
            caller: &caller,
            action: &denial.action,
            resource: denial.resource.as_deref().unwrap_or("*"),
            resource_account: open_sides.then_some(ANOTHER_ACCOUNT),
            context: &context,
        };
        examine(&Layers::compile(&policies), &call)
    }

    /// What the policies decide, as far as they do.
    fn decide(&self, denial: &Denial) -> Examined {
        let examined = self.examine(denial, false);
        let denies = examined.decision == Decision::ExplicitDeny;
        if !matches!(examined.decision, Decision::ExplicitDeny | Decision::ImplicitDeny) {
            return Examined { layers: examined.layers, ..Examined::default() };
        }
        let decided_by = match examined.reason {
            Reason::Denied(kind) | Reason::NotAllowed(kind) => Some(kind),
            _ => None,
        };
        let layer = match decided_by {
            Some(LayerKind::Identity) if denies => Layer::IdentityDeny,
            Some(LayerKind::Identity) => Layer::Identity,
            Some(LayerKind::Boundary) => Layer::Boundary,
            Some(LayerKind::Scp) => Layer::Scp,
            Some(LayerKind::Rcp) => Layer::Rcp,
            Some(LayerKind::Session) => Layer::Session,
            Some(LayerKind::VpcEndpoint) => Layer::VpcEndpoint,
            Some(LayerKind::Resource) => Layer::Resource,
            None => return Examined { layers: examined.layers, ..Examined::default() },
        };
        let trace = examined
            .layers
            .iter()
            .find(|layer| Some(layer.kind) == decided_by && layer.outcome == Outcome::Deny);
        let found = trace.and_then(|layer| {
            let statement = layer
                .trace
                .statements
                .iter()
                .find(|s| s.effect == Some(Effect::Deny) && s.applies == Tri::Yes)?;
            let (policy, named) = self.list(layer.kind, layer.level)?.get(statement.policy)?;
            let span = policy.statements.get(statement.statement)?.span;
            Some((At::new(named.document, span), named.name.as_ref().map(|name| name.value.clone())))
        });
        let (place, policy) = found.map_or((None, None), |(place, policy)| (Some(place), policy));
        Examined { layer: Some(layer), place, policy, layers: examined.layers }
    }

    fn list(&self, kind: LayerKind, level: usize) -> Option<&[(Policy, NamedPolicy)]> {
        match kind {
            LayerKind::Identity => self.identity.as_deref(),
            LayerKind::Boundary => Some(&self.boundary),
            LayerKind::Scp => self.scp.get(level).map(Vec::as_slice),
            LayerKind::Rcp => self.rcp.get(level).map(Vec::as_slice),
            LayerKind::Session => Some(&self.session),
            LayerKind::VpcEndpoint => Some(&self.vpce),
            LayerKind::Resource => Some(&self.resource),
        }
    }
}

/// A resource policy that leaves it to every account's own policies.
pub(super) fn everyone() -> Policy {
    Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}}"#,
    )
}

pub(super) fn everything() -> Policy {
    Policy::from_text(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    )
}

fn with_default(mut level: Vec<Policy>) -> Vec<Policy> {
    let allows = level
        .iter()
        .flat_map(|policy| &policy.statements)
        .any(|statement| statement.effect == Some(Effect::Allow));
    if !allows {
        level.push(everything());
    }
    level
}
