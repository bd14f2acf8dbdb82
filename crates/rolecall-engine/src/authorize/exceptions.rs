//! What is special: calls that need no permission, callers without policies, and resources that must themselves allow.

use super::caller::Provider;
use super::{Call, CallerKind, LayerKind, Reason, cross_account};

/// Actions that a role's trust policy decides (rules 10.1, 10.8).
const TRUST_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

/// GetCallerIdentity succeeds for any authenticated caller, even against an explicit deny (rule 2.6).
pub(super) fn needs_no_permission(call: &Call<'_>) -> bool {
    is(call, "sts:GetCallerIdentity") && call.caller.kind != CallerKind::Anonymous
}

/// Whether the caller has policies of its own that count for this call. Services, identities and nobody have none
/// (rules 8.7, 9.4); AssumeRoleWithWebIdentity and AssumeRoleWithSAML are unsigned, whoever sends them (rule 10.4).
pub(super) fn has_own_policies(call: &Call<'_>) -> bool {
    let unsigned = is(call, "sts:AssumeRoleWithWebIdentity") || is(call, "sts:AssumeRoleWithSAML");
    call.caller.account.is_some() && !unsigned
}

/// Whether a layer exists for a call. SCPs are those of the caller's account (rules 8.5, 9.3); neither they nor RCPs
/// bear on service-linked roles (rules 8.5, 8.6).
pub(super) fn exists(kind: LayerKind, call: &Call<'_>) -> bool {
    match kind {
        LayerKind::Rcp => !call.caller.service_linked,
        LayerKind::Scp => has_own_policies(call) && !call.caller.service_linked,
        LayerKind::VpcEndpoint | LayerKind::Resource => true,
        LayerKind::Identity | LayerKind::Boundary | LayerKind::Session => has_own_policies(call),
    }
}

/// KMS keys and roles: the resource policy must itself allow, identity policies alone never do (rules 8.3, 10.1).
pub(super) fn resource_must_allow(call: &Call<'_>) -> bool {
    let sixth = || call.resource.splitn(6, ':').nth(5).unwrap_or_default();
    let kms = || call.action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("kms:"));
    (is_trust_action(call) && sixth().starts_with("role/")) || (kms() && sixth().starts_with("key/"))
}

/// An identity of a provider that cannot assume this role at all: OIDC works with AssumeRoleWithWebIdentity alone, SAML
/// with AssumeRoleWithSAML alone (rule 10.6), and the provider must be in the role's account (rule 10.5).
pub(super) fn foreign_identity(call: &Call<'_>) -> Option<Reason> {
    let caller = call.caller;
    if caller.kind != CallerKind::Federated || !is_trust_action(call) {
        return None;
    }
    let others = match caller.provider {
        Provider::Oidc => is(call, "sts:AssumeRoleWithSAML"),
        Provider::Saml => is(call, "sts:AssumeRoleWithWebIdentity"),
        Provider::Other => false,
    };
    if others || is(call, "sts:AssumeRole") {
        return Some(Reason::ActionOfAnotherProvider);
    }
    let accounts = caller.provider_account.as_deref().zip(cross_account::owner(call));
    let apart = accounts.is_some_and(|(provider, role)| provider != role);
    apart.then_some(Reason::ProviderOfAnotherAccount)
}

fn is_trust_action(call: &Call<'_>) -> bool {
    TRUST_ACTIONS.iter().any(|action| is(call, action))
}

fn is(call: &Call<'_>, action: &str) -> bool {
    call.action.eq_ignore_ascii_case(action)
}
