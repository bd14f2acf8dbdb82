//! The OIDC providers of the account.

use rolecall_model::arn::Arn;
use serde_json::{Value, json};

use super::client::Aws;
use super::failure::refusal;
use super::json::{date, maybe, object, printed};
use crate::refusal::Refusal;

/// `aws iam list-open-id-connect-providers`: the file, and the ARNs in it.
pub(crate) async fn providers(aws: &Aws) -> Result<(String, Vec<String>), Refusal> {
    let answer = aws.iam.list_open_id_connect_providers().send().await;
    let answer = answer.map_err(|error| refusal("ListOpenIDConnectProviders", &error))?;
    let listed = answer.open_id_connect_provider_list();
    let arns: Vec<String> = listed.iter().filter_map(|entry| entry.arn()).map(str::to_owned).collect();
    let entries: Vec<Value> = arns.iter().map(|arn| json!({ "Arn": arn })).collect();
    Ok((printed(&json!({ "OpenIDConnectProviderList": entries })), arns))
}

/// What `aws iam get-open-id-connect-provider` printed, with what others need of it.
#[derive(Clone, Debug)]
pub(crate) struct ProviderRead {
    /// The file.
    pub file: String,
    /// Thumbprints.
    pub thumbprints: Vec<String>,
}

/// `aws iam get-open-id-connect-provider`
pub(crate) async fn detail(aws: &Aws, arn: &str) -> Result<ProviderRead, Refusal> {
    let answer = aws.iam.get_open_id_connect_provider().open_id_connect_provider_arn(arn).send().await;
    let answer = answer.map_err(|error| refusal("GetOpenIDConnectProvider", &error))?;
    let tags: Vec<Value> =
        answer.tags().iter().map(|tag| json!({"Key": tag.key(), "Value": tag.value()})).collect();
    let file = printed(&object(vec![
        ("Url", maybe(answer.url())),
        ("ClientIDList", Some(json!(answer.client_id_list()))),
        ("ThumbprintList", Some(json!(answer.thumbprint_list()))),
        ("CreateDate", date(answer.create_date())),
        ("Tags", Some(Value::Array(tags))),
    ]));
    Ok(ProviderRead { file, thumbprints: answer.thumbprint_list().to_vec() })
}

/// The provider to look at: the issuer's own; where none is registered for it, the one that the trust policy names.
pub(crate) fn choose(listed: &[String], issuer: Option<&str>, trust: Option<&str>) -> Option<String> {
    let name = |arn: &str| Arn::parse(arn).and_then(|arn| arn.oidc_provider().map(str::to_owned));
    if let Some(issuer) = issuer {
        let bare =
            issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or(issuer);
        let own = listed.iter().find(|arn| name(arn).is_some_and(|known| known.eq_ignore_ascii_case(bare)));
        // A slash too many or too few is worth looking at: it is a cause of its own.
        let close = || {
            let trimmed = bare.trim_end_matches('/');
            listed.iter().find(|arn| {
                name(arn).is_some_and(|known| known.trim_end_matches('/').eq_ignore_ascii_case(trimmed))
            })
        };
        if let Some(arn) = own.or_else(close) {
            return Some(arn.clone());
        }
    }
    let trust = trust?;
    listed.iter().find(|arn| trust.contains(&format!("\"{arn}\""))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuers_own_provider_before_the_one_that_is_trusted() {
        let listed: Vec<String> = ["a.example.com/id/1", "b.example.com", "c.example.com/"]
            .map(|name| format!("arn:aws:iam::111122223333:oidc-provider/{name}"))
            .to_vec();
        let trust =
            r#"{"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/b.example.com"}}"#;
        let table = [
            (Some("https://a.example.com/id/1"), Some(trust), Some(0)),
            (Some("https://c.example.com"), Some(trust), Some(2)),
            (Some("https://other.example.com"), Some(trust), Some(1)),
            (None, Some(trust), Some(1)),
            (None, None, None),
            (Some("https://other.example.com"), Some("{}"), None),
        ];
        for (issuer, trust, wanted) in table {
            assert_eq!(
                choose(&listed, issuer, trust),
                wanted.map(|at: usize| listed[at].clone()),
                "{issuer:?}"
            );
        }
    }
}
