//! GetSessionToken: temporary credentials of a user or the root, for long-term credentials alone (reference sts.md §5.2).

use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::issued;
use crate::call::{Call, Changes, unchanged};
use crate::session::{self, Session};
use crate::who::Actor;

/// `DurationSeconds` where the request does not say, and the most that root gets.
const DEFAULT: i64 = 43_200;
const ROOT: i64 = 3600;

/// GetSessionToken.
///
/// # Errors
/// As STS.
pub fn run(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let actor = match &call.who.actor {
        _ if call.who.is_temporary() => {
            return Err(Fault::new(
                Code::AccessDenied,
                "Cannot call GetSessionToken with session credentials",
            ));
        }
        Actor::User(user) => session::Actor::User { user_id: user.id.clone() },
        _ => session::Actor::Root,
    };
    no_mfa(call)?;
    let session = Session {
        account: call.account_id().to_owned(),
        issued: call.now.0,
        expires: call.now.0 + duration(call, &actor),
        actor,
        source_identity: None,
        tags: Vec::new(),
        transitive: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
    };
    issued::write(out, &issued::issue(call.desk, &session)?);
    Ok(unchanged())
}

/// Refuses MFA codes: no account of this service has MFA devices (docs/differences.md).
///
/// # Errors
/// `AccessDenied` where the request carries a code or a serial number.
pub fn no_mfa(call: &Call<'_>) -> Result<(), Fault> {
    let sentence = match (call.params.get("SerialNumber"), call.params.get("TokenCode")) {
        (None, None) => return Ok(()),
        (Some(_), Some(_)) => {
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
        }
        _ => "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    };
    Err(Fault::new(Code::AccessDenied, sentence))
}

/// Seconds that a session of GetSessionToken or GetFederationToken lasts.
#[must_use]
pub fn duration(call: &Call<'_>, actor: &session::Actor) -> i64 {
    let asked = call.number("DurationSeconds").unwrap_or(DEFAULT);
    let by_root = matches!(actor, session::Actor::Root | session::Actor::Federated { user_id: None, .. });
    if by_root { asked.min(ROOT) } else { asked }
}
