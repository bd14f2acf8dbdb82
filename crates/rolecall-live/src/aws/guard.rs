//! THE TABLE of operations that a reading client may call; every other is refused before a byte leaves.
//!
//! A table and no rule: names do not tell what an operation does. `GetSessionToken` and `GetFederationToken` obtain
//! credentials, and are no reads.

use std::collections::HashSet;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Service, operation, and the action that permits it.
pub const ALLOWED: &[(&str, &str, &str)] = &[
    ("STS", "GetCallerIdentity", "sts:GetCallerIdentity"),
    ("IAM", "GetRole", "iam:GetRole"),
    ("IAM", "ListRolePolicies", "iam:ListRolePolicies"),
    ("IAM", "GetRolePolicy", "iam:GetRolePolicy"),
    ("IAM", "ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
    ("IAM", "GetPolicy", "iam:GetPolicy"),
    ("IAM", "GetPolicyVersion", "iam:GetPolicyVersion"),
    ("IAM", "ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders"),
    ("IAM", "GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider"),
    ("EKS", "DescribeCluster", "eks:DescribeCluster"),
    ("EKS", "ListPodIdentityAssociations", "eks:ListPodIdentityAssociations"),
    ("EKS", "DescribePodIdentityAssociation", "eks:DescribePodIdentityAssociation"),
    ("CloudTrail", "LookupEvents", "cloudtrail:LookupEvents"),
];

/// Refuses every operation that is not in its table.
#[derive(Debug)]
pub struct Guard {
    allowed: HashSet<(&'static str, &'static str)>,
}

impl Guard {
    /// For reading: [`ALLOWED`].
    #[must_use]
    pub fn reading() -> Self {
        Guard::of(ALLOWED)
    }

    /// For a table of one's own.
    #[must_use]
    pub fn of(table: &[(&'static str, &'static str, &'static str)]) -> Self {
        Guard { allowed: table.iter().map(|(service, operation, _)| (*service, *operation)).collect() }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "rolecall guard"
    }

    /// The first hook that knows the operation: before serialization, hence before anything is signed or sent.
    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = cfg.load::<Metadata>() else {
            return Err("an operation without a name is refused".into());
        };
        let (service, operation) = (metadata.service().to_owned(), metadata.name().to_owned());
        if self.allowed.iter().any(|known| *known == (service.as_str(), operation.as_str())) {
            return Ok(());
        }
        Err(format!("{service} {operation} is not among the operations that this client may call").into())
    }
}
