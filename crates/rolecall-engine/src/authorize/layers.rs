//! The layers: which of them exist for a call, what each says, and whose Allow is needed (rules 8.1 to 8.11).

use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_policy::evaluate::{Decision as Said, Grants};
use rolecall_policy::request::{Principal, Request};
use rolecall_policy::trace::Outcome;

use super::caller::PathedRole;
use super::{Call, LayerTrace, Policies, cross_account, exceptions, same_account};

/// The layers, in the order of evaluation (rule 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// Resource control policies.
    Rcp,
    /// Service control policies.
    Scp,
    /// The policy of the VPC endpoint.
    VpcEndpoint,
    /// The policy on the resource.
    Resource,
    /// The caller's own policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

impl LayerKind {
    /// All of them.
    pub const ALL: [LayerKind; 7] = [
        LayerKind::Rcp,
        LayerKind::Scp,
        LayerKind::VpcEndpoint,
        LayerKind::Resource,
        LayerKind::Identity,
        LayerKind::Boundary,
        LayerKind::Session,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LayerKind::Rcp => "resource control policy",
            LayerKind::Scp => "service control policy",
            LayerKind::VpcEndpoint => "VPC endpoint policy",
            LayerKind::Resource => "resource-based policy",
            LayerKind::Identity => "identity-based policy",
            LayerKind::Boundary => "permissions boundary",
            LayerKind::Session => "session policy",
        }
    }
}

/// Policies compiled, layer by layer.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// One set per level for SCPs and RCPs, else at most one.
    sets: PerLayer<Vec<Compiled>>,
    /// Roles with a path that the resource policy names.
    roles: Vec<PathedRole>,
    /// Whether the caller's own policies are looked at where they do not count.
    own_always: bool,
}

impl Layers {
    /// Compiles policies.
    #[must_use]
    pub fn compile(policies: &Policies<'_>) -> Layers {
        let union = |policies: &[Policy]| Compiled::compile(&policies.iter().collect::<Vec<_>>());
        let some = |policies: &[Policy]| if policies.is_empty() { vec![] } else { vec![union(policies)] };
        let levels = |levels: &[Vec<Policy>]| levels.iter().map(|level| union(level)).collect();
        let resource = policies.resource.map(|policy| Compiled::compile_resource_policies(&[policy]));
        let sets = PerLayer {
            rcp: levels(policies.rcp),
            scp: levels(policies.scp),
            vpce: some(policies.vpce),
            resource: resource.into_iter().collect(),
            identity: some(policies.identity),
            boundary: some(policies.boundary),
            session: some(policies.session),
        };
        let roles = policies.resource.map(PathedRole::named_in).unwrap_or_default();
        Layers { sets, roles, own_always: false }
    }

    /// Has the caller's own policies looked at for unsigned calls too, as IAM's simulator does; they still grant nothing.
    #[must_use]
    pub fn with_own_always(self) -> Layers {
        Layers { own_always: true, ..self }
    }

    /// What each layer says. Allocates nothing.
    pub(super) fn ask(&self, call: &Call<'_>) -> Answers {
        let mut answers = Answers::default();
        self.each(call, |kind, _, compiled, request| {
            let said = compiled.decide(request);
            let answer = answers.0.get_mut(kind);
            *answer = Some(answer.map_or(Answer::from(said), |earlier| earlier.and(said)));
        });
        answers.0.identity = same_account::identity(call, answers.0.identity, answers.0.session.is_some());
        answers
    }

    pub(super) fn trace(&self, call: &Call<'_>, must_allow: impl Fn(LayerKind) -> bool) -> Vec<LayerTrace> {
        let mut traces = Vec::new();
        self.each(call, |kind, level, compiled, request| {
            let trace = compiled.trace(request);
            let must_allow = must_allow(kind);
            traces.push(LayerTrace { kind, level, outcome: trace.outcome, must_allow, trace });
        });
        traces
    }

    /// Calls `each` with kind, level, policies and request of every layer that exists for this call.
    fn each(&self, call: &Call<'_>, mut each: impl FnMut(LayerKind, usize, &Compiled, &Request<'_>)) {
        let names = call.caller.names_for(call.context, &self.roles);
        for kind in LayerKind::ALL {
            let sets = self.sets.get(kind);
            let own = matches!(kind, LayerKind::Identity | LayerKind::Boundary | LayerKind::Session);
            if sets.is_empty() || !(exceptions::exists(kind, call) || (own && self.own_always)) {
                continue;
            }
            let bounded = kind == LayerKind::Resource && !self.sets.boundary.is_empty();
            let principal =
                Principal { kind: call.caller.principal_kind(), names: names.as_slice(), bounded };
            let request = Request {
                principal,
                action: call.action,
                resource: Some(call.resource),
                context: call.context,
            };
            for (level, compiled) in sets.iter().enumerate() {
                each(kind, level, compiled, &request);
            }
        }
    }
}

/// What a layer says, its levels taken together: each of them must allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub outcome: Outcome,
    pub grants: Grants,
    /// As `grants`, with the statements that may allow.
    pub may_grants: Grants,
    pub may_deny: bool,
}

