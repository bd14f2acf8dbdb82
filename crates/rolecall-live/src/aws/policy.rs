//! Policies of a role: inline, attached, and its boundary; each managed policy is read once.

use futures_util::StreamExt;
use futures_util::stream::iter;
use serde_json::{Value, json};

use super::client::Aws;
use super::failure::refusal;
use super::json::{decoded, policy, printed};
use crate::desk::{Desk, Side};
use crate::refusal::Refusal;

/// Calls at a time: IAM throttles bursts.
const AT_ONCE: usize = 8;

/// Reads every policy of the role into `identity-policies.json`, and its boundary into `boundary.json`. One that may not
/// be read makes all of them unread: a decision on half of them would be a guess.
pub(crate) async fn policies(desk: &Desk, aws: &Aws, role: &str, boundary: Option<&str>, depth: usize) {
    let (inline, attached) = tokio::join!(inline(desk, aws, role, depth), attached(desk, aws, role, depth));
    let own =
        attached.as_ref().ok().and_then(|all| all.iter().find(|one| Some(one.arn.as_str()) == boundary));
    match (own, boundary) {
        (Some(shared), _) => {
            desk.put("boundary.json", file([named(&shared.name, Some(&shared.arn), &shared.document)].into()))
        }
        (None, Some(arn)) => {
            let read = managed(desk, aws, arn, depth + 1).await;
            desk.settle(
                "boundary",
                "json",
                read.map(|document| file([named(arn, Some(arn), &document)].into())),
            );
        }
        (None, None) => {}
    }
    let all = inline.and_then(|mut inline| {
        let attached = attached?;
        inline.extend(attached.iter().map(|one| named(&one.name, Some(&one.arn), &one.document)));
        Ok(file(inline))
    });
    desk.settle("identity-policies", "json", all);
}

fn file(policies: Vec<Value>) -> String {
    printed(&json!({ "policies": policies }))
}

fn named(name: &str, arn: Option<&str>, document: &str) -> Value {
    match arn {
        Some(arn) if arn != name => json!({"name": name, "arn": arn, "document": policy(document)}),
        _ => json!({"name": name, "document": policy(document)}),
    }
}

async fn inline(desk: &Desk, aws: &Aws, role: &str, depth: usize) -> Result<Vec<Value>, Refusal> {
    let names = desk
        .ask(Side::Aws, "iam:ListRolePolicies", depth, async {
            let mut pages = aws.iam.list_role_policies().role_name(role).into_paginator().items().send();
            let mut names = Vec::new();
            while let Some(name) = pages.next().await {
                names.push(name.map_err(|error| refusal("ListRolePolicies", &error))?);
            }
            Ok(names)
        })
        .await?;
    let read = iter(names).map(|name| async move {
        let document = desk
            .ask(Side::Aws, "iam:GetRolePolicy", depth + 1, async {
                let answer = aws.iam.get_role_policy().role_name(role).policy_name(&name).send().await;
                answer
                    .map(|answer| decoded(answer.policy_document()))
                    .map_err(|error| refusal("GetRolePolicy", &error))
            })
            .await?;
        Ok(named(&name, None, &document))
    });
    read.buffered(AT_ONCE).collect::<Vec<_>>().await.into_iter().collect()
}

struct Managed {
    name: String,
    arn: String,
    document: String,
}

async fn attached(desk: &Desk, aws: &Aws, role: &str, depth: usize) -> Result<Vec<Managed>, Refusal> {
    let listed = desk
        .ask(Side::Aws, "iam:ListAttachedRolePolicies", depth, async {
            let mut pages =
                aws.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
            let mut found = Vec::new();
            while let Some(one) = pages.next().await {
                let one = one.map_err(|error| refusal("ListAttachedRolePolicies", &error))?;
                found.push((
                    one.policy_name().unwrap_or_default().to_owned(),
                    one.policy_arn().unwrap_or_default().to_owned(),
                ));
            }
            Ok(found)
        })
        .await?;
    let read = iter(listed).map(|(name, arn)| async move {
        let document = managed(desk, aws, &arn, depth + 1).await?;
        Ok(Managed { name, arn, document })
    });
    read.buffered(AT_ONCE).collect::<Vec<_>>().await.into_iter().collect()
}

/// The document of a managed policy's default version.
async fn managed(desk: &Desk, aws: &Aws, arn: &str, depth: usize) -> Result<String, Refusal> {
    let version = desk
        .ask(Side::Aws, "iam:GetPolicy", depth, async {
            let answer = aws.iam.get_policy().policy_arn(arn).send().await;
            let answer = answer.map_err(|error| refusal("GetPolicy", &error))?;
            Ok(answer.policy().and_then(|policy| policy.default_version_id()).unwrap_or("v1").to_owned())
        })
        .await?;
    desk.ask(Side::Aws, "iam:GetPolicyVersion", depth + 1, async {
        let answer = aws.iam.get_policy_version().policy_arn(arn).version_id(version).send().await;
        let answer = answer.map_err(|error| refusal("GetPolicyVersion", &error))?;
        Ok(decoded(answer.policy_version().and_then(|version| version.document()).unwrap_or_default()))
    })
    .await
}
