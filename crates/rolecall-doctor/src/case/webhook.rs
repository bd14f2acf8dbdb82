//! Why the pod identity webhook left a pod alone.
//!
//! Source: amazon-eks-pod-identity-webhook (reference eks.md §3): it acts when a pod is created and never later, its
//! failure policy is Ignore, and it skips labelled pods and listed containers.

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::pod::Pod;
use rolecall_model::evidence::serviceaccount::{Pair, ServiceAccount};
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::json::Node;

use super::Case;
use super::selector::selects;

/// One reason why a pod was not injected.
#[derive(Clone, Debug)]
pub struct Miss {
    /// The reason, a whole sentence.
    pub why: String,
    /// The same in a few words, for a caret.
    pub label: &'static str,
    /// Where it shows, if at one place.
    pub at: Option<At>,
    /// Whether creating the pod anew is enough.
    pub recreate: bool,
}

/// The label that takes a pod out of the webhook's hands.
const SKIP_LABEL: &str = "eks.amazonaws.com/skip-pod-identity-webhook";
/// The annotation that lists containers to leave alone.
const SKIP_CONTAINERS: &str = "eks.amazonaws.com/skip-containers";
/// Annotations that the kubelet puts on pods it runs from files: no webhook sees these.
const STATIC: [&str; 2] = ["kubernetes.io/config.mirror", "kubernetes.io/config.source"];
/// Service account and pod created within this many seconds: the webhook's cache may not have had the account yet.
const CACHE_SECONDS: i64 = 2;

impl Case<'_> {
    /// Reasons that the evidence shows, the most decisive first.
    #[must_use]
    pub fn misses(&self) -> Vec<Miss> {
        let mut misses = Vec::new();
        let pod = self.running_pod();
        if let Some(pod) = pod {
            marks(pod, &mut misses);
        }
        self.configuration(pod, &mut misses);
        if let Some(pod) = pod {
            self.ages(pod, &mut misses);
        }
        misses
    }

    /// Containers that the pod's annotation takes out, by name.
    #[must_use]
    pub fn skipped_containers(&self) -> Option<&Pair> {
        self.running_pod()?.annotations.iter().find(|pair| pair.key.value == SKIP_CONTAINERS)
    }

    /// The prefix of the annotations that the webhook looks for, where its arguments were read.
    #[must_use]
    pub fn annotation_prefix(&self) -> Option<String> {
        let arguments = self.webhook_arguments();
        let default = || "eks.amazonaws.com".to_owned();
        (!arguments.is_empty()).then(|| flag(&arguments, "annotation-prefix").unwrap_or_else(default))
    }

    /// Command and arguments of the webhook's own pod.
    pub(super) fn webhook_arguments(&self) -> Vec<&Text> {
        let webhook = self.pod().webhook_pod.present();
        webhook.iter().flat_map(|pod| &pod.containers).flat_map(|one| &one.arguments).collect()
    }

    fn configuration(&self, pod: Option<&Pod>, misses: &mut Vec<Miss>) {
        let evidence = self.pod();
        if evidence.webhook.is_absent() {
            misses.push(broken(
                "The cluster has no such webhook configuration, so nothing injects pods.",
                "there is none",
                None,
            ));
        }
        if let Some(configuration) = evidence.webhook.present() {
            let found = configuration.get("webhooks").map(Node::elements).unwrap_or_default();
            if found.is_empty() && configuration.get("webhooks").is_some() {
                let at = Some(configuration.at(&configuration.node));
                misses.push(broken("The webhook configuration lists no webhook.", "lists none", at));
            }
            for webhook in found {
                self.webhook(configuration, webhook, pod, misses);
            }
        }
        let Some(webhook) = evidence.webhook_pod.present() else { return };
        if webhook.ready == Some(false) {
            misses.push(broken(
                "The webhook's own pod is not ready; its failure policy is Ignore, so pods start without it.",
                "the webhook is not ready",
                Some(webhook.spec_at),
            ));
        } else if let Some((created, ready)) = pod.and_then(|pod| pod.created).zip(webhook.ready_since)
            && created < ready
        {
            misses.push(Miss {
                why: format!("The pod was created at {created}, and the webhook was ready only at {ready}."),
                label: "the webhook was not ready yet",
                at: Some(webhook.spec_at),
                recreate: true,
            });
        }
    }

    fn webhook(&self, whole: &JsonObject, webhook: &Node, pod: Option<&Pod>, misses: &mut Vec<Miss>) {
        let mut miss = |why, label, node: &Node| misses.push(broken(why, label, Some(whole.at(node))));
        let client = webhook.get("clientConfig");
        let bundle = client.and_then(|client| client.get("caBundle"));
        let empty = |node: &Node| node.as_str().is_none_or(|text| matches!(text.trim(), "" | "Cg=="));
        if let Some(client) = client.filter(|_| bundle.is_none_or(empty)) {
            miss(
                "The webhook has no CA bundle, so the API server cannot call it, and its failure policy \
                 lets pods start without it.",
                "no CA bundle here",
                bundle.unwrap_or(client),
            );
        }
        let leaves_out = |key: &str, labels: Option<&[Pair]>| {
            webhook.get(key).filter(|selector| labels.is_some_and(|labels| !selects(selector, labels)))
        };
        if let Some(selector) = leaves_out("objectSelector", pod.map(|pod| pod.labels.as_slice())) {
            miss("The webhook's objectSelector leaves this pod out.", "leaves the pod out", selector);
        }
        let namespace = self.serviceaccount().namespace.present();
        if let Some(selector) = leaves_out("namespaceSelector", namespace.map(|one| one.labels.as_slice())) {
            miss(
                "The webhook's namespaceSelector leaves the pod's namespace out.",
                "leaves the namespace out",
                selector,
            );
        }
        if let Some(rules) = webhook.get("rules").filter(|rules| !cover_pods(rules)) {
            miss("The webhook's rules do not cover the creation of pods.", "not the creation of pods", rules);
        }
    }

    fn ages(&self, pod: &Pod, misses: &mut Vec<Miss>) {
        let Some(created) = pod.created else { return };
        let mut older = |why, label, at| misses.push(Miss { why, label, at, recreate: true });
        let account = self.used_account();
        let at = account.map(|account| account.metadata_at);
        let annotated =
            account.and_then(|account| account.annotated).filter(|annotated| created < *annotated);
        let made = account.and_then(|account: &ServiceAccount| account.created);
        if let Some(annotated) = annotated {
            let why =
                format!("The pod was created at {created}, and the account annotated only at {annotated}.");
            older(why, "annotated later than the pod was created", at);
        } else if let Some(made) = made.filter(|made| created < *made) {
            let why =
                format!("The pod was created at {created}, and its account, as it is now, only at {made}.");
            older(why, "created later than the pod", at);
        } else if let Some(made) = made.filter(|made| created.0 - made.0 <= CACHE_SECONDS) {
            let why = format!(
                "Pod and account were created at the same time ({made}): the webhook may not have known \
                 the account yet."
            );
            older(why, "created together with the pod", at);
        }
        let role = self.role().role.present();
        if let Some((role, made)) =
            role.and_then(|role| Some((role, role.created?))).filter(|(_, made)| created < *made)
        {
            let why = format!(
                "The pod was created at {created}, and the role only at {made}: the account cannot have \
                 named it then."
            );
            older(why, "created later than the pod", Some(role.arn.at));
        }
    }
}

