//! Who calls, and every name by which a policy may name it (policy reference section 7).

use rolecall_model::arn::{Arn, is_account};
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
            return Caller { kind, names: vec![text.to_owned()], account, service_linked: false };
        };
        let mut names = vec![text.to_owned()];
        let kind = kind_of(&arn);
        if let Some((role, _)) = arn.assumed_role() {
            let plain = format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account);
            names.push(role_arn.map_or(plain, str::to_owned));
        }
        if let Some(name) = arn.resource.strip_prefix("federated-user/").filter(|_| arn.service == "sts") {
            // A GetFederationToken session is also the user of that name who made it (rule 7.7).
            names.push(format!("arn:{}:iam::{}:user/{name}", arn.partition, arn.account));
        }
        if kind != CallerKind::Root {
            names.push(arn.account.clone());
        }
        let service_linked = arn.resource.contains("role/aws-service-role/")
            || names.iter().any(|name| name.contains(":role/aws-service-role/"));
        Caller { kind, names, account: Some(arn.account), service_linked }
    }

    /// A service, such as `ec2.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Caller {
        Caller {
            kind: CallerKind::Service,
            names: vec![name.to_owned()],
            account: None,
            service_linked: false,
        }
    }

    /// A web or SAML identity by its provider: an ARN or a bare built-in name.
    #[must_use]
    pub fn federated(provider: &str) -> Caller {
        Caller {
            kind: CallerKind::Federated,
            names: vec![provider.to_owned()],
            account: None,
            service_linked: false,
        }
    }

    /// A canonical user id.
    #[must_use]
    pub fn canonical(id: &str) -> Caller {
        Caller {
            kind: CallerKind::CanonicalUser,
            names: vec![id.to_owned()],
            account: None,
            service_linked: false,
        }
    }

    /// Nobody in particular.
    #[must_use]
    pub fn nobody() -> Caller {
        Caller { kind: CallerKind::Anonymous, names: Vec::new(), account: None, service_linked: false }
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
