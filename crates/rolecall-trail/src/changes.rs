//! Changes of what decides an exchange: the role, its policies, the provider; from the records of IAM's calls.

use crate::filter::is_role;
use crate::record::Record;
use rolecall_model::instant::Instant;

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub time: Instant,
    /// `eventName`
    pub name: String,
    /// `eventID`
    pub event_id: String,
    /// Who made it: an ARN where the record has one.
    pub by: String,
    /// What was done, as the end of a sentence that begins with "when": `the trust policy was replaced`.
    pub what: String,
    /// What it concerns.
    pub concern: Concern,
    /// The trust policy that holds from here on, where the change sets one.
    pub trust: Option<String>,
}

/// What a change concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// A role, by its name.
    Role(String),
    /// An OIDC provider, by its ARN, or its URL where that is all the call names.
    Provider(String),
    /// A managed policy, by its ARN.
    Policy(String),
}

/// Calls that change something, the member that names it, and what is said of it.
const TABLE: [(&str, &str, &str); 22] = [
    ("UpdateAssumeRolePolicy", "roleName", "the trust policy was replaced"),
    ("CreateRole", "roleName", "the role was created"),
    ("DeleteRole", "roleName", "the role was deleted"),
    ("UpdateRole", "roleName", "the role's description or session duration was changed"),
    ("PutRolePolicy", "roleName", "an inline policy was written"),
    ("DeleteRolePolicy", "roleName", "an inline policy was deleted"),
    ("AttachRolePolicy", "roleName", "a managed policy was attached"),
    ("DetachRolePolicy", "roleName", "a managed policy was detached"),
    ("PutRolePermissionsBoundary", "roleName", "a permissions boundary was set"),
    ("DeleteRolePermissionsBoundary", "roleName", "the permissions boundary was removed"),
    ("TagRole", "roleName", "tags were set"),
    ("UntagRole", "roleName", "tags were removed"),
    ("CreateOpenIDConnectProvider", "url", "the OIDC provider was created"),
    ("DeleteOpenIDConnectProvider", "openIDConnectProviderArn", "the OIDC provider was deleted"),
    (
        "AddClientIDToOpenIDConnectProvider",
        "openIDConnectProviderArn",
        "an audience was added to the OIDC provider",
    ),
    (
        "RemoveClientIDFromOpenIDConnectProvider",
        "openIDConnectProviderArn",
        "an audience was removed from the OIDC provider",
    ),
    (
        "UpdateOpenIDConnectProviderThumbprint",
        "openIDConnectProviderArn",
        "the OIDC provider's thumbprints were replaced",
    ),
    ("CreatePolicyVersion", "policyArn", "a version of a managed policy was written"),
    ("SetDefaultPolicyVersion", "policyArn", "another version of a managed policy became the default"),
    ("DeletePolicyVersion", "policyArn", "a version of a managed policy was deleted"),
    ("CreatePolicy", "policyName", "a managed policy was created"),
    ("DeletePolicy", "policyArn", "a managed policy was deleted"),
];

impl Change {
    /// The change that a record tells of; `None` for calls that were refused or change nothing of the kind.
    #[must_use]
    pub fn of(record: &Record) -> Option<Change> {
        if record.event_source != "iam.amazonaws.com" || record.error_code.is_some() {
            return None;
        }
        let (_, member, what) = TABLE.iter().find(|(name, ..)| *name == record.event_name)?;
        let parameters = record.request_parameters.as_ref()?.value();
        let text = |name: &str| parameters.get(name)?.as_str().map(str::to_owned);
        let named = text(member)?;
        let concern = match *member {
            "roleName" => Concern::Role(named),
            "url" | "openIDConnectProviderArn" => Concern::Provider(named),
            _ => Concern::Policy(named),
        };
        let subject = text("policyName").or_else(|| text("policyArn")).or_else(|| text("clientID"));
        let what = match subject.filter(|_| record.event_name != "CreatePolicy") {
            Some(subject) => format!("{what} (`{subject}`)"),
            None => (*what).to_owned(),
        };
        let identity = &record.user_identity;
        let by = identity.arn.clone().or_else(|| identity.user_name.clone());
        Some(Change {
            time: record.event_time,
            name: record.event_name.clone(),
            event_id: record.event_id.clone(),
            by: by.unwrap_or_else(|| identity.kind.to_string()),
            what,
            trust: match record.event_name.as_str() {
                "UpdateAssumeRolePolicy" => text("policyDocument"),
                "CreateRole" => text("assumeRolePolicyDocument"),
                _ => None,
            },
            concern,
        })
    }

    /// Whether the change bears on who may assume a role: it is the role's, or that of the provider by which somebody
    /// tried.
    #[must_use]
    pub fn bears_on(&self, role: &str, provider: Option<&str>) -> bool {
        match &self.concern {
            Concern::Role(name) => is_role(role, name),
            Concern::Provider(named) => provider.is_some_and(|provider| {
                let bare = named.split_once("://").map_or(named.as_str(), |(_, bare)| bare);
                provider == named
                    || provider.split_once(":oidc-provider/").map(|(_, name)| name) == Some(bare)
            }),
            Concern::Policy(_) => false,
        }
    }

    /// Whether it can decide who is let in, as permissions and tags of what the session may do cannot.
    #[must_use]
    pub fn decides_trust(&self) -> bool {
        !matches!(
            self.name.as_str(),
            "PutRolePolicy"
                | "DeleteRolePolicy"
                | "AttachRolePolicy"
                | "DetachRolePolicy"
                | "PutRolePermissionsBoundary"
                | "DeleteRolePermissionsBoundary"
        )
    }
}
