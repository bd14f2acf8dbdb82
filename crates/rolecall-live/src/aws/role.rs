//! The role and who asks for it.

use serde_json::{Value, json};

use super::client::Aws;
use super::failure::refusal;
use super::json::{date, decoded, maybe, object, policy, printed, text};
use crate::refusal::Refusal;

/// `aws sts get-caller-identity`: account and ARN of the credentials.
pub(crate) async fn identity(aws: &Aws) -> Result<(String, String), Refusal> {
    let answer = aws.sts.get_caller_identity().send().await;
    let answer = answer.map_err(|error| refusal("GetCallerIdentity", &error))?;
    Ok((answer.account().unwrap_or_default().to_owned(), answer.arn().unwrap_or_default().to_owned()))
}

/// What `aws iam get-role` printed, with what others need of it.
#[derive(Clone, Debug)]
pub(crate) struct RoleRead {
    /// The file.
    pub file: String,
    /// Its ARN.
    pub arn: String,
    /// The trust policy's text.
    pub trust: String,
    /// ARN of the boundary.
    pub boundary: Option<String>,
}

/// `aws iam get-role`
pub(crate) async fn role(aws: &Aws, name: &str) -> Result<RoleRead, Refusal> {
    let answer = aws.iam.get_role().role_name(name).send().await;
    let answer = answer.map_err(|error| refusal("GetRole", &error))?;
    let Some(role) = answer.role() else {
        return Err(Refusal::new(crate::refusal::RefusalKind::Other, "GetRole answered without a role"));
    };
    let trust = decoded(role.assume_role_policy_document().unwrap_or_default());
    let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    let used = role.role_last_used();
    let tags: Vec<Value> =
        role.tags().iter().map(|tag| json!({"Key": tag.key(), "Value": tag.value()})).collect();
    let value = object(vec![
        ("Path", text(role.path())),
        ("RoleName", text(role.role_name())),
        ("RoleId", text(role.role_id())),
        ("Arn", text(role.arn())),
        ("CreateDate", date(Some(role.create_date()))),
        ("AssumeRolePolicyDocument", (!trust.is_empty()).then(|| policy(&trust))),
        ("Description", maybe(role.description())),
        ("MaxSessionDuration", role.max_session_duration().map(Value::from)),
        (
            "PermissionsBoundary",
            boundary.map(|arn| json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn})),
        ),
        ("Tags", (!tags.is_empty()).then_some(Value::Array(tags))),
        (
            "RoleLastUsed",
            Some(object(vec![
                ("LastUsedDate", date(used.and_then(|used| used.last_used_date()))),
                ("Region", maybe(used.and_then(|used| used.region()))),
            ])),
        ),
    ]);
    Ok(RoleRead {
        file: printed(&json!({ "Role": value })),
        arn: role.arn().to_owned(),
        trust,
        boundary: boundary.map(str::to_owned),
    })
}