impl From<Said> for Answer {
    fn from(said: Said) -> Self {
        let Said { outcome, grants, may_grants, may_deny, .. } = said;
        Answer { outcome, grants, may_grants, may_deny }
    }
}

impl Answer {
    /// What no policy at all comes to.
    pub const NO_MATCH: Answer =
        Answer { outcome: Outcome::NoMatch, grants: Grants::NONE, may_grants: Grants::NONE, may_deny: false };

    fn and(self, said: Said) -> Answer {
        let either = |outcome| self.outcome == outcome || said.outcome == outcome;
        let strongest = [Outcome::Deny, Outcome::NoMatch, Outcome::Undetermined];
        let outcome = strongest.into_iter().find(|outcome| either(*outcome)).unwrap_or(Outcome::Allow);
        Answer { outcome, may_deny: self.may_deny || said.may_deny, ..self }
    }
}

/// What all layers say; none for one that does not exist.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers(PerLayer<Option<Answer>>);

impl Answers {
    pub fn get(&self, kind: LayerKind) -> Option<Answer> {
        *self.0.get(kind)
    }

    pub fn outcome(&self, kind: LayerKind) -> Outcome {
        self.get(kind).map_or(Outcome::NoMatch, |answer| answer.outcome)
    }

    /// The same, with the resource policy's answer taken for an Allow or for none.
    pub fn supposing(&self, resource_allows: bool) -> Answers {
        let mut supposed = *self;
        if let Some(answer) = &mut supposed.0.resource {
            (answer.outcome, answer.grants) = match resource_allows {
                true => (Outcome::Allow, answer.may_grants),
                false => (Outcome::NoMatch, Grants::NONE),
            };
        }
        supposed
    }

    pub fn denied(&self) -> Option<LayerKind> {
        LayerKind::ALL.into_iter().find(|kind| self.outcome(*kind) == Outcome::Deny)
    }

    pub fn may_deny(&self) -> Option<LayerKind> {
        LayerKind::ALL.into_iter().find(|kind| self.get(*kind).is_some_and(|answer| answer.may_deny))
    }
}

/// The layers whose Allow a call needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needed(PerLayer<bool>);

impl Needed {
    pub fn add(&mut self, kind: LayerKind) {
        *self.0.get_mut(kind) = true;
    }

    pub fn has(&self, kind: LayerKind) -> bool {
        *self.0.get(kind)
    }

    pub fn iter(&self) -> impl Iterator<Item = LayerKind> {
        LayerKind::ALL.into_iter().filter(|kind| self.has(*kind))
    }
}

/// Whose Allow a call needs. Layers that only limit are needed where they exist; who may grant depends on the accounts.
pub(super) fn needed(call: &Call<'_>, said: &Answers) -> Needed {
    let mut needed = Needed::default();
    let limits = [LayerKind::Rcp, LayerKind::Scp, LayerKind::VpcEndpoint];
    limits.into_iter().filter(|kind| said.get(*kind).is_some()).for_each(|kind| needed.add(kind));
    if !exceptions::has_own_policies(call) {
        needed.add(LayerKind::Resource);
    } else if cross_account::is(call) {
        cross_account::add(said, &mut needed);
    } else {
        same_account::add(call, said, &mut needed);
    }
    needed
}

/// The caller's side: identity policies, and what limits them where it exists (rules 8.4, 8.8).
pub(super) fn add_caller_side(said: &Answers, needed: &mut Needed) {
    needed.add(LayerKind::Identity);
    add_limits(said, needed);
}

/// Boundary and session policies, where they exist.
pub(super) fn add_limits(said: &Answers, needed: &mut Needed) {
    let limits = [LayerKind::Boundary, LayerKind::Session];
    limits.into_iter().filter(|kind| said.get(*kind).is_some()).for_each(|kind| needed.add(kind));
}

#[derive(Clone, Copy, Debug, Default)]
struct PerLayer<T> {
    rcp: T,
    scp: T,
    vpce: T,
    resource: T,
    identity: T,
    boundary: T,
    session: T,
}

impl<T> PerLayer<T> {
    fn get(&self, kind: LayerKind) -> &T {
        match kind {
            LayerKind::Rcp => &self.rcp,
            LayerKind::Scp => &self.scp,
            LayerKind::VpcEndpoint => &self.vpce,
            LayerKind::Resource => &self.resource,
            LayerKind::Identity => &self.identity,
            LayerKind::Boundary => &self.boundary,
            LayerKind::Session => &self.session,
        }
    }

    fn get_mut(&mut self, kind: LayerKind) -> &mut T {
        match kind {
            LayerKind::Rcp => &mut self.rcp,
            LayerKind::Scp => &mut self.scp,
            LayerKind::VpcEndpoint => &mut self.vpce,
            LayerKind::Resource => &mut self.resource,
            LayerKind::Identity => &mut self.identity,
            LayerKind::Boundary => &mut self.boundary,
            LayerKind::Session => &mut self.session,
        }
    }
}
