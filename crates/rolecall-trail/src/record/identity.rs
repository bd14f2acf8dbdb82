//! Who called: `userIdentity` (reference cloudtrail.md §3.2, §4).

use rolecall_model::instant::Instant;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `userIdentity`; which members stand there depends on the type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// `WebIdentityUser`, `AssumedRole`, `IAMUser`, `Root` …
    #[serde(rename = "type", default)]
    pub kind: Cow<'static, str>,
    /// Unique id, with the session name behind a colon where there is one.
    #[serde(default)]
    pub principal_id: Option<String>,
    /// ARN of the caller.
    #[serde(default)]
    pub arn: Option<String>,
    /// Account of the caller.
    #[serde(default)]
    pub account_id: Option<String>,
    /// The key that signed.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// Name of the user; the token's subject.
    #[serde(default)]
    pub user_name: Option<String>,
    /// ARN of the OIDC provider, or the bare name of a built-in one.
    #[serde(default)]
    pub identity_provider: Option<String>,
    /// The session whose credentials signed.
    #[serde(default)]
    pub session_context: Option<SessionContext>,
    /// The service that called on behalf of somebody.
    #[serde(default)]
    pub invoked_by: Option<String>,
}

/// The session whose credentials signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionContext {
    /// Who the session was made from.
    #[serde(default)]
    pub session_issuer: Option<SessionIssuer>,
    /// Empty for sessions that are no web identity's.
    #[serde(default)]
    pub web_id_federation_data: Option<WebIdFederationData>,
    /// `creationDate`, `mfaAuthenticated`: texts, both.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// SourceIdentity.
    #[serde(default)]
    pub source_identity: Option<String>,
}

/// Who a session was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionIssuer {
    /// `Role`, `IAMUser`, `Root`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Unique id.
    #[serde(default)]
    pub principal_id: Option<String>,
    /// ARN, with the path.
    #[serde(default)]
    pub arn: Option<String>,
    /// Account.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Name.
    #[serde(default)]
    pub user_name: Option<String>,
}

/// The web identity behind a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebIdFederationData {
    /// ARN of the OIDC provider; `None` writes an empty object.
    #[serde(default)]
    pub federated_provider: Option<String>,
    /// Claims of built-in providers; empty for others.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// A caller that shows a token instead of a signature.
#[derive(Clone, Copy, Debug)]
pub struct WebIdentity<'a> {
    /// ARN of the OIDC provider, or the bare name of a built-in one.
    pub provider: &'a str,
    /// The audience that counted.
    pub audience: &'a str,
    /// The subject.
    pub subject: &'a str,
}

/// A session of a role.
#[derive(Clone, Copy, Debug)]
pub struct AssumedRole<'a> {
    /// `AROA…`
    pub role_id: &'a str,
    /// The session's name.
    pub session_name: &'a str,
    /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`
    pub session_arn: &'a str,
    /// The role's account.
    pub account: &'a str,
    /// `ASIA…`
    pub access_key_id: &'a str,
    /// ARN of the role, with the path.
    pub role_arn: &'a str,
    /// Name of the role.
    pub role_name: &'a str,
    /// ARN of the OIDC provider if the session came of a web identity.
    pub web_identity_provider: Option<&'a str>,
    /// When the session began.
    pub created: Instant,
    /// Whether MFA was used.
    pub mfa: bool,
    /// SourceIdentity.
    pub source_identity: Option<&'a str>,
}

/// A user, or a session of GetSessionToken of one.
#[derive(Clone, Copy, Debug)]
pub struct IamUser<'a> {
    /// `AIDA…`
    pub id: &'a str,
    /// ARN of the user.
    pub arn: &'a str,
    /// Account.
    pub account: &'a str,
    /// The key that signed.
    pub access_key_id: &'a str,
    /// Name.
    pub name: &'a str,
    /// For session credentials: when the session began and whether MFA was used.
    pub session: Option<(Instant, bool)>,
}

/// A session of GetFederationToken.
#[derive(Clone, Copy, Debug)]
pub struct FederatedUser<'a> {
    /// The federated user's name.
    pub name: &'a str,
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME`
    pub arn: &'a str,
    /// Account.
    pub account: &'a str,
    /// `ASIA…`
    pub access_key_id: &'a str,
    /// The user (or root) that made the session.
    pub issuer: IamUser<'a>,
    /// When the session began.
    pub created: Instant,
}

impl Identity {
    /// `WebIdentityUser`: principal id is `PROVIDER:AUDIENCE:SUBJECT` (cloudtrail.md §3.2).
    #[must_use]
    pub fn web_identity(caller: &WebIdentity<'_>) -> Identity {
        Identity {
            kind: Cow::Borrowed("WebIdentityUser"),
            principal_id: Some(format!("{}:{}:{}", caller.provider, caller.audience, caller.subject)),
            user_name: Some(caller.subject.to_owned()),
            identity_provider: Some(caller.provider.to_owned()),
            ..Identity::default()
        }
    }

