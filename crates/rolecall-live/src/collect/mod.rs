//! The plan: which call waits for which. Everything else goes side by side, within one budget of time.
//!
//! The longest chain: cronjob → jobs → pods → role → the provider that its trust policy names → that issuer's discovery
//! document → its keys: seven calls. Credentials come before it, and are asked for beside the cluster.

mod aws;
mod issuer;
mod kubernetes;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rolecall_model::instant::Instant;

use crate::aws::ClusterName;
use crate::desk::Desk;
use crate::files::{Collected, Seen};
use crate::kubernetes::Workload;
use crate::later::Later;
use crate::progress::Progress;
use crate::scope::Scope;
use crate::target::Target;

/// Reads everything that the targets name and what follows from it. Never fails: what could not be read is said, in the
/// files and in [`Collected::troubles`].
pub async fn collect(scope: &Scope, progress: Arc<Progress>) -> Collected {
    let desk = Desk::new(scope.timeout, progress);
    let plan = Plan::new(scope, &desk);
    tokio::join!(plan.kubernetes(), plan.aws(), plan.issuer());
    let seen = plan.seen().await;
    desk.put("now.txt", format!("{}\n", now()));
    let (files, troubles, calls) = desk.finish();
    Collected { files, troubles, calls, seen }
}

/// The instant, by this machine's clock.
#[must_use]
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

struct Plan<'p> {
    scope: &'p Scope,
    desk: &'p Desk,
    /// The namespace that is looked into.
    namespace: Later<String>,
    /// What was found of the workload.
    workload: Later<Workload>,
    /// The EKS cluster.
    cluster: Later<ClusterName>,
    /// The issuer of the cluster's tokens.
    api_issuer: Later<String>,
    eks_issuer: Later<String>,
    /// ARNs of the providers.
    providers: Later<Vec<String>>,
    /// The provider that was looked at.
    provider: Later<Registered>,
    /// Account and ARN of the caller.
    caller: Later<(String, String)>,
    /// The role: its ARN as it was asked for, and what was read.
    role: Later<String>,
    trust: Later<String>,
}

/// A registered provider, as far as its issuer is asked.
#[derive(Clone, Debug)]
struct Registered {
    /// Its ARN.
    arn: String,
    /// Thumbprints of the certificates that it trusts; none where they could not be read.
    thumbprints: Vec<String>,
    /// How many calls it took to know it.
    depth: usize,
}

impl<'p> Plan<'p> {
    fn new(scope: &'p Scope, desk: &'p Desk) -> Self {
        Plan {
            scope,
            desk,
            namespace: Later::new(),
            workload: Later::new(),
            cluster: Later::new(),
            api_issuer: Later::new(),
            eks_issuer: Later::new(),
            providers: Later::new(),
            provider: Later::new(),
            caller: Later::new(),
            role: Later::new(),
            trust: Later::new(),
        }
    }

    async fn seen(&self) -> Seen {
        let workload = self.workload.wait().await.unwrap_or_default();
        let caller = self.caller.wait().await;
        Seen {
            namespace: self.namespace.wait().await,
            pod: workload.pod,
            service_account: workload.account,
            role: self.role.wait().await,
            account: caller.as_ref().map(|caller| caller.0.clone()),
            caller: caller.map(|caller| caller.1),
        }
    }

    /// The first target of the sort.
    fn target<'t, T>(&'t self, pick: impl Fn(&'t Target) -> Option<T>) -> Option<T> {
        self.scope.targets.iter().find_map(pick)
    }
}
