//! What live targets take: the flags of kubectl and the AWS CLI, the time there is, and a line that says how far it is.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rolecall_live::progress::Progress;
use rolecall_live::scope::{AwsScope, KubernetesScope, Scope};
use rolecall_live::target::Target;
use rolecall_live::{Collected, collect, needs};
use tokio::runtime::Runtime;

use super::target::Targets;
use super::{Done, Failure};
use crate::exit::Exit;
use crate::output;

/// Flags of live targets.
#[derive(Args, Clone, Debug, Default)]
pub struct LiveFlags {
    /// Namespace; the context's own without it.
    #[arg(long, short = 'n', value_name = "NAME", help_heading = LIVE)]
    pub namespace: Option<String>,
    /// Context of the kubeconfig.
    #[arg(long, value_name = "NAME", help_heading = LIVE)]
    pub context: Option<String>,
    /// Kubeconfig; KUBECONFIG or ~/.kube/config without it.
    #[arg(long, value_name = "FILE", help_heading = LIVE)]
    pub kubeconfig: Option<PathBuf>,
    /// Ask the cluster as this user.
    #[arg(long = "as", value_name = "USER", help_heading = LIVE)]
    pub impersonate: Option<String>,
    /// Ask the cluster as a member of this group; may be repeated.
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate", help_heading = LIVE)]
    pub impersonate_groups: Vec<String>,
    /// Profile of the AWS configuration files.
    #[arg(long, value_name = "NAME", help_heading = LIVE)]
    pub profile: Option<String>,
    /// Profile for the role's account, where it is another one than the cluster's; --profile is the cluster's then.
    #[arg(long, value_name = "NAME", help_heading = LIVE)]
    pub role_profile: Option<String>,
    /// AWS region.
    #[arg(long, value_name = "REGION", help_heading = LIVE)]
    pub region: Option<String>,
    /// Where AWS is, such as a `rolecall serve` of your own.
    #[arg(long, value_name = "URL", help_heading = LIVE)]
    pub endpoint_url: Option<String>,
    /// Seconds for reading everything; what is not read by then counts as not read.
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = LIVE)]
    pub timeout: u64,
    /// How many minutes back CloudTrail is asked for refusals; 0 does not ask it.
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=129_600), help_heading = LIVE)]
    pub trail: u64,
    /// Fetch an issuer's documents from loopback, private networks and ports too: for a service of your own in AWS's place.
    #[arg(long, help_heading = LIVE)]
    pub allow_local_issuers: bool,
    /// Print what reading needs to be permitted, as an IAM policy and an RBAC role, and do nothing.
    #[arg(long, help_heading = LIVE)]
    pub needs: bool,
}

/// Heading of these flags in help texts.
const LIVE: &str = "Live targets";

impl LiveFlags {
    /// Whether a flag says that something live is meant.
    pub fn any(&self) -> bool {
        self.namespace.is_some()
            || self.context.is_some()
            || self.kubeconfig.is_some()
            || self.impersonate.is_some()
            || self.profile.is_some()
            || self.role_profile.is_some()
            || self.region.is_some()
            || self.endpoint_url.is_some()
    }

    /// Where to look.
    pub fn scope(&self, targets: Vec<Target>) -> Scope {
        Scope {
            targets,
            aws: AwsScope {
                profile: self.profile.clone(),
                region: self.region.clone(),
                endpoint_url: self.endpoint_url.clone(),
            },
            role_profile: self.role_profile.clone(),
            kubernetes: KubernetesScope {
                kubeconfig: self.kubeconfig.clone(),
                context: self.context.clone(),
                namespace: self.namespace.clone(),
                impersonate: self.impersonate.clone(),
                impersonate_groups: self.impersonate_groups.clone(),
            },
            timeout: Duration::from_secs(self.timeout),
            second_role: None,
            trail: (self.trail > 0).then(|| Duration::from_secs(self.trail * 60)),
            local_issuers: self.allow_local_issuers,
        }
    }

    /// Prints what reading the targets needs.
    pub fn print_needs(&self, targets: &Targets) -> Done {
        let live = targets.live(self);
        let role = live.iter().find_map(|target| match target {
            Target::Role(arn) => Some(arn.as_str()),
            _ => None,
        });
        let mut out = io::stdout().lock();
        write!(out, "{}", needs::iam_policy(role))?;
        if role.is_none() || live.iter().any(Target::is_kubernetes) {
            write!(out, "---\n{}", needs::RBAC)?;
        }
        out.flush()?;
        Ok(Exit::Fine)
    }
}

/// A runtime for calls.
pub fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| Failure::Service { source: Box::new(error), remedy: None })
}

/// Reads live, with a line on the terminal once it takes longer than a second, and says what could not be read.
pub fn look(runtime: &Runtime, scope: &Scope) -> Collected {
    let progress = Arc::new(Progress::default());
    let collected = runtime.block_on(async {
        let line = tokio::spawn(show(Arc::clone(&progress)));
        let collected = collect(scope, progress).await;
        line.abort();
        // The line is gone before anything else is printed.
        let _ = line.await;
        collected
    });
    if io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    for trouble in &collected.troubles {
        output::human::trouble(&trouble.what, &trouble.line, trouble.remedy.as_deref());
    }
    collected
}

async fn show(progress: Arc<Progress>) {
    if !io::stderr().is_terminal() {
        return;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    loop {
        eprint!("\r\x1b[K{}", progress.line());
        let _ = io::stderr().flush();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
