//! IAM: the operations that change what edits change, and those that compare.

use aws_sdk_iam::Client;
use percent_encoding::percent_decode_str;
use rolecall_doctor::fix::edit::Edit;
use rolecall_live::aws::{Connection, Guard, refusal};
use rolecall_live::refusal::{Refusal, RefusalKind};
use serde_json::Value;

use crate::managed_policy;
use crate::{ApplyError, Stands};

/// THE TABLE of operations that the changing client may call.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("IAM", "GetRole", "iam:GetRole"),
    ("IAM", "GetRolePolicy", "iam:GetRolePolicy"),
    ("IAM", "GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider"),
    ("IAM", "UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy"),
    ("IAM", "UpdateRole", "iam:UpdateRole"),
    ("IAM", "PutRolePolicy", "iam:PutRolePolicy"),
    ("IAM", "DeleteRolePolicy", "iam:DeleteRolePolicy"),
    ("IAM", "GetPolicy", "iam:GetPolicy"),
    ("IAM", "GetPolicyVersion", "iam:GetPolicyVersion"),
    ("IAM", "ListPolicyVersions", "iam:ListPolicyVersions"),
    ("IAM", "CreatePolicyVersion", "iam:CreatePolicyVersion"),
    ("IAM", "SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion"),
    ("IAM", "CreateOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider"),
    ("IAM", "DeleteOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider"),
    ("IAM", "AddClientIDToOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider"),
    ("IAM", "RemoveClientIDFromOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider"),
    ("IAM", "UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint"),
];

/// IAM.
pub(crate) struct Iam {
    client: Client,
}

/// A provider as far as edits go.
struct ProviderNow {
    audiences: Vec<String>,
    thumbprints: Vec<String>,
}

impl Iam {
    pub(crate) fn new(connection: &Connection) -> Self {
        let config = aws_sdk_iam::config::Builder::from(&connection.config).interceptor(Guard::of(ALLOWED));
        Iam { client: Client::from_conf(config.build()) }
    }

    pub(crate) async fn stands(&self, edit: &Edit) -> Result<Stands, Refusal> {
        Ok(match edit {
            Edit::SetTrustPolicy(edit) => {
                let live = self.role(&edit.role).await?.0;
                among(|text: &str| same(&live, text), &edit.before, &edit.after)
            }
            Edit::SetMaxSessionDuration { role, before, after } => {
                let live = self.role(role).await?.1;
                among(|wanted: &i64| live == *wanted, before, after)
            }
            Edit::PutRolePolicy { role, name, before, after } => {
                let live = self.policy(role, name).await?;
                let is = |wanted: &Option<String>| match (&live, wanted) {
                    (Some(live), Some(wanted)) => same(live, wanted),
                    (None, None) => true,
                    _ => false,
                };
                among(is, before, after)
            }
            Edit::SetManagedPolicy { policy, before, after } => {
                let live = managed_policy::default(&self.client, policy).await?;
                among(|text: &str| same(&live, text), before, after)
            }
            Edit::SetProviderAudiences { provider, before, after } => {
                let live = self.provider(provider).await?.map(|provider| provider.audiences);
                live.map_or(Stands::Otherwise, |live| audiences(&live, before, after))
            }
            Edit::SetProviderThumbprints { provider, before, after } => {
                let live = self.provider(provider).await?.map(|provider| provider.thumbprints);
                among(
                    |wanted: &Vec<String>| live.as_ref().is_some_and(|live| same_set(live, wanted)),
                    before,
                    after,
                )
            }
            Edit::CreateProvider { provider, audiences, .. } => match self.provider(provider).await? {
                None => Stands::Before,
                Some(live) if same_set(&live.audiences, audiences) => Stands::After,
                Some(_) => Stands::Otherwise,
            },
            _ => Stands::Otherwise,
        })
    }

