//! Trails and the keys of their digests: there are none, and every answer says so.

use rolecall_wire::fault::{Code, Fault};
use serde_json::json;

use crate::json_call::{Done, JsonCall, answer};

/// DescribeTrails.
///
/// # Errors
/// None.
pub fn describe(_: &JsonCall<'_>) -> Result<Done, Fault> {
    Ok(answer(json!({"trailList": []})))
}

/// ListTrails.
///
/// # Errors
/// None.
pub fn list(_: &JsonCall<'_>) -> Result<Done, Fault> {
    Ok(answer(json!({"Trails": []})))
}

/// GetTrailStatus and GetEventSelectors.
///
/// # Errors
/// Always: no trail is known.
pub fn no_such(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let name = call.text_if("Name").unwrap_or_else(|| call.text("TrailName"));
    let sentence = format!("Unknown trail: {name} for the user: {}", call.account_id());
    Err(Fault::new(Code::TrailNotFoundException, sentence))
}

/// ListPublicKeys: the service signs no digests.
///
/// # Errors
/// None.
pub fn public_keys(_: &JsonCall<'_>) -> Result<Done, Fault> {
    Ok(answer(json!({"PublicKeyList": []})))
}
