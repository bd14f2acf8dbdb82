//! What the simulator knows of a request: what is given, and what it fills in itself (reference simulator.md §3).

use rolecall_policy::context::Context;

use crate::call::Call;
use crate::iam::principal::Principal;

/// The time of the simulation.
pub(super) fn now(call: &Call<'_>) -> Context {
    let mut context = Context::new();
    context.set("aws:CurrentTime", [call.now.to_string()]);
    context.set("aws:EpochTime", [call.now.0.to_string()]);
    context
}

/// Keys of the principal. Its tags must be given.
pub(super) fn of_principal(call: &Call<'_>, principal: &Principal, context: &mut Context) {
    context.set("aws:PrincipalAccount", [call.account_id().to_owned()]);
    context.set("aws:PrincipalArn", [principal.arn(call)]);
    let (id, kind) = match principal {
        Principal::User(user) => {
            context.set("aws:username", [user.name.clone()]);
            (&user.id, "User")
        }
        Principal::Role(role) => (&role.id, "AssumedRole"),
        Principal::Group(_) => return,
    };
    context.set("aws:userid", [id.clone()]);
    context.set("aws:PrincipalId", [id.clone()]);
    context.set("aws:PrincipalType", [kind.to_owned()]);
    context.set("aws:Type", [kind.to_owned()]);
}

/// Keys of the request; they take the place of those that are filled in.
pub(super) fn given(call: &Call<'_>, context: &mut Context) {
    for entry in call.params.list("ContextEntries") {
        let Some(key) = entry.get("ContextKeyName") else { continue };
        let values = entry.texts("ContextKeyValues").into_iter().map(str::to_owned);
        match entry.get("ContextKeyType").is_some_and(|kind| kind.ends_with("List")) {
            true => context.set_multivalued(key, values),
            false => context.set(key, values),
        }
    }
}
