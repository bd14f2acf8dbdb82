//! Which layer refused a call of the assumed role: as AWS says, else as the policies that were read decide.
//!
//! Source of AWS's wording: IAM User Guide, "Troubleshoot access denied error messages".

use rolecall_engine::authorize::{
    Call, Caller, Decision, LayerKind, LayerTrace, Layers, Policies, Reason, examine,
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

    /// What the policies decide, as far as they do.
    fn decide(&self, denial: &Denial) -> Examined {
        let plain = |list: &[(Policy, NamedPolicy)]| {
            list.iter().map(|(policy, _)| policy.clone()).collect::<Vec<_>>()
        };
        let limiting = |levels: &[Vec<(Policy, NamedPolicy)>]| {
            levels.iter().map(|level| with_default(plain(level))).collect::<Vec<_>>()
        };
        let identity = self.identity.as_deref().map(plain);
        let (boundary, session, vpce) = (plain(&self.boundary), plain(&self.session), plain(&self.vpce));
        let (scp, rcp) = (limiting(&self.scp), limiting(&self.rcp));
        // Identity policies that were not read allow everything here: another layer may still be seen to refuse.
        let open = [everything()];
        let policies = Policies {
            identity: identity.as_deref().unwrap_or(&open),
            boundary: &boundary,
            scp: &scp,
            rcp: &rcp,
            session: &session,
            vpce: &vpce,
            resource: self.resource.first().map(|(policy, _)| policy),
        };
        let caller = Caller::from_arn(&denial.principal, self.role_arn.as_deref());
        let mut context = Context::new();
        context.set_unknown_prefix("");
        let call = Call {
            caller: &caller,
            action: &denial.action,
            resource: denial.resource.as_deref().unwrap_or("*"),
            resource_account: None,
            context: &context,
        };
        let examined = examine(&Layers::compile(&policies), &call);
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

fn everything() -> Policy {
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
