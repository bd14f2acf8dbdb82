//! `rolecall webhook --review`: what would be answered to the pods of files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rolecall_engine::inject::Configuration;
use rolecall_engine::inject::annotations::ConfigMap;
use rolecall_model::json::Node;
use rolecall_server::random;
use rolecall_server::webhook::Webhook;
use rolecall_server::webhook::accounts::{Cache, Change, Seen};
use rolecall_server::webhook::http::limits;
use rolecall_server::webhook::metrics::Metrics;
use rolecall_server::webhook::notice::Notices;
use rolecall_server::webhook::review::{Answer, Review};

use super::batch;
use super::flags::Injection;
use crate::commands::{Done, Failure, live};
use crate::exit::Exit;
use crate::input;
use crate::output::human::note;

/// Runs the command on files.
pub fn run(files: &[PathBuf], injection: &Injection) -> Done {
    let runtime = live::runtime()?;
    let (mut known, mut sound, mut lines) = (Objects::default(), true, String::new());
    for file in files {
        let text = input::text(file)?;
        if file.extension().is_some_and(|extension| extension == "jsonl") {
            let (said, fine) = runtime.block_on(batch::answers(&text, injection));
            lines.push_str(&said);
            sound &= fine;
        } else {
            known.read(file, &text)?;
        }
    }
    let webhook = known.webhook(injection.configuration(false)?)?;
    for asked in &known.asked {
        let answer = runtime.block_on(webhook.admit(&asked.review()));
        lines.push_str(&asked.answered(&answer));
    }
    if lines.is_empty() {
        return Err(Failure::Unknown {
            fact: "the files hold no pod and no AdmissionReview".into(),
            remedy: "give a Pod, a workload with a pod template, or an AdmissionReview".into(),
        });
    }
    io::stdout().lock().write_all(lines.as_bytes())?;
    Ok(if sound { Exit::Fine } else { Exit::Failure })
}

/// What files hold: accounts that are known, and pods that are asked about.
#[derive(Default)]
pub struct Objects {
    pub accounts: Vec<Seen>,
    /// The text of the ConfigMap of roles.
    pub config_map: Option<String>,
    pub identities: Vec<Node>,
    pub asked: Vec<Asked>,
}

/// A pod that is asked about.
pub enum Asked {
    /// By a review.
    Review(Node),
    /// By itself; the namespace that it would be made in.
    Pod(String, Node),
}

/// The namespace of objects that name none.
const NAMESPACE: &str = "default";

impl Objects {
    fn read(&mut self, file: &Path, text: &str) -> Result<(), Failure> {
        let (documents, flaws) = rolecall_collect::parse_yaml(text);
        if let Some(flaw) = flaws.iter().find(|flaw| flaw.is_syntax()) {
            let why = flaw.message.clone();
            return Err(Failure::Read { name: file.display().to_string(), source: why.into() });
        }
        documents.into_iter().for_each(|document| self.take(document));
        Ok(())
    }

    /// Takes an object, whatever its kind; those that nothing is known of are passed over.
    pub fn take(&mut self, object: Node) {
        let text = |keys: &[&str]| object.path(keys).and_then(Node::as_str).map(str::to_owned);
        let namespace = text(&["metadata", "namespace"]).unwrap_or_else(|| NAMESPACE.to_owned());
        match text(&["kind"]).unwrap_or_default().as_str() {
            "AdmissionReview" => self.asked.push(Asked::Review(object)),
            "Pod" => self.asked.push(Asked::Pod(namespace, object)),
            "ServiceAccount" => self.accounts.push(seen(namespace, &object)),
            "ConfigMap" if text(&["metadata", "name"]).as_deref() == Some("pod-identity-webhook") => {
                self.config_map = text(&["data", "config"]);
            }
            "List" | "ServiceAccountList" | "PodList" => {
                let items = object.get("items").map(Node::elements).unwrap_or_default();
                items.iter().cloned().for_each(|item| self.take(item));
            }
            _ => {
                let place = [&["spec", "template"][..], &["spec", "jobTemplate", "spec", "template"]];
                let template = place.iter().find_map(|keys| object.path(keys));
                if let Some(template) = template.filter(|template| template.get("spec").is_some()) {
                    self.asked.push(Asked::Pod(namespace, template.clone()));
                }
            }
        }
    }

    /// A webhook that knows these objects and no cluster.
    ///
    /// # Errors
    /// Where the ConfigMap is no such object.
    pub fn webhook(&self, configuration: Configuration) -> Result<Webhook, Failure> {
        let cache = Cache::new(configuration.clone(), None);
        self.accounts.iter().for_each(|account| cache.take(Change::Put(account.clone())));
        if let Some(text) = &self.config_map {
            let map = ConfigMap::read(text, &configuration).map_err(|flaw| Failure::Unknown {
                fact: flaw.to_string(),
                remedy: "its form is in docs/webhook.md".into(),
            })?;
            cache.set_config_map(Some(map));
        }
        cache.set_pod_identities(super::cluster::identities_of(&self.identities));
        let (notices, _) = Notices::new();
        Ok(Webhook {
            configuration,
            accounts: Arc::new(cache),
            grace: Duration::ZERO,
            limits: limits(),
            metrics: Metrics::default(),
            notices,
            key_pair: Arc::default(),
            random: Arc::new(random::System),
        })
    }
}

impl Asked {
    /// The review, or one that asks about the pod.
    pub fn review(&self) -> Review<'_> {
        match self {
            Asked::Review(node) => Review::read(node).unwrap_or(Review {
                api_version: "admission.k8s.io/v1",
                uid: "",
                namespace: "",
                name: "",
                dry_run: true,
                object: None,
            }),
            Asked::Pod(namespace, pod) => Review {
                api_version: "admission.k8s.io/v1",
                uid: "",
                namespace,
                name: pod.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default(),
                dry_run: true,
                object: Some(pod),
            },
        }
    }

    fn answered(&self, answer: &Answer) -> String {
        match self {
            Asked::Review(node) => match Review::read(node) {
                Ok(review) => format!("{}\n", answer.document(&review)),
                Err(no_review) => {
                    note(&format!("a review cannot be answered: {no_review}"));
                    String::new()
                }
            },
            Asked::Pod(..) => {
                if let Some(warning) = &answer.warning {
                    note(warning);
                }
                format!("{}\n", answer.patch.as_deref().unwrap_or("[]"))
            }
        }
    }
}

/// A service account.
pub fn seen(namespace: String, account: &Node) -> Seen {
    let annotations = account.path(&["metadata", "annotations"]).map(Node::members).unwrap_or_default();
    let annotation =
        |member: &rolecall_model::json::Member| Some((member.key.clone(), member.value.as_str()?.to_owned()));
    Seen {
        namespace,
        name: account.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default().to_owned(),
        annotations: annotations.iter().filter_map(annotation).collect(),
    }
}
