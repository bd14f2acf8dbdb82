//! The mutating admission webhook of IRSA: pods of annotated service accounts get token, variables and mount.
//!
//! What is done to a pod is [`rolecall_engine::inject`]'s; here is how it is asked and answered over HTTPS
//! ([`http`], [`review`]), what is known of service accounts ([`accounts`]), the certificates ([`certificate`],
//! [`rotation`]), and what is told of failures ([`notice`], [`metrics`]). A pod is never refused: where the webhook cannot
//! do its part, the pod is admitted as it is, with a warning.

pub mod accounts;
pub mod certificate;
pub mod http;
pub mod key_pair;
pub mod metrics;
pub mod notice;
pub mod review;
pub mod rotation;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall_engine::inject::annotations::Account;
use rolecall_engine::inject::{Configuration, Known, Plan, Reason, patch, plan};
use rolecall_model::json::Node;

use crate::config::Limits;
use crate::random::Random;
use accounts::ServiceAccounts;
use key_pair::KeyPair;
use metrics::{Metrics, Outcome};
use notice::{Notice, Notices};
use review::{Answer, Review};

/// The webhook: what it was told, what it knows, and where it says how things go.
pub struct Webhook {
    /// The flags that decide what pods get.
    pub configuration: Configuration,
    /// What is known of service accounts.
    pub accounts: Arc<dyn ServiceAccounts>,
    /// How long a pod waits for an account that is not known yet, such as one that is made together with it.
    pub grace: Duration,
    /// Bounds of requests and connections.
    pub limits: Limits,
    /// Counters.
    pub metrics: Metrics,
    /// What people should hear of.
    pub notices: Notices,
    /// The certificate that is served.
    pub key_pair: Arc<KeyPair>,
    /// Draws lives of Pod Identity tokens.
    pub random: Arc<dyn Random>,
}

/// Lives of Pod Identity tokens are drawn from these seconds, ends included (reference eks.md §3.4).
const DRAWN: (i64, i64) = (79_200, 86_400);

impl Webhook {
    /// Whether pods can be sent here: accounts have been read, and there is a certificate.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.accounts.is_ready() && self.key_pair.is_there()
    }

    /// Answers a review. A pod that cannot be read is admitted as it is, with a warning.
    pub async fn admit(&self, review: &Review<'_>) -> Answer {
        let begun = Instant::now();
        let (answer, outcome) = match review.object {
            Some(pod) => self.treat(review, pod).await,
            None => self.unreadable(review, "the review holds no pod"),
        };
        self.metrics.admission(outcome, begun.elapsed());
        answer
    }

    async fn treat(&self, review: &Review<'_>, pod: &Node) -> (Answer, Outcome) {
        let (namespace, name) = (review.namespace, account_name(pod));
        let account = match self.accounts.known(namespace, name) {
            None if !name.is_empty() => self.accounts.awaited(namespace, name, self.grace).await,
            known => known,
        };
        let config_map = self.accounts.config_map();
        let known = Known {
            namespace,
            account: account.as_deref(),
            config_map: config_map.as_deref(),
            pod_identity: self.accounts.has_pod_identity(namespace, name).then(|| self.drawn()),
        };
        match plan(pod, &known, &self.configuration) {
            Plan::Mutate(mutation) => {
                let outcome = if mutation.changes() { Outcome::Mutated } else { Outcome::Unchanged };
                if let Some(account) = &account {
                    self.look_at(review, name, account);
                }
                (Answer::patched(patch::document(&patch::operations(pod, &mutation))), outcome)
            }
            Plan::Leave(reason) => self.left(review, name, reason),
            Plan::Refuse(unread) => {
                let why = format!("`{}` is not of the type that Kubernetes gives it", unread.pointer);
                self.unreadable(review, &why)
            }
        }
    }

    fn left(&self, review: &Review<'_>, name: &str, reason: Reason) -> (Answer, Outcome) {
        let outcome = match reason {
            Reason::NoServiceAccount => Outcome::NoServiceAccount,
            Reason::NoRole => Outcome::NoRole,
            Reason::UnknownAccount => {
                self.tell(review, Notice::unknown_account(review.namespace, name));
                let warning = format!(
                    "rolecall: service account `{}/{name}` is not known yet: the pod gets no AWS role",
                    review.namespace
                );
                return (Answer::warned(warning), Outcome::UnknownAccount);
            }
        };
        (Answer::untouched(), outcome)
    }

    fn unreadable(&self, review: &Review<'_>, why: &str) -> (Answer, Outcome) {
        self.tell(review, Notice::unreadable(review.namespace, review.name, why));
        (Answer::warned(format!("rolecall: the pod gets no AWS role: {why}")), Outcome::Unreadable)
    }

    /// A role of the wrong form is injected as it is, which the webhook of EKS only logs.
    fn look_at(&self, review: &Review<'_>, name: &str, account: &Account) {
        if !account.role_arn.is_empty() && !is_role_arn(&account.role_arn) {
            self.tell(review, Notice::malformed_role(review.namespace, name, &account.role_arn));
        }
    }

    /// Tells people, but for a dry run, which has no side effects.
    fn tell(&self, review: &Review<'_>, notice: Notice) {
        if !review.dry_run {
            self.notices.tell(notice);
        }
    }

    fn drawn(&self) -> i64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        let (least, most) = DRAWN;
        least + (u64::from_le_bytes(bytes) % (most - least + 1).unsigned_abs()).cast_signed()
    }
}

fn account_name(pod: &Node) -> &str {
    pod.path(&["spec", "serviceAccountName"]).and_then(Node::as_str).unwrap_or_default()
}

/// The webhook's own test of a role: `^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w-\/.@+=,]+$` (reference eks.md §3.2).
fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let partition_fits = partition
        .strip_prefix("aws")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    let name = |c: char| c.is_ascii_alphanumeric() || "_-/.@+=,".contains(c);
    partition_fits
        && rolecall_model::arn::is_account(account)
        && resource.strip_prefix("role/").is_some_and(|path| !path.is_empty() && path.chars().all(name))
}

#[cfg(test)]
mod tests;
