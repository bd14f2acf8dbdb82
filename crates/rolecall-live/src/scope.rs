//! Where to look and as whom: the flags of kubectl and the AWS CLI, and the time there is.

use std::path::PathBuf;
use std::time::Duration;

use crate::target::Target;

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What to look at.
    pub targets: Vec<Target>,
    /// AWS: the cluster's account, and the role's where no profile of its own is named.
    pub aws: AwsScope,
    /// `--role-profile`: the profile for the role's account, with its policies, its providers and its trail.
    pub role_profile: Option<String>,
    /// Kubernetes.
    pub kubernetes: KubernetesScope,
    /// Time for everything together. What is not read by then is unread.
    pub timeout: Duration,
    /// How far back CloudTrail is asked; none asks it nothing.
    pub trail: Option<Duration>,
    /// ARN of a further role that a session of the role was refused; read where it is in the same account.
    pub second_role: Option<String>,
    /// Whether an issuer may be fetched from loopback and private networks, and from ports.
    pub local_issuers: bool,
}

impl Scope {
    /// The side of the role.
    #[must_use]
    pub fn role_aws(&self) -> AwsScope {
        let profile = self.role_profile.clone().or_else(|| self.aws.profile.clone());
        AwsScope { profile, ..self.aws.clone() }
    }
}

/// Which AWS account, as the AWS CLI's options say it.
#[derive(Clone, Debug, Default)]
pub struct AwsScope {
    /// `--profile`
    pub profile: Option<String>,
    /// `--region`
    pub region: Option<String>,
    /// `--endpoint-url`
    pub endpoint_url: Option<String>,
}

/// Which cluster, as kubectl's options say it.
#[derive(Clone, Debug, Default)]
pub struct KubernetesScope {
    /// `--kubeconfig`
    pub kubeconfig: Option<PathBuf>,
    /// `--context`
    pub context: Option<String>,
    /// `--namespace`
    pub namespace: Option<String>,
    /// `--as`
    pub impersonate: Option<String>,
    /// `--as-group`
    pub impersonate_groups: Vec<String>,
}
