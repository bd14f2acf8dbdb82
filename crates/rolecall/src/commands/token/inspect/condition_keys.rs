//! What conditions of a trust policy can see of a token, and what they cannot.

use rolecall_engine::context::{self, Source};
use rolecall_engine::issuers::{KeySupport, key_support};
use rolecall_engine::token::claims;
use rolecall_engine::world::Token;
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use serde::Serialize;

use super::account::request;

/// A condition key.
#[derive(Serialize)]
pub struct KeyAccount {
    /// Its name.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
    /// Since when STS offers it, where that is not ever since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Keys that come of the token and no other part of the call.
pub fn of(provider: &str, claims: &Node, now: Option<Instant>) -> Vec<KeyAccount> {
    let request = request(Token::Decoded { claims, header: None, whole: true });
    let context =
        context::keys(&Source { provider, claims, whole: true, request: &request, role: None, now });
    let prefix = format!("{}:", provider.to_ascii_lowercase());
    let mut found: Vec<KeyAccount> = context
        .keys()
        .filter_map(|(key, values)| {
            let claim = key.strip_prefix(&prefix)?;
            let since = match key_support(provider, claim, now) {
                KeySupport::Since(since) => Some(since.to_string()),
                _ => None,
            };
            // The context folds letter case; policies are written with the provider's own.
            Some(KeyAccount { key: format!("{provider}:{claim}"), values: values.to_vec(), since })
        })
        .collect();
    let mut plain = |key: &str, values: Vec<String>| {
        found.push(KeyAccount { key: key.to_owned(), values, since: None });
    };
    if let Some(identity) = claims::source_identity(claims) {
        plain("sts:SourceIdentity", vec![identity.to_owned()]);
    }
    if let Ok(Some(tags)) = claims::tags(claims) {
        plain("aws:TagKeys", tags.tags.iter().map(|(key, _)| key.clone()).collect());
        for (key, value) in tags.tags {
            plain(&format!("aws:RequestTag/{key}"), vec![value]);
        }
        if !tags.transitive.is_empty() {
            plain("sts:TransitiveTagKeys", tags.transitive);
        }
    }
    found
}

/// Claims that no condition can see: neither keys, nor read by STS otherwise.
pub fn unseen(provider: &str, claims: &Node, now: Option<Instant>) -> Vec<String> {
    const READ: [&str; 6] = ["iss", "exp", "iat", "nbf", "jti", "azp"];
    let hidden = |claim: &str| {
        !READ.contains(&claim)
            && !claim.starts_with("https://aws.amazon.com/")
            && matches!(key_support(provider, claim, now), KeySupport::Never | KeySupport::NotYet(_))
    };
    claims.members().iter().map(|member| member.key.clone()).filter(|claim| hidden(claim)).collect()
}