/// The value of a flag, written `--name=value` or `--name value`.
pub(super) fn flag(arguments: &[&Text], name: &str) -> Option<String> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.value.trim_start_matches('-').strip_prefix(name) {
            Some("") => return rest.next().map(|next| next.value.clone()),
            Some(value) if value.starts_with('=') => return value.strip_prefix('=').map(str::to_owned),
            _ => {}
        }
    }
    None
}

/// A reason that creating the pod anew does not mend.
fn broken(why: &str, label: &'static str, at: Option<At>) -> Miss {
    Miss { why: why.into(), label, at, recreate: false }
}

/// Marks on the pod itself that keep the webhook away.
fn marks(pod: &Pod, misses: &mut Vec<Miss>) {
    if let Some(label) = pod.labels.iter().find(|label| label.key.value == SKIP_LABEL) {
        let why = format!("The pod's label `{SKIP_LABEL}` takes it out of the webhook's hands.");
        misses.push(broken(&why, "takes the pod out", Some(label.key.at)));
    }
    let mut mirror = pod.annotations.iter().filter(|pair| STATIC.contains(&pair.key.value.as_str()));
    let from_file = |pair: &&Pair| !pair.key.value.ends_with("config.source") || pair.value.value == "file";
    if let Some(pair) = mirror.find(from_file) {
        misses.push(broken(
            "The kubelet runs this pod from a file: such pods pass no webhook, and have no service \
             account token.",
            "a pod from a file",
            Some(pair.key.at),
        ));
    }
}

/// Whether rules of a webhook cover the creation of pods.
fn cover_pods(rules: &Node) -> bool {
    let has = |rule: &Node, key: &str, wanted: &str| {
        let values = rule.get(key).map(Node::one_or_many).unwrap_or_default();
        values.iter().filter_map(Node::as_str).any(|value| value == wanted || value == "*")
    };
    rules.elements().iter().any(|rule| has(rule, "operations", "CREATE") && has(rule, "resources", "pods"))
}
