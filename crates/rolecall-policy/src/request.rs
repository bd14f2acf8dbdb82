//! A request as policies see it.

use crate::context::Context;

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: Principal<'a>,
    /// Action, such as `s3:GetObject`.
    pub action: &'a str,
    /// Resource; none where the policy is one without resources, such as a trust policy.
    pub resource: Option<&'a str>,
    /// Everything else.
    pub context: &'a Context,
}

/// Who asks, by every name that a policy may use.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    /// Under which kind it may be named.
    pub kind: PrincipalKind,
    /// Names, the narrowest first: session ARN, role ARN, account. An account may be given as twelve digits or as its
    /// `:root` ARN (rule 7.4).
    pub names: &'a [&'a str],
    /// Whether a permissions boundary is attached: then a Deny with NotPrincipal always applies (rule 7.11).
    pub bounded: bool,
}

/// Kinds of principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// Users, roles, sessions, accounts.
    Aws,
    /// Identity providers.
    Federated,
    /// Services of AWS.
    Service,
    /// Canonical user ids of S3.
    CanonicalUser,
    /// Nobody in particular.
    Anonymous,
}

impl PrincipalKind {
    /// The kind's name in a Principal element; none for anonymous callers.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            PrincipalKind::Aws => Some("AWS"),
            PrincipalKind::Federated => Some("Federated"),
            PrincipalKind::Service => Some("Service"),
            PrincipalKind::CanonicalUser => Some("CanonicalUser"),
            PrincipalKind::Anonymous => None,
        }
    }
}
