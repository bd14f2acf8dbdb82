//! Commands that would read what was not read, with the names that are known filled in.

use rolecall_model::arn::Arn;

use crate::case::Case;
use crate::finding::shell_word;

/// The command with each placeholder (`ROLE`, `NAMESPACE`, `ARN` …) replaced where the evidence tells the name, quoted
/// for a POSIX shell; a placeholder that nothing tells stays.
pub(crate) fn filled(case: &Case<'_>, command: &str) -> String {
    let names = Names::of(case);
    let fill = |word: &str| {
        if let Some((issuer, path)) = names.issuer.as_deref().zip(word.strip_prefix("ISSUER/")) {
            return shell_word(&format!("{}/{path}", issuer.trim_end_matches('/')));
        }
        let known = match word {
            "ROLE" => names.role.as_deref(),
            "ARN" => names.provider.as_deref(),
            "NAMESPACE" => names.namespace.as_deref(),
            "NAME" => names.account.as_deref(),
            "POD" => names.pod.as_deref(),
            "CLUSTER" => names.cluster.as_deref(),
            "JWKS_URI" => names.keys.as_deref(),
            _ => None,
        };
        known.map_or_else(|| word.to_owned(), shell_word)
    };
    command.split(' ').map(fill).collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct Names {
    role: Option<String>,
    provider: Option<String>,
    namespace: Option<String>,
    account: Option<String>,
    pod: Option<String>,
    cluster: Option<String>,
    issuer: Option<String>,
    keys: Option<String>,
}

impl Names {
    fn of(case: &Case<'_>) -> Names {
        let role = case.requested().and_then(|requested| requested.parsed().ok());
        let subject = case.subject().map(|subject| subject.text.value);
        let workload = subject
            .as_deref()
            .and_then(|subject| subject.strip_prefix("system:serviceaccount:")?.split_once(':'));
        let mut names = Names {
            provider: role.as_ref().and_then(|role| provider(case, role)),
            role: role.and_then(|role| role.role_name().map(str::to_owned)),
            namespace: workload.map(|(namespace, _)| namespace.to_owned()),
            account: workload.map(|(_, account)| account.to_owned()),
            ..Names::default()
        };
        if let Some(account) = case.serviceaccount().account.present() {
            names.namespace = account.namespace.as_ref().map(|text| text.value.clone()).or(names.namespace);
            names.account = Some(account.name.value.clone());
        }
        if let Some(pod) = case.running_pod() {
            names.namespace = pod.namespace.as_ref().map(|text| text.value.clone()).or(names.namespace);
            names.pod = pod.name.as_ref().map(|text| text.value.clone());
        }
        names.issuer = case.presented_issuer().map(|issuer| issuer.text.value);
        let discovery = case.issuer().discovery.present();
        names.keys = discovery.and_then(|discovery| discovery.text("jwks_uri")).map(|uri| uri.value);
        names.cluster = case
            .issuer()
            .cluster
            .present()
            .and_then(|cluster| cluster.name.as_ref())
            .map(|name| name.value.clone());
        names
    }
}

/// The provider that the token's issuer needs in the role's account.
fn provider(case: &Case<'_>, role: &Arn) -> Option<String> {
    let issuer = case.presented_issuer()?.text.value;
    let name = issuer.strip_prefix("https://")?;
    Some(format!("arn:{}:iam::{}:oidc-provider/{name}", role.partition, role.account))
}
