//! What people should hear of: logged at once, and told as events of the cluster where somebody takes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

/// Something that people should hear of, about an object of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// A word for the reason, as events have it.
    pub reason: &'static str,
    /// Kind of the object: `ServiceAccount` or `Pod`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// A sentence.
    pub message: String,
}

impl Notice {
    /// A pod was admitted without a role, since its account is not known.
    #[must_use]
    pub fn unknown_account(namespace: &str, name: &str) -> Self {
        let message = "a pod was admitted without an AWS role: the webhook does not know this service account yet; \
             delete the pod so that it is made anew";
        Self::about("ServiceAccountUnknown", "ServiceAccount", namespace, name, message)
    }

    /// A role is injected that AWS will not take.
    #[must_use]
    pub fn malformed_role(namespace: &str, name: &str, role: &str) -> Self {
        let shown: String = role.chars().filter(|c| !c.is_control()).take(200).collect();
        let message =
            format!("the annotation role-arn is no ARN of a role, and is injected as it is: `{shown}`");
        Self::about("RoleArnMalformed", "ServiceAccount", namespace, name, &message)
    }

    /// A pod was admitted as it is, since it could not be read.
    #[must_use]
    pub fn unreadable(namespace: &str, name: &str, why: &str) -> Self {
        let message = format!("the pod was admitted without an AWS role: {why}");
        Self::about("PodUnreadable", "Pod", namespace, name, &message)
    }

    fn about(reason: &'static str, kind: &'static str, namespace: &str, name: &str, message: &str) -> Self {
        let (namespace, name, message) = (namespace.to_owned(), name.to_owned(), message.to_owned());
        Notice { reason, kind, namespace, name, message }
    }
}

/// Notices that wait to be told. Further ones are logged all the same.
const WAITING: usize = 256;

/// Where notices go.
#[derive(Clone, Debug)]
pub struct Notices {
    told: mpsc::Sender<Notice>,
    untold: Arc<AtomicU64>,
}

impl Notices {
    /// A place for notices, and the end at which they come out.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Notice>) {
        let (told, out) = mpsc::channel(WAITING);
        (Notices { told, untold: Arc::default() }, out)
    }

    /// Logs a notice and passes it on; never waits.
    pub fn tell(&self, notice: Notice) {
        let Notice { reason, kind, namespace, name, message } = &notice;
        tracing::warn!(reason, kind, namespace, name, "{message}");
        if self.told.try_send(notice).is_err() {
            self.untold.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many were logged alone, since too many waited.
    #[must_use]
    pub fn untold(&self) -> u64 {
        self.untold.load(Ordering::Relaxed)
    }
}
