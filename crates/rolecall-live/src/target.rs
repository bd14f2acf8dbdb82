//! What a user names to be looked at: a workload, a pod, a service account, a role, a cluster.

use rolecall_model::arn::Arn;

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A workload that makes pods.
    Workload(Kind, String),
    /// A pod.
    Pod(String),
    /// A service account.
    ServiceAccount(String),
    /// A role, by its ARN or by its name in the account of the credentials.
    Role(String),
    /// An EKS cluster, by its name or ARN.
    Cluster(String),
}

/// Kinds of workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `apps/v1`
    Deployment,
    /// `apps/v1`
    StatefulSet,
    /// `apps/v1`
    DaemonSet,
    /// `apps/v1`
    ReplicaSet,
    /// `batch/v1`
    Job,
    /// `batch/v1`, and `batch/v1beta1` before Kubernetes 1.21
    CronJob,
}

impl Kind {
    /// Its name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Deployment => "Deployment",
            Kind::StatefulSet => "StatefulSet",
            Kind::DaemonSet => "DaemonSet",
            Kind::ReplicaSet => "ReplicaSet",
            Kind::Job => "Job",
            Kind::CronJob => "CronJob",
        }
    }

    /// Group and version of its API.
    #[must_use]
    pub fn api(self) -> &'static str {
        match self {
            Kind::Job | Kind::CronJob => "batch/v1",
            _ => "apps/v1",
        }
    }

    /// Its name in paths of the API.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Deployment => "deployments",
            Kind::StatefulSet => "statefulsets",
            Kind::DaemonSet => "daemonsets",
            Kind::ReplicaSet => "replicasets",
            Kind::Job => "jobs",
            Kind::CronJob => "cronjobs",
        }
    }

    /// The kind of that name in a manifest.
    #[must_use]
    pub fn of(name: &str) -> Option<Kind> {
        KINDS.iter().map(|(kind, _)| *kind).find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// Kinds with the words that kubectl takes for them.
const KINDS: [(Kind, &[&str]); 6] = [
    (Kind::Deployment, &["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"]),
    (Kind::StatefulSet, &["statefulset", "statefulsets", "sts", "statefulset.apps", "statefulsets.apps"]),
    (Kind::DaemonSet, &["daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps"]),
    (Kind::ReplicaSet, &["replicaset", "replicasets", "rs", "replicaset.apps", "replicasets.apps"]),
    (Kind::Job, &["job", "jobs", "job.batch", "jobs.batch"]),
    (Kind::CronJob, &["cronjob", "cronjobs", "cj", "cronjob.batch", "cronjobs.batch"]),
];

impl Target {
    /// Reads `KIND/NAME` as kubectl takes it, `role/NAME`, `cluster/NAME`, or the ARN of a role or cluster; none for
    /// anything else, such as a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Target> {
        if text.starts_with("arn:") {
            let arn = Arn::parse(text)?;
            if arn.service == "eks" && arn.resource.starts_with("cluster/") {
                return Some(Target::Cluster(text.to_owned()));
            }
            return (arn.role_name().is_some() || arn.assumed_role().is_some())
                .then(|| Target::Role(role(&arn)));
        }
        let (kind, name) = text.split_once('/')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._+=,@".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            return None;
        }
        let (kind, name) = (kind.to_ascii_lowercase(), name.to_owned());
        match kind.as_str() {
            "pod" | "pods" | "po" => Some(Target::Pod(name)),
            "serviceaccount" | "serviceaccounts" | "sa" => Some(Target::ServiceAccount(name)),
            "role" => Some(Target::Role(name)),
            "cluster" => Some(Target::Cluster(name)),
            _ => {
                let known = KINDS.iter().find(|(_, words)| words.contains(&kind.as_str()));
                known.map(|(kind, _)| Target::Workload(*kind, name))
            }
        }
    }

    /// Whether it is read from Kubernetes.
    #[must_use]
    pub fn is_kubernetes(&self) -> bool {
        matches!(self, Target::Workload(..) | Target::Pod(_) | Target::ServiceAccount(_))
    }
}

/// The role's ARN; for an assumed-role session that of its role, whose path the session does not tell.
fn role(arn: &Arn) -> String {
    match arn.assumed_role() {
        Some((name, _)) => format!("arn:{}:iam::{}:role/{name}", arn.partition, arn.account),
        None => arn.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let workload = |kind, name: &str| Some(Target::Workload(kind, name.into()));
        let role = |text: &str| Some(Target::Role(text.into()));
        let table = [
            ("deploy/api", workload(Kind::Deployment, "api")),
            ("deployment.apps/api", workload(Kind::Deployment, "api")),
            ("STS/db", workload(Kind::StatefulSet, "db")),
            ("cj/nightly", workload(Kind::CronJob, "nightly")),
            ("pod/api-6c9d", Some(Target::Pod("api-6c9d".into()))),
            ("sa/api", Some(Target::ServiceAccount("api".into()))),
            ("role/api", role("api")),
            ("cluster/prod", Some(Target::Cluster("prod".into()))),
            ("arn:aws:iam::111122223333:role/a/api", role("arn:aws:iam::111122223333:role/a/api")),
            ("arn:aws:sts::111122223333:assumed-role/api/s", role("arn:aws:iam::111122223333:role/api")),
            (
                "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
                Some(Target::Cluster("arn:aws:eks:eu-west-1:111122223333:cluster/prod".into())),
            ),
            ("arn:aws:iam::111122223333:user/x", None),
            ("deploy/api/overlay", None),
            ("./deploy/api", None),
            ("deploy/..", None),
            ("evidence/one", None),
            ("evidence", None),
            ("deploy/", None),
        ];
        for (text, wanted) in table {
            assert_eq!(Target::parse(text), wanted, "{text}");
        }
    }
}
