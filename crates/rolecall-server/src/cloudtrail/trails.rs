//! Trails and the keys of their digests: there are none, and every answer says so (docs/differences.md).

use rolecall_model::arn::Arn;
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Map, Value, json};

use super::lookup_events::time_range;
use crate::json_call::{Done, JsonCall, answer};

/// DescribeTrails: of those that are named the ones that there are, which is none.
///
/// # Errors
/// Where a name can be none of a trail.
pub fn describe(call: &JsonCall<'_>) -> Result<Done, Fault> {
    call.texts("trailNameList").into_iter().try_for_each(is_trail)?;
    Ok(answer(json!({"trailList": []})))
}

/// ListTrails.
///
/// # Errors
/// None.
pub fn list(_: &JsonCall<'_>) -> Result<Done, Fault> {
    Ok(answer(json!({"Trails": []})))
}

/// GetTrail, GetTrailStatus and GetEventSelectors. GetTrailStatus tells the ARN that a name stands for.
///
/// # Errors
/// Always: no trail is known.
pub fn no_such(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let name = call.text_if("Name").unwrap_or_else(|| call.text("TrailName"));
    is_trail(name)?;
    let account = call.account_id();
    let told = match call.operation.name == "GetTrailStatus" && !name.starts_with("arn:") {
        true => format!("arn:{}:cloudtrail:{}:{account}:trail/{name}", call.partition(), call.region),
        false => name.to_owned(),
    };
    let sentence = format!("Unknown trail: {told} for the user: {account}");
    Err(Fault::new(Code::TrailNotFoundException, sentence))
}

/// What ListPublicKeys refuses of a request.
///
/// # Errors
/// As CloudTrail.
pub fn check_public_keys(input: &Map<String, Value>) -> Result<(), Fault> {
    if input.get("NextToken").is_some_and(|token| !token.is_null()) {
        return Err(Fault::new(Code::InvalidTokenException, "Could not decode the token."));
    }
    time_range(input)
}

/// ListPublicKeys: the service signs no digests.
///
/// # Errors
/// None.
pub fn public_keys(_: &JsonCall<'_>) -> Result<Done, Fault> {
    Ok(answer(json!({"PublicKeyList": []})))
}

/// Whether a text can name a trail: its ARN, or 3 to 128 letters, digits, `.`, `_` and `-` (CloudTrail User Guide,
/// "Naming requirements").
fn is_trail(text: &str) -> Result<(), Fault> {
    if text.starts_with("arn:") {
        let arn = Arn::parse(text).filter(|arn| arn.service == "cloudtrail");
        let name = arn.as_ref().and_then(|arn| arn.resource.strip_prefix("trail/"));
        let is_one = name.is_some_and(|name| is_name(name).is_ok());
        let sentence = || {
            format!(
                "{text} is no ARN of a trail, such as arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail."
            )
        };
        return is_one
            .then_some(())
            .ok_or_else(|| Fault::new(Code::CloudTrailARNInvalidException, sentence()));
    }
    is_name(text).map_err(|sentence| Fault::new(Code::InvalidTrailNameException, sentence))
}

/// The sentences are seen in other implementations, not recorded.
fn is_name(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    let edge = |c: char| c.is_ascii_alphanumeric();
    let inner = |c: char| edge(c) || matches!(c, '.' | '_' | '-');
    Err(if length < 3 {
        format!(
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: {length} characters."
        )
    } else if length > 128 {
        format!(
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: {length} characters."
        )
    } else if !text.starts_with(edge) {
        "Trail name must starts with a letter or number.".to_owned()
    } else if !text.ends_with(edge) {
        "Trail name must ends with a letter or number.".to_owned()
    } else if !text.chars().all(inner) {
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), \
         and underscores (_)."
            .to_owned()
    } else {
        return Ok(());
    })
}
