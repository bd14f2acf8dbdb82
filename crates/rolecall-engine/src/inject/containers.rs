//! The pod as the webhook reads it, and what it adds to each container.

use rolecall_model::json::{Kind, Node};

use super::annotations::{PodAnnotations, for_pod_identity, with_role};
use super::{
    Configuration, Container, DEFAULT_EXPIRATION, Known, Mechanism, Mutation, Plan, Reason, Token, Treatment,
};

/// A pod whose parts have the types that Kubernetes gives them.
pub(super) struct Injector<'p> {
    annotations: Option<&'p Node>,
    spec: Option<&'p Node>,
    service_account: &'p str,
    windows: bool,
}

/// What has another type.
pub(super) struct Unreadable<'p>(pub &'p Node);

/// Volume and file of the web identity token.
const VOLUME: &str = "aws-iam-token";
const TOKEN: &str = "token";

const WEB_IDENTITY: [&str; 2] = ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
const POD_IDENTITY: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
const REGION: [&str; 2] = ["AWS_DEFAULT_REGION", "AWS_REGION"];
const STS: &str = "AWS_STS_REGIONAL_ENDPOINTS";

impl<'p> Injector<'p> {
    pub fn read(pod: &'p Node) -> Result<Self, Unreadable<'p>> {
        if !matches!(pod.kind, Kind::Object(_)) {
            return Err(Unreadable(pod));
        }
        let metadata = object(pod, "metadata")?;
        let annotations = metadata.map(|metadata| object(metadata, "annotations")).transpose()?.flatten();
        let spec = object(pod, "spec")?;
        let selector = spec.map(|spec| object(spec, "nodeSelector")).transpose()?.flatten();
        for map in [annotations, selector].into_iter().flatten() {
            for member in map.members() {
                text(&member.value)?;
            }
        }
        let os = |key: &str| selector.and_then(|map| map.get(key)).and_then(Node::as_str) == Some("windows");
        let injector = Injector {
            annotations,
            spec,
            service_account: spec
                .map(|spec| member(spec, "serviceAccountName"))
                .transpose()?
                .unwrap_or_default(),
            windows: os("kubernetes.io/os") || os("beta.kubernetes.io/os"),
        };
        for key in ["volumes", "initContainers", "containers"] {
            for one in injector.list(key)? {
                member(one, "name")?;
                for part in ["env", "volumeMounts"] {
                    for entry in elements(one.get(part))? {
                        member(entry, "name")?;
                    }
                }
            }
        }
        Ok(injector)
    }

    pub fn plan(&self, known: &Known<'_>, configuration: &Configuration) -> Plan {
        let own = PodAnnotations::read(self.annotations, configuration);
        let name = self.service_account;
        let (mechanism, token, mount_path, regional_sts) = match known.pod_identity {
            Some(drawn) => {
                let part = &configuration.pod_identity;
                let (regional, life) =
                    for_pod_identity(known.account, known.config_map, known.namespace, name);
                let life = own.expiration.unwrap_or(life);
                let token = Token {
                    volume: part.volume_name.clone(),
                    audience: part.audience.clone(),
                    expiration: if life == DEFAULT_EXPIRATION { drawn } else { life },
                    path: part.token_path.clone(),
                };
                (Mechanism::PodIdentity, token, part.mount_path.clone(), regional)
            }
            None => match with_role(known.account, known.config_map, known.namespace, name) {
                Some(account) if !account.role_arn.is_empty() => {
                    let token = Token {
                        volume: VOLUME.into(),
                        audience: account.audience.clone(),
                        expiration: own.expiration.unwrap_or(account.expiration),
                        path: TOKEN.into(),
                    };
                    let mechanism = Mechanism::WebIdentity { role_arn: account.role_arn.clone() };
                    (mechanism, token, configuration.mount_path.clone(), account.regional_sts)
                }
                _ => return Plan::Leave(self.reason(known)),
            },
        };
        let adds = Additions::new(&mechanism, &token, &mount_path, regional_sts, self.windows, configuration);
        let treat = |key: &str| -> Vec<Container> {
            let all = self.list(key).unwrap_or_default();
            all.iter().map(|container| adds.treat(container, &own.skipped)).collect()
        };
        let there = self.list("volumes").unwrap_or_default().iter().any(|one| name_of(one) == token.volume);
        Plan::Mutate(Mutation {
            init_containers: treat("initContainers"),
            containers: treat("containers"),
            adds_volume: !there,
            mechanism,
            token,
            mount_path,
        })
    }

    fn reason(&self, known: &Known<'_>) -> Reason {
        match known.account {
            _ if self.service_account.is_empty() => Reason::NoServiceAccount,
            None => Reason::UnknownAccount,
            Some(_) => Reason::NoRole,
        }
    }

    fn list(&self, key: &str) -> Result<&'p [Node], Unreadable<'p>> {
        elements(self.spec.and_then(|spec| spec.get(key)))
    }
}

/// What every container is to have.
struct Additions<'m> {
    /// Variables of the mechanism, with their values; set together or not at all.
    identity: [(&'static str, String); 2],
    region: &'m str,
    regional_sts: bool,
    volume: &'m str,
}

impl<'m> Additions<'m> {
    fn new(
        mechanism: &'m Mechanism,
        token: &'m Token,
        mount_path: &str,
        regional_sts: bool,
        windows: bool,
        configuration: &'m Configuration,
    ) -> Self {
        let path = joined(mount_path, &token.path);
        let file = if windows { format!("C:{}", path.replace('/', "\\")) } else { path };
        let ([first, second], value) = match mechanism {
            Mechanism::WebIdentity { role_arn } => (WEB_IDENTITY, role_arn),
            Mechanism::PodIdentity => (POD_IDENTITY, &configuration.pod_identity.full_uri),
        };
        Additions {
            identity: [(first, value.clone()), (second, file)],
            region: &configuration.region,
            regional_sts,
            volume: &token.volume,
        }
    }

    fn treat(&self, container: &Node, skipped: &[String]) -> Container {
        let name = name_of(container).to_owned();
        if skipped.contains(&name) {
            return Container { name, treatment: Treatment::Skipped };
        }
        let named = |part: &str, wanted: &str| {
            elements(container.get(part)).unwrap_or_default().iter().any(|entry| name_of(entry) == wanted)
        };
        let set = |name: &str| named("env", name);
        // One of a pair that is set keeps the other away too.
        let identity = self.identity.iter().any(|(name, _)| set(name));
        let region = REGION.iter().any(|name| set(name));
        let sts = set(STS);
        if identity && region && sts {
            return Container { name, treatment: Treatment::Complete };
        }
        let mut env = Vec::new();
        if !sts && self.regional_sts {
            env.push((STS, "regional".to_owned()));
        }
        if !region && !self.region.is_empty() {
            env.extend(REGION.map(|name| (name, self.region.to_owned())));
        }
        if !identity {
            env.extend(self.identity.clone());
        }
        let mount = !named("volumeMounts", self.volume);
        Container { name, treatment: Treatment::Injected { env, mount } }
    }
}

/// Go's `filepath.Join` of a folder and a file: doubled slashes and steps such as `..` are resolved.
fn joined(folder: &str, file: &str) -> String {
    let rooted = folder.starts_with('/') || (folder.is_empty() && file.starts_with('/'));
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(file.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    let path = steps.join("/");
    if rooted { format!("/{path}") } else { path }
}

fn name_of(node: &Node) -> &str {
    node.get("name").and_then(Node::as_str).unwrap_or_default()
}

fn object<'p>(node: &'p Node, key: &str) -> Result<Option<&'p Node>, Unreadable<'p>> {
    match node.get(key) {
        Some(found) if matches!(found.kind, Kind::Object(_)) => Ok(Some(found)),
        Some(found) if !found.is_null() => Err(Unreadable(found)),
        _ => Ok(None),
    }
}

/// The elements of a list of objects; none for null and for what is not there.
fn elements(list: Option<&Node>) -> Result<&[Node], Unreadable<'_>> {
    let Some(list) = list else { return Ok(&[]) };
    match &list.kind {
        Kind::Null => Ok(&[]),
        Kind::Array(elements) => {
            let wrong = elements.iter().find(|one| !matches!(one.kind, Kind::Object(_) | Kind::Null));
            wrong.map_or(Ok(elements.as_slice()), |wrong| Err(Unreadable(wrong)))
        }
        _ => Err(Unreadable(list)),
    }
}

fn member<'p>(node: &'p Node, key: &str) -> Result<&'p str, Unreadable<'p>> {
    node.get(key).map_or(Ok(""), text)
}

fn text(node: &Node) -> Result<&str, Unreadable<'_>> {
    match &node.kind {
        Kind::String(text) => Ok(text),
        Kind::Null => Ok(""),
        _ => Err(Unreadable(node)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_go_does() {
        let table = [
            (("/a/b", "token"), "/a/b/token"),
            (("/a/b/", "token"), "/a/b/token"),
            (("/a//./b/..", "t"), "/a/t"),
            (("/..", "t"), "/t"),
            (("a", "../../t"), "../t"),
            (("", "t"), "t"),
        ];
        for ((folder, file), wanted) in table {
            assert_eq!(joined(folder, file), wanted);
        }
    }
}
