//! Who calls, and every name by which a policy may name it (policy reference section 7).

use rolecall_model::arn::{Arn, is_account};
use rolecall_policy::context::{Context, Lookup};
use rolecall_policy::document::Policy;
use rolecall_policy::request::PrincipalKind;

/// What sort of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// An IAM user.
    User,
    /// A session of a role.
    RoleSession,
    /// A role named by its own ARN: any session of it.
    Role,
    /// A session of GetFederationToken.
    FederatedUser,
    /// The root user.
    Root,
    /// A service of AWS.
    Service,
    /// A web or SAML identity.
    Federated,
    /// A canonical user id.
    CanonicalUser,
    /// Nobody.
    Anonymous,
}

/// What a provider is; the built-in ones have bare names in place of ARNs (rule 10.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Provider {
    /// OpenID Connect.
    Oidc,
    /// SAML 2.0.
    Saml,
    /// Neither can be told.
    #[default]
    Other,
}

/// Providers that AWS knows without a provider resource (rule 10.5).
const BUILT_IN: [&str; 4] =
    ["accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"];

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What sort.
    pub kind: CallerKind,
    /// Names, the narrowest first; the account last.
    pub names: Vec<String>,
    /// Its account; none for services, identities and nobody.
    pub account: Option<String>,
    /// Whether it is a service-linked role, which SCPs and RCPs leave alone (rules 8.5, 8.6).
    pub service_linked: bool,
    /// What a federated identity's provider is.
    pub(super) provider: Provider,
    /// The account in the provider's ARN.
    pub(super) provider_account: Option<String>,
    /// Whether the role's own ARN was made from the session's, which lacks the role's path (rule 7.5).
    role_made_up: bool,
}

impl Caller {
    /// A caller by its ARN or account id; `*` is nobody. Role paths are not part of session ARNs: `role_arn` gives the
    /// role's own ARN where it is known (rule 7.5).
    #[must_use]
    pub fn from_arn(text: &str, role_arn: Option<&str>) -> Caller {
        if text == "*" {
            return Caller::nobody();
        }
        let Some(arn) = Arn::parse(text) else {
            let account = is_account(text).then(|| text.to_owned());
            let kind = if account.is_some() { CallerKind::Root } else { CallerKind::Anonymous };
            return Caller { account, ..Caller::plain(kind, text) };
        };
        let mut caller = Caller::plain(kind_of(&arn), text);
        let own = |resource: &str| format!("arn:{}:iam::{}:{resource}", arn.partition, arn.account);
        if let Some((role, _)) = arn.assumed_role() {
            caller.names.push(role_arn.map_or_else(|| own(&format!("role/{role}")), str::to_owned));
            caller.role_made_up = role_arn.is_none();
        }
        if let Some(name) = arn.resource.strip_prefix("federated-user/").filter(|_| arn.service == "sts") {
            // A session of GetFederationToken counts as its user's (rule 7.7). The ARN tells the session's name alone;
            // our choice is to take it for the user's.
            caller.names.push(own(&format!("user/{name}")));
        }
        if caller.kind != CallerKind::Root {
            caller.names.push(arn.account.clone());
        }
        caller.service_linked = caller.names.iter().any(|name| is_service_linked(name));
        caller.account = Some(arn.account);
        caller
    }

