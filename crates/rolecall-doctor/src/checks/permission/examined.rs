//! The policies that were read, and what they decide of a call of the assumed role.

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

use super::blame::{ANOTHER_ACCOUNT, Layer};

/// How the policies that were read decide.
#[derive(Default)]
pub(super) struct Examined {
    /// The layer that refuses.
    pub layer: Option<Layer>,
    /// The statement that does it.
    pub place: Option<At>,
    /// Its policy's name.
    pub policy: Option<String>,
    /// What each layer says.
    pub layers: Vec<LayerTrace>,
}

/// The policies that were read.
pub(super) struct Set {
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
    pub(super) fn of(evidence: &Evidence) -> Set {
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
    pub(super) fn examine(&self, denial: &Denial, open_sides: bool) -> Examination {
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
    pub(super) fn decide(&self, denial: &Denial) -> Examined {
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

    pub(super) fn list(&self, kind: LayerKind, level: usize) -> Option<&[(Policy, NamedPolicy)]> {
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
