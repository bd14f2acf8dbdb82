//! Who signed a call: root, user, role session, federated user; what policies and records call them.

use rolecall_engine::authorize::Caller;
use rolecall_model::instant::Instant;
use rolecall_policy::context::Context;
use rolecall_state::entity::{Role, Tag, User};
use rolecall_state::view::Shared;
use rolecall_trail::record::{AssumedRole, FederatedUser, IamUser, Identity};

use crate::session::{self, Session, WebIdentity};

/// Who signed.
#[derive(Debug)]
pub struct Who {
    /// The account, twelve digits.
    pub account: String,
    /// The partition of its ARNs.
    pub partition: String,
    /// The access key that signed.
    pub access_key_id: String,
    /// Who that is.
    pub actor: Actor,
    /// The session, for temporary credentials.
    pub session: Option<Session>,
}

/// Whose credentials signed.
#[derive(Clone, Debug)]
pub enum Actor {
    /// The account's root.
    Root,
    /// A user.
    User(Shared<User>),
    /// A session of a role.
    Role(Shared<Role>),
    /// A session of GetFederationToken, and the user that asked for it; none where root did.
    Federated(String, Option<Shared<User>>),
}

impl Who {
    /// The caller's ARN as GetCallerIdentity gives it (reference sts.md §5.1).
    #[must_use]
    pub fn arn(&self) -> String {
        let (partition, account) = (&self.partition, &self.account);
        match &self.actor {
            Actor::Root => format!("arn:{partition}:iam::{account}:root"),
            Actor::User(user) => user.arn(partition),
            Actor::Role(role) => {
                let name = self.session_name();
                format!("arn:{partition}:sts::{account}:assumed-role/{}/{name}", role.name)
            }
            Actor::Federated(name, _) => format!("arn:{partition}:sts::{account}:federated-user/{name}"),
        }
    }

    /// The caller's unique id as GetCallerIdentity gives it: `AROA…:session` for sessions of roles.
    #[must_use]
    pub fn user_id(&self) -> String {
        match &self.actor {
            Actor::Root => self.account.clone(),
            Actor::User(user) => user.id.clone(),
            Actor::Role(role) => format!("{}:{}", role.id, self.session_name()),
            Actor::Federated(name, _) => format!("{}:{name}", self.account),
        }
    }

