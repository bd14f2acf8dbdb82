//! What a granted exchange gives.

use rolecall_model::json::Node;

use crate::token::claims::{self, Audience, Tags};

/// A granted exchange: everything that the answer of STS says beside credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The token's subject.
    pub subject: String,
    /// The audience that was used: `azp` where the token has one.
    pub audience: String,
    /// The provider's ARN, or a built-in provider's name.
    pub provider: String,
    /// Length of the session in seconds.
    pub duration: i64,
    /// The source identity, if the token carries one.
    pub source_identity: Option<String>,
    /// Session tags, if the token carries any.
    pub tags: Option<Tags>,
}

/// `DurationSeconds` where the request does not say (AWS STS API reference).
pub const DEFAULT_DURATION: i64 = 3600;

impl Grant {
    pub(super) fn of(token: &Node, provider: &str, duration: i64) -> Grant {
        let audience = match claims::audience(token) {
            Audience::AuthorizedParty(audience) | Audience::Single(audience) => audience,
            Audience::Several | Audience::Missing => "",
        };
        Grant {
            subject: token.get("sub").and_then(Node::as_str).unwrap_or_default().to_owned(),
            audience: audience.to_owned(),
            provider: provider.to_owned(),
            duration,
            source_identity: claims::source_identity(token).map(str::to_owned),
            tags: claims::tags(token).ok().flatten(),
        }
    }
}
