//! Where to look and as whom: the flags of kubectl and the AWS CLI, and the time there is.

use std::path::PathBuf;
use std::time::Duration;

use crate::target::Target;

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What to look at.
    pub targets: Vec<Target>,
    /// AWS.
    pub aws: AwsScope,
    /// Kubernetes.
    pub kubernetes: KubernetesScope,
    /// Time for everything together. What is not read by then is unread.
    pub timeout: Duration,
    /// How far back CloudTrail is asked; none asks it nothing.
    pub trail: Option<Duration>,
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
