//! The workload's own side: which account a pod runs under, which role it should get, and who signed instead.

use rolecall_model::arn::Arn;
use rolecall_model::document::{At, Text};
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::pod::{Container, Pod};
use rolecall_model::evidence::serviceaccount::{Association, Pair, ServiceAccount};

use super::injection::{Injection, role_annotation};
use super::{Case, Phase};

/// What kind of identity signed a call that the role should have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignerKind {
    /// A session of an instance profile: the role session name is the instance's id.
    Instance,
    /// An IAM user, or the root of the account: only long-lived keys sign as these.
    User,
    /// A session that EKS Pod Identity made.
    PodIdentity,
    /// A session of another role, named as SDKs name their web identity sessions.
    WebIdentity,
    /// Another role.
    Role,
}

/// An identity that signed although it is not the role.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Its ARN and the words that show it.
    pub arn: Text,
    /// Its kind.
    pub kind: SignerKind,
}

/// Variables by which EKS Pod Identity and ECS hand out credentials.
pub(crate) const CONTAINER_CREDENTIALS: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];

impl<'a> Case<'a> {
    /// The pod, where it is a pod and not the template of one: the webhook changes pods alone.
    #[must_use]
    pub fn running_pod(&self) -> Option<&'a Pod> {
        self.pod().pod.present().filter(|pod| pod.kind == "Pod")
    }

    /// How far the pod is set up; none where no pod was read, or only a template, which the webhook never touches.
    #[must_use]
    pub fn injected(&self) -> Option<Injection> {
        self.injection().filter(|state| *state != Injection::None || self.running_pod().is_some())
    }

    /// The service account, where its pod was not read or runs under it.
    #[must_use]
    pub fn used_account(&self) -> Option<&'a ServiceAccount> {
        let account = self.serviceaccount().account.present()?;
        self.pod().pod.present().is_none_or(|pod| runs_under(pod, account)).then_some(account)
    }

    /// The annotation that names the role, on the account that the pod runs under.
    #[must_use]
    pub fn annotation(&self) -> Option<&'a Pair> {
        role_annotation(&self.used_account()?.annotations)
    }

    /// The annotation that names a role on the account that was read, whether or not the pod runs under it.
    #[must_use]
    pub fn role_annotation_of(&self, account: &'a ServiceAccount) -> Option<&'a Pair> {
        role_annotation(&account.annotations)
    }

    /// The Pod Identity association of the workload's account.
    #[must_use]
    pub fn association(&self) -> Option<&'a Association> {
        let all = self.serviceaccount().associations.present()?;
        let (namespace, name) = self.account_name()?;
        let fits = |stated: &Option<Text>, wanted: &str| {
            stated.as_ref().is_none_or(|stated| stated.value == wanted || wanted.is_empty())
        };
        all.iter().find(|one| fits(&one.namespace, &namespace) && fits(&one.service_account, &name))
    }

    /// Namespace and name of the account that the workload runs under.
    fn account_name(&self) -> Option<(String, String)> {
        let account = self.serviceaccount().account.present();
        if let Some(pod) = self.pod().pod.present() {
            let namespace = pod.namespace.as_ref().or(account.and_then(|account| account.namespace.as_ref()));
            return Some((value(namespace), account_of(pod).to_owned()));
        }
        account.map(|account| (value(account.namespace.as_ref()), account.name.value.clone()))
    }

    /// Whether EKS Pod Identity serves this workload, or is meant to: then no annotation is needed.
    #[must_use]
    pub fn by_pod_identity(&self) -> bool {
        let container =
            |container: &Container| CONTAINER_CREDENTIALS.iter().any(|name| container.env(name).is_some());
        let pod = self.pod().pod.present().is_some_and(|pod| pod.containers.iter().any(container));
        let environment = self.caller().environment.present();
        let process = environment
            .is_some_and(|variables| CONTAINER_CREDENTIALS.iter().any(|name| variables.get(name).is_some()));
        pod || process
            || self.association().is_some()
            || self.trusted().is_some_and(|trusted| trusted.is_for_pod_identity())
    }

    /// An identity other than the role that signed a call: the workload never used its role.
    ///
    /// Where the role is not known, instance profiles and users still tell: no web identity signs as one.
    #[must_use]
    pub fn signer(&self) -> Option<Signer> {
        if matches!(self.phase(), Phase::Exchange | Phase::After | Phase::Admitted) {
            return None;
        }
        if let Some(arn) = self.other_identity() {
            let kind = signer_kind(&arn.value);
            return Some(Signer { arn, kind });
        }
        let denied = self.denials().map(|(denial, at)| Text { value: denial.principal.clone(), at });
        let shown = denied.chain(self.attempt().identities.iter().cloned());
        let evident = |arn: &Text| {
            self.is_the_role(&arn.value).is_none()
                && matches!(signer_kind(&arn.value), SignerKind::Instance | SignerKind::User)
        };
        let arn = shown.into_iter().find(evident)?;
        let kind = signer_kind(&arn.value);
        Some(Signer { arn, kind })
    }

    /// Whether the refused call is the kubelet's own: it pulls images as the node, whatever the pod is set up for.
    #[must_use]
    pub fn pulled_by_kubelet(&self) -> bool {
        let of_registry = self.denials().any(|(denial, _)| denial.action.starts_with("ecr:"));
        of_registry
            && ["pull image", "errimagepull", "imagepullbackoff"]
                .iter()
                .any(|words| self.says(words).is_some())
    }

    /// Whether something was seen that a workload without its role would show: another identity, no credentials,
    /// or a refusal that does not say whom it refused.
    #[must_use]
    pub fn went_without_role(&self) -> bool {
        matches!(self.phase(), Phase::OtherIdentity | Phase::Before | Phase::Unclear)
            || self.signer().is_some()
    }

    /// Whether STS answered the exchange, or it succeeded: then role and token file were set up.
    #[must_use]
    pub fn reached_exchange(&self) -> bool {
        matches!(self.phase(), Phase::Exchange | Phase::After | Phase::Admitted)
    }

    /// Whether role and token file were set up for the process, however: they are read so, or what was seen can only
    /// be seen by a program that has them.
    #[must_use]
    pub fn was_set_up(&self) -> bool {
        let named = |path: &Option<String>| path.as_deref().is_some_and(|path| path.contains('/'));
        let shows = |symptom: &Symptom| match symptom {
            Symptom::Unreachable { .. }
            | Symptom::HostUnknown { .. }
            | Symptom::TlsUntrusted { .. }
            | Symptom::Throttled
            | Symptom::SdkModuleMissing { .. }
            | Symptom::PathCached
            | Symptom::TokenFileEmpty => true,
            Symptom::TokenFileUnreadable { path } | Symptom::TokenFileMissing { path } => named(path),
            _ => false,
        };
        if self.configured() == Some(true) || self.reached_exchange() {
            return true;
        }
        self.injected() != Some(Injection::None) && self.saw(shows).is_some()
    }

    /// Where a variable is set to something: a value that is not empty, or one drawn from a secret.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<At> {
        let environment = self.caller().environment.present();
        if let Some(text) = environment.and_then(|variables| variables.get(name)) {
            return (!text.value.is_empty()).then_some(text.at);
        }
        let pod = self.pod().pod.present()?;
        let containers = self.containers(pod);
        let variable = containers.iter().find_map(|container| container.env(name))?;
        let empty = variable.value.as_ref().is_some_and(|text| text.value.is_empty());
        (!empty).then_some(variable.at)
    }

    /// The value of a variable as environment or pod show it, with its place.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Text> {
        let environment = self.caller().environment.present().and_then(|variables| variables.get(name));
        if let Some(text) = environment {
            return Some(text.clone());
        }
        let pod = self.pod().pod.present()?;
        let containers = self.containers(pod);
        containers.iter().find_map(|container| container.env(name)?.value.clone())
    }
}