    pub(crate) async fn make(&self, edit: &Edit) -> Result<(), Refusal> {
        match edit {
            Edit::SetTrustPolicy(edit) => {
                let call = self.client.update_assume_role_policy().role_name(&edit.role);
                let done = call.policy_document(&edit.after).send().await;
                done.map(drop).map_err(|error| refusal("UpdateAssumeRolePolicy", &error))
            }
            Edit::SetMaxSessionDuration { role, after, .. } => self.set_max_session(role, *after).await,
            Edit::PutRolePolicy { role, name, after: Some(document), .. } => {
                let call = self.client.put_role_policy().role_name(role).policy_name(name);
                let done = call.policy_document(document).send().await;
                done.map(drop).map_err(|error| refusal("PutRolePolicy", &error))
            }
            Edit::PutRolePolicy { role, name, after: None, .. } => {
                let done = self.client.delete_role_policy().role_name(role).policy_name(name).send().await;
                done.map(drop).map_err(|error| refusal("DeleteRolePolicy", &error))
            }
            Edit::SetManagedPolicy { policy, after, .. } => {
                managed_policy::set(&self.client, policy, after).await
            }
            Edit::SetProviderAudiences { provider, before, after } => {
                self.set_audiences(provider, before, after).await
            }
            Edit::SetProviderThumbprints { provider, after, .. } => {
                let call = self.client.update_open_id_connect_provider_thumbprint();
                let call =
                    call.open_id_connect_provider_arn(provider).set_thumbprint_list(Some(after.clone()));
                let done = call.send().await;
                done.map(drop).map_err(|error| refusal("UpdateOpenIDConnectProviderThumbprint", &error))
            }
            Edit::CreateProvider { url, audiences, .. } => {
                let call = self.client.create_open_id_connect_provider().url(url);
                let done = call.set_client_id_list(Some(audiences.clone())).send().await;
                done.map(drop).map_err(|error| refusal("CreateOpenIDConnectProvider", &error))
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn delete_provider(&self, arn: &str, audiences: &[String]) -> Result<(), ApplyError> {
        match self.provider(arn).await? {
            None => Ok(()),
            Some(live) if same_set(&live.audiences, audiences) => {
                let call = self.client.delete_open_id_connect_provider().open_id_connect_provider_arn(arn);
                let done = call.send().await;
                Ok(done.map(drop).map_err(|error| refusal("DeleteOpenIDConnectProvider", &error))?)
            }
            Some(_) => Err(ApplyError::Changed { what: format!("the provider `{arn}`") }),
        }
    }

    /// The trust policy's text and the longest session in seconds.
    async fn role(&self, name: &str) -> Result<(String, i64), Refusal> {
        let answer = self.client.get_role().role_name(name).send().await;
        let answer = answer.map_err(|error| refusal("GetRole", &error))?;
        let role = answer
            .role()
            .ok_or_else(|| Refusal::new(RefusalKind::Other, "GetRole answered without a role"))?;
        let trust = decoded(role.assume_role_policy_document().unwrap_or_default());
        Ok((trust, i64::from(role.max_session_duration().unwrap_or(3600))))
    }

    async fn policy(&self, role: &str, name: &str) -> Result<Option<String>, Refusal> {
        let answer = self.client.get_role_policy().role_name(role).policy_name(name).send().await;
        absent(answer.map_err(|error| refusal("GetRolePolicy", &error)))
            .map(|answer| answer.map(|answer| decoded(answer.policy_document())))
    }

    async fn provider(&self, arn: &str) -> Result<Option<ProviderNow>, Refusal> {
        let answer =
            self.client.get_open_id_connect_provider().open_id_connect_provider_arn(arn).send().await;
        let answer = absent(answer.map_err(|error| refusal("GetOpenIDConnectProvider", &error)))?;
        Ok(answer.map(|answer| ProviderNow {
            audiences: answer.client_id_list().to_vec(),
            thumbprints: answer.thumbprint_list().to_vec(),
        }))
    }

    /// UpdateRole sets description and duration together: the description that stands is given again.
    async fn set_max_session(&self, role: &str, seconds: i64) -> Result<(), Refusal> {
        let answer = self.client.get_role().role_name(role).send().await;
        let answer = answer.map_err(|error| refusal("GetRole", &error))?;
        let description = answer.role().and_then(|role| role.description()).map(str::to_owned);
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let call = self.client.update_role().role_name(role).max_session_duration(seconds);
        let done = call.set_description(description).send().await;
        done.map(drop).map_err(|error| refusal("UpdateRole", &error))
    }

    /// One by one, as IAM has it; what is new comes first, so that nobody who is admitted now is locked out between.
    async fn set_audiences(
        &self,
        provider: &str,
        before: &[String],
        after: &[String],
    ) -> Result<(), Refusal> {
        for added in after.iter().filter(|id| !before.contains(id)) {
            let call = self.client.add_client_id_to_open_id_connect_provider();
            let done = call.open_id_connect_provider_arn(provider).client_id(added).send().await;
            done.map_err(|error| refusal("AddClientIDToOpenIDConnectProvider", &error))?;
        }
        for gone in before.iter().filter(|id| !after.contains(id)) {
            let call = self.client.remove_client_id_from_open_id_connect_provider();
            let done = call.open_id_connect_provider_arn(provider).client_id(gone).send().await;
            done.map_err(|error| refusal("RemoveClientIDFromOpenIDConnectProvider", &error))?;
        }
        Ok(())
    }
}

/// Client ids are changed one by one: a list between both is one that a run was interrupted in.
fn audiences(live: &[String], before: &[String], after: &[String]) -> Stands {
    if same_set(live, after) {
        return Stands::After;
    }
    let known = live.iter().all(|id| before.contains(id) || after.contains(id));
    let whole = before.iter().filter(|id| after.contains(id)).all(|id| live.contains(id));
    if known && whole { Stands::Before } else { Stands::Otherwise }
}

fn among<T: ?Sized>(
    is: impl Fn(&T) -> bool,
    before: &(impl std::borrow::Borrow<T> + ?Sized),
    after: &(impl std::borrow::Borrow<T> + ?Sized),
) -> Stands {
    if is(after.borrow()) {
        Stands::After
    } else if is(before.borrow()) {
        Stands::Before
    } else {
        Stands::Otherwise
    }
}

fn absent<T>(answer: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(refusal) if refusal.kind == RefusalKind::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

pub(crate) fn decoded(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_decode_str(document).decode_utf8_lossy().into_owned()
}

/// Whether two documents say the same: spacing and the order of members do not matter.
pub(crate) fn same(one: &str, other: &str) -> bool {
    match (serde_json::from_str::<Value>(one), serde_json::from_str::<Value>(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|entry| other.contains(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_client_ids() {
        let list = |ids: &str| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let table = [
            ("a", Stands::Before),
            ("a b", Stands::After),
            ("b a", Stands::After),
            ("", Stands::Otherwise),
            ("a c", Stands::Otherwise),
        ];
        for (live, wanted) in table {
            assert_eq!(audiences(&list(live), &list("a"), &list("a b")), wanted, "{live}");
        }
        // Interrupted between adding `c` and removing `b`.
        assert_eq!(audiences(&list("a b c"), &list("a b"), &list("a c")), Stands::Before);
    }

    #[test]
    fn documents_are_compared_by_what_they_say() {
        assert!(same(r#"{"a": 1, "b": ["x"]}"#, "{\n \"b\": [\"x\"],\n \"a\": 1}"));
        assert!(!same(r#"{"a": ["x", "y"]}"#, r#"{"a": ["y", "x"]}"#));
        assert!(!same("{", "{ "));
    }
}
