//! The order of the layers and what each may take away (policy reference 8.1 to 8.11, the table of 8.7, 9, 10).

use rolecall_model::arn::Arn;
use rolecall_policy::compile::Compiled;
use rolecall_policy::evaluate::{Decision as Said, Grant};
use rolecall_policy::request::{Principal, Request};
use rolecall_policy::trace::Outcome;

use super::{Call, Caller, CallerKind, Decision, LayerTrace, Layers};

/// The layers.
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

pub(super) fn verdict(layers: &Layers, call: &Call<'_>) -> (Decision, Option<LayerKind>) {
    // Succeeds for any authenticated caller, even against an explicit deny (rule 2.6).
    if call.action.eq_ignore_ascii_case("sts:GetCallerIdentity") && call.caller.kind != CallerKind::Anonymous
    {
        return (Decision::Allowed, None);
    }
    let said = Answers::of(layers, call);
    if let Some(kind) = said.find(|outcome| outcome == Outcome::Deny) {
        return (Decision::ExplicitDeny, Some(kind));
    }
    let mut unsure = None;
    for (kind, allowed) in said.needs(call) {
        match allowed {
            Outcome::Allow => {}
            Outcome::Undetermined => unsure = unsure.or(Some(kind)),
            _ => return (Decision::ImplicitDeny, Some(kind)),
        }
    }
    // A Deny that may apply leaves everything open.
    let unsure = unsure.or_else(|| said.find(|outcome| outcome == Outcome::Undetermined));
    match unsure {
        Some(kind) => (Decision::Undetermined, Some(kind)),
        None => (Decision::Allowed, None),
    }
}

pub(super) fn traces(layers: &Layers, call: &Call<'_>) -> Vec<LayerTrace> {
    let needs: Vec<LayerKind> =
        Answers::of(layers, call).needs(call).into_iter().map(|(kind, _)| kind).collect();
    let trace = |(kind, level, compiled): (LayerKind, usize, &Compiled)| {
        let trace = with_request(call, layers, kind, |request| compiled.trace(request));
        LayerTrace { kind, level, outcome: trace.outcome, must_allow: needs.contains(&kind), trace }
    };
    present(layers, call).into_iter().map(trace).collect()
}

/// Layers that exist for this call, in order.
fn present<'l>(layers: &'l Layers, call: &Call<'_>) -> Vec<(LayerKind, usize, &'l Compiled)> {
    let mut all = Vec::new();
    let linked = call.caller.service_linked;
    if !linked {
        all.extend(layers.rcp.iter().enumerate().map(|(level, compiled)| (LayerKind::Rcp, level, compiled)));
    }
    // A foreign SCP never applies; a caller without an account has none (rules 8.5, 9.3, 10.4).
    if !linked && call.caller.account.is_some() {
        all.extend(layers.scp.iter().enumerate().map(|(level, compiled)| (LayerKind::Scp, level, compiled)));
    }
    all.extend(layers.vpce.as_ref().map(|compiled| (LayerKind::VpcEndpoint, 0, compiled)));
    all.extend(layers.resource.as_ref().map(|compiled| (LayerKind::Resource, 0, compiled)));
    if call.caller.account.is_some() {
        all.push((LayerKind::Identity, 0, &layers.identity));
        all.extend(layers.boundary.as_ref().map(|compiled| (LayerKind::Boundary, 0, compiled)));
        all.extend(layers.session.as_ref().map(|compiled| (LayerKind::Session, 0, compiled)));
    }
    all
}

