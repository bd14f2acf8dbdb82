//! GetFederationToken: a session under a name of the caller's choice, which has what both the user's policies and the
//! session policies allow (reference sts.md §5.3).

use rolecall_policy::context::Context;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::get_session_token::duration;
use super::issued;
use super::session_limits::SessionLimits;
use crate::call::{Call, Changes, unchanged};
use crate::permission;
use crate::session::{self, Session};

/// GetFederationToken.
///
/// # Errors
/// As STS.
pub fn run(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    if call.who.is_temporary() {
        let sentence = "Cannot call GetFederationToken with session credentials";
        return Err(Fault::new(Code::AccessDenied, sentence));
    }
    let name = call.text("Name");
    let (partition, account) = (call.partition(), call.account_id());
    let arn = format!("arn:{partition}:sts::{account}:federated-user/{name}");
    let mut context = Context::new();
    call.who.keys(&mut context);
    call.origin.keys(call.now, call.region, &mut context);
    permission::allow(call, "sts:GetFederationToken", &arn, &context)?;
    let tags: Vec<(String, String)> = call.tags()?.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let limits = SessionLimits::read(call.params, call.view, account)?;
    let packed = limits.packed(&tags)?;
    let user_id = call.who.user().map(|user| user.id.clone());
    let actor = session::Actor::Federated { name: name.to_owned(), user_id };
    let session = Session {
        account: account.to_owned(),
        issued: call.now.0,
        expires: call.now.0 + duration(call, &actor),
        actor,
        source_identity: None,
        tags,
        transitive: Vec::new(),
        policy: limits.policy,
        policy_arns: limits.policy_arns,
    };
    issued::write(out, &issued::issue(call.desk, &session)?);
    out.structure("FederatedUser", |out| {
        out.text("FederatedUserId", &format!("{account}:{name}"));
        out.text("Arn", &arn);
    });
    out.int("PackedPolicySize", packed.unwrap_or(0));
    Ok(unchanged())
}
