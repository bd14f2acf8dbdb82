//! What the pod identity webhook would do to the pod that was read, if it were created now.

use rolecall_engine::inject::annotations::Account;
use rolecall_engine::inject::{Configuration, DEFAULT_EXPIRATION, Known, Mutation, Plan, Treatment, plan};
use rolecall_model::evidence::pod::Pod;
use rolecall_model::json::Node;

use super::Case;
use super::injection::{ROLE_ARN, TOKEN_FILE, role_annotation};
use super::webhook::flag;

impl Case<'_> {
    /// What the webhook would do to the pod, or to the pods of the template, as the service account is today. None where
    /// it would leave them alone, and where pod or account were not read.
    #[must_use]
    pub fn mutation(&self) -> Option<Mutation> {
        let pod = self.pod().pod.present()?;
        let account = self.used_account()?;
        let document = self.evidence().documents.get(pod.document)?;
        let node = holder_of_spec(document.root.as_ref()?, pod)?;
        let configuration = self.webhook_configuration();
        let pairs = account.annotations.iter();
        let account = Account::read(
            pairs.map(|pair| (pair.key.value.as_str(), pair.value.value.as_str())),
            &configuration,
        );
        let known = Known {
            namespace: pod.namespace.as_ref().map_or("", |text| text.value.as_str()),
            account: Some(&account),
            config_map: None,
            pod_identity: self.association().map(|_| DEFAULT_EXPIRATION),
        };
        match plan(node, &known, &configuration) {
            Plan::Mutate(mutation) => Some(mutation),
            Plan::Leave(_) | Plan::Refuse(_) => None,
        }
    }

    /// Whether a pod that is made anew would come with both variables in one of its containers; none where the webhook
    /// would not act, or is not known to.
    #[must_use]
    pub fn would_be_injected(&self) -> Option<bool> {
        let pod = self.pod().pod.present()?;
        let mutation = self.mutation()?;
        let has = |name: &str| {
            pod.containers.iter().any(|one| {
                one.name.value == name && one.env(ROLE_ARN).is_some() && one.env(TOKEN_FILE).is_some()
            })
        };
        let mut all = mutation.containers.iter().chain(&mutation.init_containers);
        Some(all.any(|one| gives_identity(&one.treatment) || has(&one.name)))
    }

    /// The webhook's flags as far as its arguments were read, with the prefix of the account's own annotation.
    fn webhook_configuration(&self) -> Configuration {
        let mut configuration = Configuration::default();
        let annotation = self.used_account().and_then(|account| role_annotation(&account.annotations));
        if let Some((prefix, _)) = annotation.and_then(|pair| pair.key.value.rsplit_once('/')) {
            configuration.annotation_prefix = prefix.to_owned();
        }
        let arguments = self.webhook_arguments();
        let flag = |name: &str| flag(&arguments, name);
        if let Some(audience) = flag("token-audience") {
            configuration.audience = audience;
        }
        if let Some(path) = flag("token-mount-path") {
            configuration.mount_path = path;
        }
        if let Some(region) = flag("aws-default-region") {
            configuration.region = region;
        }
        if let Some(seconds) = flag("token-expiration").and_then(|text| text.parse().ok()) {
            configuration.expiration = seconds;
        }
        configuration
    }
}

/// Whether a container gets the variables of its mechanism.
pub(crate) fn gives_identity(treatment: &Treatment) -> bool {
    const FIRST: [&str; 2] = [ROLE_ARN, "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    matches!(treatment, Treatment::Injected { env, .. } if env.iter().any(|(name, _)| FIRST.contains(name)))
}

/// The pod, or the template, whose `spec` was read into this pod.
fn holder_of_spec<'n>(node: &'n Node, pod: &Pod) -> Option<&'n Node> {
    if node.get("spec").is_some_and(|spec| spec.span == pod.spec_at.span) {
        return Some(node);
    }
    let mut inner = node.members().iter().map(|member| &member.value).chain(node.elements());
    inner.find_map(|inner| holder_of_spec(inner, pod))
}
