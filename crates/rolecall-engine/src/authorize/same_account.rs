//! One account: identity and resource policy are a union, and whom the resource policy names decides what still limits
//! its grant (rules 8.3, 8.7).

use rolecall_policy::evaluate::Grant;
use rolecall_policy::trace::Outcome;

use super::layers::{Answer, Answers, Needed, add_caller_side, add_limits};
use super::{Call, CallerKind, LayerKind, exceptions};

/// Adds the layers whose Allow is needed besides those that always are.
pub(super) fn add(call: &Call<'_>, said: &Answers, needed: &mut Needed) {
    let resource = said.get(LayerKind::Resource);
    let grant = resource.filter(|answer| answer.outcome == Outcome::Allow);
    match grant.map_or(Spared::Nothing, |answer| spared(call.caller.kind, &answer)) {
        Spared::Everything => {}
        Spared::Identity => add_limits(said, needed),
        Spared::Nothing => {
            // A trust or key policy that names the account delegates; it does not replace (rules 8.3, 10.2).
            if exceptions::resource_must_allow(call) {
                needed.add(LayerKind::Resource);
            }
            add_caller_side(said, needed);
        }
    }
}

/// What identity policies come to: the root user has full access in its account (rule 8.10); a session of
/// GetFederationToken has nothing without a session policy (rule 8.9).
pub(super) fn identity(call: &Call<'_>, said: Option<Answer>, has_session: bool) -> Option<Answer> {
    let instead = match call.caller.kind {
        CallerKind::Root if exceptions::has_own_policies(call) => Outcome::Allow,
        CallerKind::FederatedUser if !has_session => Outcome::NoMatch,
        _ => return said,
    };
    let denied = said.filter(|answer| answer.outcome == Outcome::Deny);
    let may_deny = said.is_some_and(|answer| answer.may_deny);
    denied.or(Some(Answer { outcome: instead, may_deny, ..Answer::NO_MATCH }))
}

/// What an implicit deny elsewhere cannot take from a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spared {
    /// Nowhere can it be taken.
    Everything,
    /// Identity policies cannot take it; boundary and session policies can.
    Identity,
    /// Each of them still has its say.
    Nothing,
}

/// THE TABLE of rule 8.7. Names are those of [`super::Caller`]: for a session its own ARN, then that of its role or user.
fn spared(caller: CallerKind, answer: &Answer) -> Spared {
    let named = |index| answer.grants.has(Grant::Name(index));
    if answer.grants.has(Grant::Everyone) {
        return Spared::Everything;
    }
    match caller {
        CallerKind::User | CallerKind::RoleSession | CallerKind::FederatedUser if named(0) => {
            Spared::Everything
        }
        CallerKind::RoleSession | CallerKind::FederatedUser if named(1) => Spared::Identity,
        CallerKind::Role if named(0) => Spared::Identity,
        _ => Spared::Nothing,
    }
}
