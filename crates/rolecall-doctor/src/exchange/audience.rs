//! Who is at fault when token, provider and trust policy do not agree on the audience.
//!
//! The two that agree outvote the third. With no condition in the trust policy, the audience that is customary for STS
//! decides: whoever departs from it is at fault.

use rolecall_engine::issuers;
use rolecall_model::arn::Arn;
use rolecall_model::evidence::attempt::Symptom;
use rolecall_policy::document::{Condition, Word};
use rolecall_policy::trace::Tri;

use crate::case::{Case, Via};
use crate::exchange::faults::split_key;
use crate::finding::Certainty;
use crate::link::Link;

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceFault {
    /// The provider's list lacks an audience that is otherwise right.
    Provider,
    /// The token was minted for somebody else.
    Token,
    /// The token's `azp` displaces an `aud` that would have fitted.
    Azp,
}

/// The value of a condition on `:aud` that is the token's `aud`, which `azp` displaces.
pub fn displaced<'c>(case: &Case<'_>, condition: &'c Condition) -> Option<&'c Word> {
    let claims = case.token().claims.present().filter(|claims| claims.has("azp"))?;
    let audiences = claims.texts("aud");
    condition.values.iter().find(|value| audiences.iter().any(|audience| audience.value == value.text))
}

/// Who is at fault, and how sure that is; none where the audience is registered or nothing speaks of it.
pub fn audience_fault(case: &Case<'_>) -> Option<(AudienceFault, Certainty)> {
    let said = case
        .saw(|symptom| matches!(symptom, Symptom::IncorrectAudience | Symptom::SeveralAudiences))
        .is_some();
    let exchange = case.exchange(Link::Provider);
    let registered = exchange.audience_registered(case.provider());
    if registered == Some(true) || (registered.is_none() && !said) {
        return None;
    }
    let several = case.saw(|symptom| *symptom == Symptom::SeveralAudiences).is_some();
    if several || has_several(case) {
        return Some((AudienceFault::Token, Certainty::Certain));
    }
    let shown = case.audience().map(|audience| audience.via);
    // Which of the two is the odd one, the trust policy tells.
    let third = exchange.trust.is_some();
    let certainty = match (registered, shown) {
        (Some(false), Some(Via::Token | Via::Trail)) if third => Certainty::Certain,
        _ => Certainty::Likely,
    };
    if azp_displaces(case) {
        return Some((AudienceFault::Azp, certainty));
    }
    let fault = if token_is_odd(case) { AudienceFault::Token } else { AudienceFault::Provider };
    Some((fault, certainty))
}

fn has_several(case: &Case<'_>) -> bool {
    let claims = case.token().claims.present();
    claims.is_some_and(|claims| !claims.has("azp") && claims.texts("aud").len() > 1)
}

/// `azp` is there, is not registered, and `aud` is.
fn azp_displaces(case: &Case<'_>) -> bool {
    let Some(claims) = case.token().claims.present().filter(|claims| claims.has("azp")) else { return false };
    let listed = client_ids(case);
    let wanted = wanted_by_trust(case);
    let fits = |audience: &str| {
        listed.iter().any(|id| id == audience) || wanted.iter().any(|value| value == audience)
    };
    claims.texts("aud").iter().any(|audience| fits(&audience.value))
        && claims.text("azp").is_some_and(|azp| !listed.contains(&azp.value))
}

fn client_ids(case: &Case<'_>) -> Vec<String> {
    let ids = case.provider().detail.present().and_then(|provider| provider.client_ids.as_ref());
    ids.into_iter().flatten().map(|id| id.value.clone()).collect()
}

/// Audiences that the trust policy's statements for this provider want.
fn wanted_by_trust(case: &Case<'_>) -> Vec<String> {
    let exchange = case.exchange(Link::Trust);
    let Some(trust) = &exchange.trust else { return Vec::new() };
    let Some(name) = exchange.provider_name.as_deref() else {
        // The issuer is not known: what the policy wants of anybody's audience.
        let conditions = trust.policy.statements.iter().flat_map(|statement| &statement.conditions);
        let on_audience =
            conditions.filter(|condition| condition.key.text.to_ascii_lowercase().ends_with(":aud"));
        return on_audience.flat_map(|condition| &condition.values).map(|value| value.text.clone()).collect();
    };
    let traced = trust.trace.iter().flat_map(|trace| &trace.statements);
    let ours = traced
        .filter(|statement| statement.principal != Tri::No)
        .filter_map(|statement| trust.policy.statements.get(statement.statement));
    let conditions = ours.flat_map(|statement| &statement.conditions).filter(|condition| {
        let (prefix, claim) = split_key(&condition.key.text);
        prefix.eq_ignore_ascii_case(name) && claim.eq_ignore_ascii_case("aud")
    });
    conditions.flat_map(|condition| &condition.values).map(|value| value.text.clone()).collect()
}

/// Whether the token, rather than the provider's list, is the one that departs from what was meant.
fn token_is_odd(case: &Case<'_>) -> bool {
    let (listed, wanted) = (client_ids(case), wanted_by_trust(case));
    if wanted.iter().any(|value| listed.contains(value)) {
        return true;
    }
    let Some(audience) = case.audience().map(|audience| audience.text.value) else { return false };
    if wanted.contains(&audience) {
        return false;
    }
    // STS says that the provider lacks it, and the policy wants another one: provider and policy most likely agree.
    if listed.is_empty() && !wanted.is_empty() {
        return true;
    }
    let customary = |text: &str| is_customary(case, text);
    match (customary(&audience), listed.iter().any(|id| customary(id))) {
        (true, false) => false,
        (false, true) => true,
        (false, false) => listed.is_empty() && is_for_others(&audience),
        // Both are customary somewhere: in the partition of the role, the one that names its STS is meant.
        (true, true) => false,
    }
}

/// Audiences that are customary for a token that is to be exchanged at STS.
fn is_customary(case: &Case<'_>, audience: &str) -> bool {
    let exchange = case.exchange(Link::Provider);
    let name = exchange.provider_name.as_deref().unwrap_or_default();
    let known = issuers::known(name, case.token().claims.present());
    let role = case.requested().and_then(|requested| Arn::parse(&requested.arn.value));
    let china = role.is_some_and(|arn| arn.partition == "aws-cn");
    // A job asks for the audience itself, and in China for the one of China's STS; a cluster writes the same everywhere.
    if china && !known.is_kubernetes() {
        return audience.starts_with("sts.") && audience.ends_with(".amazonaws.com.cn")
            || audience == "sts.amazonaws.com.cn";
    }
    audience == "sts.amazonaws.com"
        || known.default_audience().is_some_and(|usual| usual == audience && !known.is_github())
}

/// Audiences of tokens that were evidently minted for somebody else than STS.
fn is_for_others(audience: &str) -> bool {
    audience.contains("kubernetes.default")
        || audience == "pods.eks.amazonaws.com"
        || audience.starts_with("https://")
}
