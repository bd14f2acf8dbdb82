//! Account and partition of the instance that the webhook runs on, from its metadata service (IMDSv2).

use std::time::Duration;

use serde_json::Value;

use crate::commands::Failure;

const ADDRESS: &str = "http://169.254.169.254";
const LIMIT: u64 = 64 * 1024;

/// Asks the instance.
///
/// # Errors
/// Where it does not answer.
pub fn partition_and_account() -> Result<(String, String), Failure> {
    let address = std::env::var("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|_| ADDRESS.to_owned());
    let document = document(address.trim_end_matches('/')).map_err(|source| Failure::Service {
        source: format!("the instance metadata service does not answer: {source}").into(),
        remedy: Some("give the account with `--compose-role-arn-account`".to_owned()),
    })?;
    let member = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let account = member("accountId");
    if !rolecall_model::arn::is_account(account) {
        return Err(Failure::Service {
            source: "the instance identity document names no account".into(),
            remedy: Some("give the account with `--compose-role-arn-account`".to_owned()),
        });
    }
    Ok((partition(member("region")).to_owned(), account.to_owned()))
}

fn document(address: &str) -> Result<Value, ureq::Error> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).proxy(None).build().into();
    let token = agent
        .put(format!("{address}/latest/api/token"))
        .header("x-aws-ec2-metadata-token-ttl-seconds", "60")
        .send_empty()?
        .body_mut()
        .with_config()
        .limit(LIMIT)
        .read_to_string()?;
    let text = agent
        .get(format!("{address}/latest/dynamic/instance-identity/document"))
        .header("x-aws-ec2-metadata-token", token.trim())
        .call()?
        .body_mut()
        .with_config()
        .limit(LIMIT)
        .read_to_string()?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// As the webhook of EKS tells partitions by region.
fn partition(region: &str) -> &'static str {
    let table =
        [("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b")];
    table.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}