    /// `AssumedRole` (cloudtrail.md §4).
    #[must_use]
    pub fn assumed_role(caller: &AssumedRole<'_>) -> Identity {
        let issuer = SessionIssuer {
            kind: Some("Role".to_owned()),
            principal_id: Some(caller.role_id.to_owned()),
            arn: Some(caller.role_arn.to_owned()),
            account_id: Some(caller.account.to_owned()),
            user_name: Some(caller.role_name.to_owned()),
        };
        Identity {
            kind: Cow::Borrowed("AssumedRole"),
            principal_id: Some(format!("{}:{}", caller.role_id, caller.session_name)),
            arn: Some(caller.session_arn.to_owned()),
            account_id: Some(caller.account.to_owned()),
            access_key_id: Some(caller.access_key_id.to_owned()),
            session_context: Some(SessionContext {
                session_issuer: Some(issuer),
                web_id_federation_data: Some(WebIdFederationData {
                    federated_provider: caller.web_identity_provider.map(str::to_owned),
                    attributes: BTreeMap::new(),
                }),
                attributes: session_attributes(caller.created, caller.mfa),
                source_identity: caller.source_identity.map(str::to_owned),
            }),
            ..Identity::default()
        }
    }

    /// `IAMUser`
    #[must_use]
    pub fn iam_user(caller: &IamUser<'_>) -> Identity {
        Identity {
            kind: Cow::Borrowed("IAMUser"),
            principal_id: Some(caller.id.to_owned()),
            arn: Some(caller.arn.to_owned()),
            account_id: Some(caller.account.to_owned()),
            access_key_id: Some(caller.access_key_id.to_owned()),
            user_name: Some(caller.name.to_owned()),
            session_context: session_of(caller.session),
            ..Identity::default()
        }
    }

    /// `Root`: the account's root, whose ARN is `arn:aws:iam::ACCOUNT:root`.
    #[must_use]
    pub fn root(account: &str, arn: &str, access_key_id: &str, session: Option<(Instant, bool)>) -> Identity {
        Identity {
            kind: Cow::Borrowed("Root"),
            principal_id: Some(account.to_owned()),
            arn: Some(arn.to_owned()),
            account_id: Some(account.to_owned()),
            access_key_id: Some(access_key_id.to_owned()),
            session_context: session_of(session),
            ..Identity::default()
        }
    }

    /// `FederatedUser`
    #[must_use]
    pub fn federated_user(caller: &FederatedUser<'_>) -> Identity {
        let root = caller.issuer.id == caller.account;
        let issuer = SessionIssuer {
            kind: Some(if root { "Root" } else { "IAMUser" }.to_owned()),
            principal_id: Some(caller.issuer.id.to_owned()),
            arn: Some(caller.issuer.arn.to_owned()),
            account_id: Some(caller.issuer.account.to_owned()),
            user_name: (!root).then(|| caller.issuer.name.to_owned()),
        };
        Identity {
            kind: Cow::Borrowed("FederatedUser"),
            principal_id: Some(format!("{}:{}", caller.account, caller.name)),
            arn: Some(caller.arn.to_owned()),
            account_id: Some(caller.account.to_owned()),
            access_key_id: Some(caller.access_key_id.to_owned()),
            session_context: Some(SessionContext {
                session_issuer: Some(issuer),
                web_id_federation_data: Some(WebIdFederationData::default()),
                attributes: session_attributes(caller.created, false),
                source_identity: None,
            }),
            ..Identity::default()
        }
    }

    /// `AWSAccount`: a caller of another account, in the copy the target's trail gets.
    #[must_use]
    pub fn aws_account(account: &str, principal_id: &str) -> Identity {
        Identity {
            kind: Cow::Borrowed("AWSAccount"),
            principal_id: Some(principal_id.to_owned()),
            account_id: Some(account.to_owned()),
            ..Identity::default()
        }
    }

    /// `Unknown`: a caller who could not be told, such as one with a key nobody has.
    #[must_use]
    pub fn unknown() -> Identity {
        Identity { kind: Cow::Borrowed("Unknown"), ..Identity::default() }
    }

    /// The name LookupEvents searches by: the session name of a role session, else the user's name.
    #[must_use]
    pub fn lookup_name(&self) -> Option<&str> {
        match self.kind.as_ref() {
            "AssumedRole" | "FederatedUser" => {
                self.principal_id.as_deref()?.split_once(':').map(|(_, name)| name)
            }
            "Root" => Some("root"),
            _ => self.user_name.as_deref(),
        }
    }
}

fn session_of(session: Option<(Instant, bool)>) -> Option<SessionContext> {
    let (created, mfa) = session?;
    Some(SessionContext { attributes: session_attributes(created, mfa), ..SessionContext::default() })
}

fn session_attributes(created: Instant, mfa: bool) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("creationDate".to_owned(), created.to_string()),
        ("mfaAuthenticated".to_owned(), mfa.to_string()),
    ])
}
