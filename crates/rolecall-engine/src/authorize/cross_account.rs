//! Two accounts: two evaluations, and both must allow (rules 9.1 to 9.3).

use super::layers::{Answers, Needed, add_caller_side};
use super::{Call, LayerKind};

/// Whether the resource belongs to another account than the caller.
pub(super) fn is(call: &Call<'_>) -> bool {
    owner(call).zip(call.caller.account.as_deref()).is_some_and(|(owner, caller)| owner != caller)
}

/// The account that owns the resource: the one that was given, else the one in its ARN.
pub(super) fn owner<'a>(call: &Call<'a>) -> Option<&'a str> {
    call.resource_account.or_else(|| account(call.resource))
}

/// The account in an ARN.
pub(super) fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// Adds the resource's side and the caller's, whatever the resource policy names (rule 9.2).
pub(super) fn add(said: &Answers, needed: &mut Needed) {
    needed.add(LayerKind::Resource);
    add_caller_side(said, needed);
}