    /// A service, such as `ec2.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Caller {
        Caller::plain(CallerKind::Service, name)
    }

    /// A web or SAML identity by its provider: an ARN or a bare built-in name.
    #[must_use]
    pub fn federated(provider: &str) -> Caller {
        let arn = Arn::parse(provider);
        let resource = arn.as_ref().map(|arn| arn.resource.as_str()).unwrap_or_default();
        let kind = match resource.split('/').next() {
            Some("oidc-provider") => Provider::Oidc,
            Some("saml-provider") => Provider::Saml,
            _ if BUILT_IN.contains(&provider) => Provider::Oidc,
            _ => Provider::Other,
        };
        let account = arn.map(|arn| arn.account).filter(|account| !account.is_empty());
        let plain = Caller::plain(CallerKind::Federated, provider);
        Caller { provider: kind, provider_account: account, ..plain }
    }

    /// A canonical user id.
    #[must_use]
    pub fn canonical(id: &str) -> Caller {
        Caller::plain(CallerKind::CanonicalUser, id)
    }

    /// Nobody in particular.
    #[must_use]
    pub fn nobody() -> Caller {
        Caller { names: Vec::new(), ..Caller::plain(CallerKind::Anonymous, "") }
    }

    fn plain(kind: CallerKind, name: &str) -> Caller {
        Caller {
            kind,
            names: vec![name.to_owned()],
            account: None,
            service_linked: false,
            provider: Provider::Other,
            provider_account: None,
            role_made_up: false,
        }
    }

    pub(super) fn principal_kind(&self) -> PrincipalKind {
        match self.kind {
            CallerKind::Service => PrincipalKind::Service,
            CallerKind::Federated => PrincipalKind::Federated,
            CallerKind::CanonicalUser => PrincipalKind::CanonicalUser,
            CallerKind::Anonymous => PrincipalKind::Anonymous,
            _ => PrincipalKind::Aws,
        }
    }

    /// The names, with the role's path put in where it can be known: from `aws:PrincipalArn`, which holds the role's
    /// own ARN (rule 7.9), else from the policy that names it, since a role's name is unique in its account.
    pub(super) fn names_for<'a>(&'a self, context: &'a Context, roles: &'a [PathedRole]) -> Names<'a> {
        let mut names = Names::default();
        for (slot, name) in names.slots.iter_mut().zip(&self.names) {
            *slot = name;
            names.count += 1;
        }
        if let (true, [session, role, ..]) = (self.role_made_up, &mut names.slots) {
            let named = || roles.iter().find(|known| session.starts_with(&known.sessions));
            let known = own_arn(context, role).or_else(|| named().map(|known| known.arn.as_str()));
            *role = known.unwrap_or(role);
        }
        names
    }
}

/// A caller's names, kept without allocating.
#[derive(Default)]
pub(super) struct Names<'a> {
    slots: [&'a str; 4],
    count: usize,
}

impl<'a> Names<'a> {
    pub fn as_slice(&self) -> &[&'a str] {
        self.slots.get(..self.count).unwrap_or_default()
    }
}

/// A role with a path, as a policy names it.
#[derive(Clone, Debug)]
pub(super) struct PathedRole {
    arn: String,
    /// What the ARNs of its sessions begin with.
    sessions: String,
}

impl PathedRole {
    /// The roles with paths that a policy names.
    pub fn named_in(policy: &Policy) -> Vec<PathedRole> {
        let principals = policy.statements.iter().filter_map(|statement| statement.principal.as_ref());
        let names = principals.flat_map(|element| &element.entries).map(|entry| entry.value.text.as_str());
        names.filter_map(PathedRole::read).collect()
    }

    fn read(text: &str) -> Option<PathedRole> {
        let arn = Arn::parse(text)?;
        let name = arn.role_name().filter(|name| arn.resource.strip_prefix("role/") != Some(name))?;
        let sessions = format!("arn:{}:sts::{}:assumed-role/{name}/", arn.partition, arn.account);
        Some(PathedRole { arn: text.to_owned(), sessions })
    }
}

/// `aws:PrincipalArn`, if it is the role whose ARN without its path is `pathless`.
fn own_arn<'c>(context: &'c Context, pathless: &str) -> Option<&'c str> {
    let Lookup::Present { values: [value], .. } = context.get("aws:principalarn") else { return None };
    let (head, name) = pathless.split_once(":role/")?;
    let resource = value.strip_prefix(head)?.strip_prefix(":role/")?;
    (resource.rsplit('/').next() == Some(name)).then_some(value)
}

fn kind_of(arn: &Arn) -> CallerKind {
    match (arn.service.as_str(), arn.resource.split('/').next().unwrap_or_default()) {
        ("iam", "root") => CallerKind::Root,
        ("iam", "role") => CallerKind::Role,
        ("sts", "assumed-role") => CallerKind::RoleSession,
        ("sts", "federated-user") => CallerKind::FederatedUser,
        _ => CallerKind::User,
    }
}

/// By the path that is reserved for them; sessions show the name alone, which begins alike for all of them.
fn is_service_linked(name: &str) -> bool {
    name.contains(":role/aws-service-role/") || name.contains(":assumed-role/AWSServiceRoleFor")
}