    /// Whether the credentials are temporary.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.session.is_some()
    }

    /// The user, where one signed with keys of its own or a session of GetSessionToken.
    #[must_use]
    pub fn user(&self) -> Option<&Shared<User>> {
        match &self.actor {
            Actor::User(user) => Some(user),
            _ => None,
        }
    }

    /// The caller as the engine knows it.
    #[must_use]
    pub fn caller(&self) -> Caller {
        let role_arn = match &self.actor {
            Actor::Role(role) => Some(role.arn(&self.partition)),
            _ => None,
        };
        Caller::from_arn(&self.arn(), role_arn.as_deref())
    }

    /// Adds every condition key of the caller (reference sts.md §6.5). What does not apply is absent.
    pub fn keys(&self, context: &mut Context) {
        let mut set = |key: &str, value: String| context.set(key, [value]);
        set("aws:PrincipalAccount", self.account.clone());
        set("aws:userid", self.user_id());
        let (arn, kind) = match &self.actor {
            Actor::Root => (self.arn(), "Account"),
            Actor::User(_) => (self.arn(), "User"),
            Actor::Role(role) => (role.arn(&self.partition), "AssumedRole"),
            Actor::Federated(..) => (self.arn(), "FederatedUser"),
        };
        set("aws:PrincipalArn", arn);
        set("aws:PrincipalType", kind.to_owned());
        if let Actor::User(user) = &self.actor {
            set("aws:username", user.name.clone());
        }
        for Tag { key, value } in self.tags() {
            set(&format!("aws:PrincipalTag/{key}"), value);
        }
        if let Some(session) = &self.session {
            self.session_keys(session, context);
        }
    }

    /// The caller in an audit record (reference cloudtrail.md §4).
    #[must_use]
    pub fn identity(&self) -> Identity {
        let arn = self.arn();
        let created = self.session.as_ref().map(|session| Instant(session.issued));
        match &self.actor {
            Actor::Root => {
                Identity::root(&self.account, &arn, &self.access_key_id, created.map(|at| (at, false)))
            }
            Actor::User(user) => Identity::iam_user(&self.iam_user(user, &arn, created)),
            Actor::Role(role) => self.role_identity(role, &arn),
            Actor::Federated(name, user) => {
                let created = created.unwrap_or(Instant(0));
                let root_arn = format!("arn:{}:iam::{}:root", self.partition, self.account);
                let user_arn = user.as_ref().map_or(root_arn, |user| user.arn(&self.partition));
                let issuer = IamUser {
                    id: user.as_ref().map_or(&self.account, |user| &user.id),
                    arn: &user_arn,
                    account: &self.account,
                    access_key_id: "",
                    name: user.as_ref().map_or("", |user| &user.name),
                    session: None,
                };
                Identity::federated_user(&FederatedUser {
                    name,
                    arn: &arn,
                    account: &self.account,
                    access_key_id: &self.access_key_id,
                    issuer,
                    created,
                })
            }
        }
    }

    fn iam_user<'a>(&'a self, user: &'a User, arn: &'a str, created: Option<Instant>) -> IamUser<'a> {
        IamUser {
            id: &user.id,
            arn,
            account: &self.account,
            access_key_id: &self.access_key_id,
            name: &user.name,
            session: created.map(|at| (at, false)),
        }
    }

    fn role_identity(&self, role: &Role, arn: &str) -> Identity {
        let session = self.session.as_ref();
        Identity::assumed_role(&AssumedRole {
            role_id: &role.id,
            session_name: self.session_name(),
            session_arn: arn,
            account: &self.account,
            access_key_id: &self.access_key_id,
            role_arn: &role.arn(&self.partition),
            role_name: &role.name,
            web_identity_provider: self.web_identity().map(|web| web.provider.as_str()),
            created: Instant(session.map_or(0, |session| session.issued)),
            mfa: false,
            source_identity: session.and_then(|session| session.source_identity.as_deref()),
        })
    }

    /// Tags of the principal: a role's own ones, overlaid by the session's; keys ignore letter case.
    fn tags(&self) -> Vec<Tag> {
        let own: &[Tag] = match &self.actor {
            Actor::User(user) => &user.tags,
            Actor::Role(role) => &role.tags,
            _ => &[],
        };
        let session = self.session.as_ref().map(|session| session.tags.as_slice()).unwrap_or_default();
        let overlaid = |tag: &&Tag| !session.iter().any(|(key, _)| key.eq_ignore_ascii_case(&tag.key));
        let mut tags: Vec<Tag> = own.iter().filter(overlaid).cloned().collect();
        tags.extend(session.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }));
        tags
    }

    fn session_name(&self) -> &str {
        match self.session.as_ref().map(|session| &session.actor) {
            Some(session::Actor::Role { session_name, .. }) => session_name,
            _ => "",
        }
    }

    fn web_identity(&self) -> Option<&WebIdentity> {
        match &self.session.as_ref()?.actor {
            session::Actor::Role { web_identity, .. } => web_identity.as_ref(),
            _ => None,
        }
    }

    fn session_keys(&self, session: &Session, context: &mut Context) {
        context.set("aws:TokenIssueTime", [Instant(session.issued).to_string()]);
        context.set("aws:MultiFactorAuthPresent", ["false".to_owned()]);
        if let Some(identity) = &session.source_identity {
            context.set("aws:SourceIdentity", [identity.clone()]);
        }
        let Some(web) = self.web_identity() else { return };
        let name = &web.provider_name;
        context.set("aws:FederatedProvider", [web.provider.clone()]);
        context.set(&format!("{name}:aud"), [web.audience.clone()]);
        context.set(&format!("{name}:sub"), [web.subject.clone()]);
        if !web.methods.is_empty() {
            context.set_multivalued(&format!("{name}:amr"), web.methods.iter().cloned());
        }
    }
}
