//! The keys that AWS fills in for a caller of its own (IAM User Guide, "AWS global condition context keys").

use rolecall_model::instant::Instant;
use rolecall_policy::context::Context;

use crate::authorize::{Caller, CallerKind};

/// Keys that every request carries, so that nobody may take them for absent.
const ALWAYS: [&str; 5] =
    ["aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:UserAgent", "aws:RequestedRegion"];

/// Keys of the caller itself that its ARN does not tell.
const UNTOLD: [&str; 5] = [
    "aws:userid",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthPresent",
];

/// What a call by `caller` carries in any case. What its ARN and `now` do not tell is marked unknown, never absent;
/// whoever knows more sets it afterwards.
#[must_use]
pub fn caller_keys(caller: &Caller, now: Option<Instant>) -> Context {
    let mut context = Context::new();
    ALWAYS.iter().for_each(|key| context.set_unknown(key));
    if let Some(now) = now {
        context.set("aws:CurrentTime", [now.to_string()]);
        context.set("aws:EpochTime", [now.0.to_string()]);
    }
    context.set("aws:SecureTransport", ["true".to_owned()]);
    context.set("aws:ViaAWSService", ["false".to_owned()]);
    context.set("aws:PrincipalIsAWSService", [(caller.kind == CallerKind::Service).to_string()]);
    match caller.kind {
        CallerKind::Service => {
            context.set("aws:PrincipalServiceName", caller.names.first().cloned());
        }
        CallerKind::Federated | CallerKind::Anonymous | CallerKind::CanonicalUser => {}
        _ => own(&mut context, caller),
    }
    context
}

fn own(context: &mut Context, caller: &Caller) {
    UNTOLD.iter().for_each(|key| context.set_unknown(key));
    context.set_unknown_prefix("aws:principaltag/");
    context.set("aws:PrincipalAccount", caller.account.clone());
    let Some(first) = caller.names.first() else { return };
    // A session counts as its role here, path and all; the session's ARN does not tell the path (rule 7.9).
    let arn = match caller.kind {
        CallerKind::RoleSession => caller.names.get(1).unwrap_or(first),
        _ => first,
    };
    context.set("aws:PrincipalArn", [arn.clone()]);
    if caller.kind == CallerKind::User {
        context.set("aws:username", first.rsplit('/').next().map(str::to_owned));
    }
    let kind = match caller.kind {
        CallerKind::Root => "Account",
        CallerKind::User => "User",
        CallerKind::FederatedUser => "FederatedUser",
        _ => "AssumedRole",
    };
    context.set("aws:PrincipalType", [kind.to_owned()]);
}
