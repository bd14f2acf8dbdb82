//! rolecall's own administration: signed and authorized like any call, under the service name `rolecall`.

use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation::Operation;
use rolecall_wire::service::Service;
use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::eks::registration;
use crate::issuer::{Algorithm, LONGEST, NotMinted, Wish, is_name};
use crate::json_call::JsonCall;
use crate::json_operations::{Row, row};
use crate::start;

/// Seconds that a minted token lives where the request does not say.
const LIFETIME: i64 = 3600;

/// Operations that are functions of the state.
pub static ROWS: &[Row] = &[
    row("RegisterCluster", registration::resource, registration::register),
    row("RemoveCluster", registration::resource, registration::remove),
    row("ListRegisteredClusters", crate::json_operations::any, registration::list),
];

/// Operations with effects beyond the state.
pub const EFFECTS: [&str; 4] = ["DiagnoseEvent", "MintToken", "RevokeSessions", "RotateKeys"];

/// Whether an operation is one of [`EFFECTS`].
#[must_use]
pub fn is_effect(operation: &Operation) -> bool {
    operation.service == Service::Rolecall && EFFECTS.contains(&operation.name)
}

/// Does what an operation with effects does, for a caller who is allowed to.
///
/// # Errors
/// What the operation itself refuses.
pub async fn run(call: &JsonCall<'_>) -> Result<Value, Fault> {
    let (desk, input) = (call.desk, call.input);
    within_reach(call.operation.name, call.account_id(), &desk.config.account)?;
    match call.operation.name {
        "DiagnoseEvent" => diagnose_event(desk, call.account_id(), input),
        "MintToken" => mint_token(desk, input),
        "RevokeSessions" => {
            start::revoke_sessions(desk).await.map(|()| json!({})).map_err(|error| failed(&error))
        }
        _ => rotate(desk, input).await,
    }
}

/// The issuer and the keys of sessions are one for all accounts: what acts on them is for callers of the first account alone,
/// else a right given in one account would open the roles of another, or end its sessions.
fn within_reach(operation: &str, account: &str, first: &str) -> Result<(), Fault> {
    if operation == "DiagnoseEvent" || account == first {
        return Ok(());
    }
    let sentence = format!(
        "rolecall:{operation} acts on every account of this service: only callers of its first account may do it."
    );
    Err(Fault::new(Code::AccessDenied, sentence))
}

fn diagnose_event(desk: &Desk, account: &str, input: &Map<String, Value>) -> Result<Value, Fault> {
    let id = text(input, "EventId");
    let missing = || {
        let sentence = format!(
            "No refused exchange of this account with the event or request id {id} is kept; the newest are kept for a day."
        );
        Fault::new(Code::ResourceNotFoundException, sentence)
    };
    let refusal = desk.refusals.find(account, id).ok_or_else(missing)?;
    let files: Map<String, Value> =
        refusal.files.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
    Ok(json!({
        "EventId": refusal.event_id,
        "RequestId": refusal.request_id,
        "Time": refusal.at.to_string(),
        "Files": files,
    }))
}

fn mint_token(desk: &Desk, input: &Map<String, Value>) -> Result<Value, Fault> {
    let wrong = |sentence: String| Fault::new(Code::ValidationError, sentence);
    let name = text(input, "Issuer");
    if !name.is_empty() && !is_name(name) {
        return Err(wrong(format!(
            "`{name}` is no issuer name: letters, digits, `-`, `_` and `/` make one."
        )));
    }
    let claims = match input.get("Claims") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(claims)) => claims.clone(),
        Some(_) => return Err(wrong("Claims must be an object.".to_owned())),
    };
    let audience = input.get("Audience").and_then(Value::as_array).into_iter().flatten();
    let lifetime = input.get("LifetimeSeconds").and_then(Value::as_i64).unwrap_or(LIFETIME).min(LONGEST);
    let algorithm = if text(input, "Algorithm") == "ES256" { Algorithm::Es256 } else { Algorithm::Rs256 };
    let wish = Wish {
        name: name.to_owned(),
        subject: text(input, "Subject").to_owned(),
        audience: audience.filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        lifetime,
        claims,
        algorithm,
    };
    let now = desk.clock.now().0;
    let token = desk.issuer.mint(&wish, now, desk.random.as_ref()).map_err(|error| match error {
        NotMinted::NotReady => {
            Fault::new(Code::ServiceUnavailable, "The issuer's keys are still being made.")
        }
        NotMinted::Unusable(_) => Fault::new(Code::InternalFailure, "The issuer's key cannot be used."),
    })?;
    Ok(json!({"Token": token, "Issuer": desk.issuer.url(name), "Expiration": now + lifetime}))
}

async fn rotate(desk: &Desk, input: &Map<String, Value>) -> Result<Value, Fault> {
    let rotated = match text(input, "Keys") {
        "issuer" => start::rotate_issuer_keys(desk).await,
        _ => start::rotate_ring(desk).await,
    };
    rotated.map(|()| json!({})).map_err(|error| failed(&error))
}

fn failed(error: &start::StartError) -> Fault {
    tracing::error!(%error, "keys were not changed");
    Fault::new(Code::ServiceUnavailable, "The keys could not be stored; nothing was changed.")
}

fn text<'i>(input: &'i Map<String, Value>, name: &str) -> &'i str {
    input.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_every_account_is_for_the_first_alone() {
        let (first, second) = ("111122223333", "444455556666");
        for operation in EFFECTS {
            assert_eq!(within_reach(operation, first, first), Ok(()), "{operation}");
            let refused = within_reach(operation, second, first).err().map(|fault| fault.code);
            let wanted = (operation != "DiagnoseEvent").then_some(Code::AccessDenied);
            assert_eq!(refused, wanted, "{operation}");
        }
    }
}
