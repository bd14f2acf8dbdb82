//! The links of the chain from workload to caller.

/// A link of the chain, in the order in which the chain is walked and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// The program, job or pod that wants to call AWS.
    Workload,
    /// The Kubernetes service account.
    ServiceAccount,
    /// The pod and what was injected into it.
    Pod,
    /// The JWT.
    Token,
    /// Who signed it.
    Issuer,
    /// The IAM OIDC provider.
    Provider,
    /// The role that is asked for.
    Role,
    /// Its trust policy.
    Trust,
    /// Policies beside and after the trust policy.
    Permission,
    /// The SDK, its configuration and its way to STS.
    Caller,
}

impl Link {
    /// All links, in order.
    pub const ALL: [Link; 10] = [
        Link::Workload,
        Link::ServiceAccount,
        Link::Pod,
        Link::Token,
        Link::Issuer,
        Link::Provider,
        Link::Role,
        Link::Trust,
        Link::Permission,
        Link::Caller,
    ];

    /// Its name in reports and in slugs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Link::Workload => "workload",
            Link::ServiceAccount => "serviceaccount",
            Link::Pod => "pod",
            Link::Token => "token",
            Link::Issuer => "issuer",
            Link::Provider => "provider",
            Link::Role => "role",
            Link::Trust => "trust",
            Link::Permission => "permission",
            Link::Caller => "caller",
        }
    }

    /// The link that a slug begins with.
    #[must_use]
    pub fn of_slug(slug: &str) -> Option<Link> {
        let first = slug.split('.').next()?;
        Link::ALL.into_iter().find(|link| link.name() == first)
    }
}