/// The name of the account that a pod runs under (Kubernetes: `default` where none is given).
#[must_use]
pub fn account_of(pod: &Pod) -> &str {
    pod.service_account.as_ref().map_or("default", |name| name.value.as_str())
}

/// Whether the pod runs under the account, as far as both are told.
#[must_use]
pub fn runs_under(pod: &Pod, account: &ServiceAccount) -> bool {
    let namespaces = pod.namespace.as_ref().zip(account.namespace.as_ref());
    account_of(pod) == account.name.value
        && namespaces.is_none_or(|(pod, account)| pod.value == account.value)
}

fn value(text: Option<&Text>) -> String {
    text.map(|text| text.value.clone()).unwrap_or_default()
}

/// Session names tell who made the session: EC2 uses the instance's id, EKS Pod Identity `eks-CLUSTER-POD-UUID`, and
/// SDKs invent names for web identity (reference eks.md §1.4 and §3.3).
fn signer_kind(arn: &str) -> SignerKind {
    const WEB: [&str; 6] =
        ["botocore-session-", "aws-sdk-", "aws-go-sdk-", "GitHubActions", "web-identity", "aws_cdk_session"];
    let Some(arn) = Arn::parse(arn) else { return SignerKind::Role };
    if arn.service == "iam" && (arn.resource.starts_with("user/") || arn.resource == "root") {
        return SignerKind::User;
    }
    let Some((_, session)) = arn.assumed_role() else { return SignerKind::Role };
    let hex = |text: &str| (8..=17).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if session.strip_prefix("i-").is_some_and(hex) {
        SignerKind::Instance
    } else if session.starts_with("eks-") && session.matches('-').count() >= 5 {
        SignerKind::PodIdentity
    } else if WEB.iter().any(|prefix| session.starts_with(prefix)) {
        SignerKind::WebIdentity
    } else {
        SignerKind::Role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_names_tell_who_signed() {
        let table = [
            ("arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0", SignerKind::Instance),
            ("arn:aws:sts::111122223333:assumed-role/nodes/i-am-no-instance", SignerKind::Role),
            ("arn:aws:iam::111122223333:user/ci/old", SignerKind::User),
            ("arn:aws:iam::111122223333:root", SignerKind::User),
            ("arn:aws:iam::111122223333:role/nodes", SignerKind::Role),
            (
                "arn:aws:sts::111122223333:assumed-role/x/eks-prod-app-6c9d-1b2c3d4e-0000-4000-8000-000000000001",
                SignerKind::PodIdentity,
            ),
            ("arn:aws:sts::111122223333:assumed-role/x/botocore-session-17", SignerKind::WebIdentity),
        ];
        for (arn, kind) in table {
            assert_eq!(signer_kind(arn), kind, "{arn}");
        }
    }
}