/// Role paths and trust policies: the role is the resource, and a trust policy names none.
fn with_request<T>(
    call: &Call<'_>,
    layers: &Layers,
    kind: LayerKind,
    ask: impl FnOnce(&Request<'_>) -> T,
) -> T {
    let names: Vec<&str> = call.caller.names.iter().map(String::as_str).collect();
    let principal = Principal {
        kind: call.caller.principal_kind(),
        names: &names,
        bounded: layers.boundary.is_some() && kind == LayerKind::Resource,
    };
    ask(&Request { principal, action: call.action, resource: Some(call.resource), context: call.context })
}

/// What each layer says.
struct Answers {
    rcp: Vec<Outcome>,
    scp: Vec<Outcome>,
    vpce: Option<Outcome>,
    resource: Option<Said>,
    identity: Option<Outcome>,
    boundary: Option<Outcome>,
    session: Option<Outcome>,
}

impl Answers {
    fn of(layers: &Layers, call: &Call<'_>) -> Answers {
        let mut answers = Answers {
            rcp: Vec::new(),
            scp: Vec::new(),
            vpce: None,
            resource: None,
            identity: None,
            boundary: None,
            session: None,
        };
        for (kind, _, compiled) in present(layers, call) {
            let said = with_request(call, layers, kind, |request| compiled.decide(request));
            match kind {
                LayerKind::Rcp => answers.rcp.push(said.outcome),
                LayerKind::Scp => answers.scp.push(said.outcome),
                LayerKind::VpcEndpoint => answers.vpce = Some(said.outcome),
                LayerKind::Resource => answers.resource = Some(said),
                LayerKind::Identity => answers.identity = Some(said.outcome),
                LayerKind::Boundary => answers.boundary = Some(said.outcome),
                LayerKind::Session => answers.session = Some(said.outcome),
            }
        }
        answers
    }

    fn find(&self, is: impl Fn(Outcome) -> bool) -> Option<LayerKind> {
        let many = |list: &[Outcome], kind| list.iter().any(|outcome| is(*outcome)).then_some(kind);
        let one = |outcome: Option<Outcome>, kind| outcome.filter(|outcome| is(*outcome)).map(|_| kind);
        many(&self.rcp, LayerKind::Rcp)
            .or_else(|| many(&self.scp, LayerKind::Scp))
            .or_else(|| one(self.vpce, LayerKind::VpcEndpoint))
            .or_else(|| one(self.resource.map(|said| said.outcome), LayerKind::Resource))
            .or_else(|| one(self.identity, LayerKind::Identity))
            .or_else(|| one(self.boundary, LayerKind::Boundary))
            .or_else(|| one(self.session, LayerKind::Session))
    }

    /// The layers whose Allow is needed, in order, with what they say.
    fn needs(&self, call: &Call<'_>) -> Vec<(LayerKind, Outcome)> {
        let mut needs: Vec<(LayerKind, Outcome)> = Vec::new();
        needs.extend(self.rcp.iter().map(|outcome| (LayerKind::Rcp, *outcome)));
        needs.extend(self.scp.iter().map(|outcome| (LayerKind::Scp, *outcome)));
        needs.extend(self.vpce.map(|outcome| (LayerKind::VpcEndpoint, outcome)));
        let resource = self.resource.map_or(Outcome::NoMatch, |said| said.outcome);
        let caller = call.caller;
        // Services, identities and nobody have no policies of their own (rules 9.4, 10.4).
        if caller.account.is_none() || is_federated_call(call) {
            needs.push((LayerKind::Resource, resource));
            return needs;
        }
        let limits = [(LayerKind::Boundary, self.boundary), (LayerKind::Session, self.session)];
        let limits = limits.into_iter().filter_map(|(kind, outcome)| Some((kind, outcome?)));
        if self.is_cross_account(call) {
            // Two evaluations, both of which must allow (rules 9.1, 9.2).
            needs.push((LayerKind::Resource, resource));
            needs.push((LayerKind::Identity, self.identity(caller)));
            needs.extend(limits);
            return needs;
        }
        let spared =
            self.resource.filter(|said| said.outcome == Outcome::Allow).map(|said| spared(caller, &said));
        match spared {
            Some(Spared::All) => {}
            Some(Spared::Identity) => needs.extend(limits),
            // Named by the account, or not at all: a trust or key policy delegates, it does not replace (8.3, 10.2).
            _ if self.resource_must_allow(call) => {
                needs.push((LayerKind::Resource, resource));
                needs.push((LayerKind::Identity, self.identity(caller)));
                needs.extend(limits);
            }
            _ => {
                needs.push((LayerKind::Identity, self.identity(caller)));
                needs.extend(limits);
            }
        }
        needs
    }

    /// The root user has full access in its account (rule 8.10); a federated user without session policy has none of its
    /// own (rule 8.9).
    fn identity(&self, caller: &Caller) -> Outcome {
        match caller.kind {
            CallerKind::Root => Outcome::Allow,
            CallerKind::FederatedUser if self.session.is_none() => Outcome::NoMatch,
            _ => self.identity.unwrap_or(Outcome::NoMatch),
        }
    }

    fn is_cross_account(&self, call: &Call<'_>) -> bool {
        let owner = call.resource_account.map(str::to_owned).or_else(|| {
            Arn::parse(call.resource).map(|arn| arn.account).filter(|account| !account.is_empty())
        });
        matches!((owner, &call.caller.account), (Some(owner), Some(account)) if owner != *account)
    }

    /// KMS keys and role trust policies: the resource policy must itself allow (rule 8.3).
    fn resource_must_allow(&self, call: &Call<'_>) -> bool {
        is_role_trust(call) || (self.resource.is_some() && is_kms_key(call))
    }
}

/// What the grant of a resource policy is not limited by, in the same account: THE TABLE of rule 8.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spared {
    /// An implicit deny elsewhere takes nothing from it.
    All,
    /// Identity policies take nothing from it; boundary and session policies do.
    Identity,
    /// Everything still has its say.
    Nothing,
}

fn spared(caller: &Caller, said: &Said) -> Spared {
    let named = |index: usize| said.grants.has(Grant::Name(index));
    if said.grants.has(Grant::Everyone) {
        return Spared::All;
    }
    match caller.kind {
        CallerKind::User if named(0) => Spared::All,
        CallerKind::RoleSession | CallerKind::FederatedUser if named(0) => Spared::All,
        CallerKind::RoleSession | CallerKind::FederatedUser if named(1) => Spared::Identity,
        CallerKind::Role if named(0) => Spared::Identity,
        CallerKind::Root => Spared::Identity,
        _ if said.grants.has(Grant::Unnamed) => Spared::Identity,
        _ => Spared::Nothing,
    }
}

fn is_role_trust(call: &Call<'_>) -> bool {
    let assumes = [
        "sts:assumerole",
        "sts:assumerolewithwebidentity",
        "sts:assumerolewithsaml",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    ];
    assumes.contains(&call.action.to_ascii_lowercase().as_str())
        && Arn::parse(call.resource).is_some_and(|arn| arn.role_name().is_some())
}

/// AssumeRoleWithWebIdentity and AssumeRoleWithSAML are unsigned: whoever calls, only the trust policy counts.
fn is_federated_call(call: &Call<'_>) -> bool {
    let action = call.action.to_ascii_lowercase();
    action == "sts:assumerolewithwebidentity" || action == "sts:assumerolewithsaml"
}

fn is_kms_key(call: &Call<'_>) -> bool {
    let kms = call.action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("kms:"));
    kms && Arn::parse(call.resource).is_some_and(|arn| arn.resource.starts_with("key/"))
}
