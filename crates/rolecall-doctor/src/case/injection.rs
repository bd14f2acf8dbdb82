//! What the pod identity webhook did to the pod, and what it should have done.

use rolecall_model::document::Text;
use rolecall_model::evidence::pod::{Container, EnvVar, Pod};
use rolecall_model::evidence::serviceaccount::Pair;

use super::Case;
use crate::link::Link;

/// How far a container is set up for web identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// Neither variable nor mount.
    None,
    /// Role ARN and token file are both set.
    Complete,
    /// One of the two variables is set.
    Partial {
        /// The one that is set.
        set: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// Variables may come from elsewhere (`envFrom`, `valueFrom`): the pod alone does not tell.
    Hidden,
}

/// Whether the path that the token variable names is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenMount {
    /// A mount covers it and its volume holds a service account token.
    Mounted,
    /// No mount covers it.
    NotMounted {
        /// The path.
        path: Text,
    },
    /// A mount covers it, yet the volume behind it holds no token, or is not there.
    Empty {
        /// The path.
        path: Text,
    },
}

/// Variables of the container that decide.
pub(crate) const ROLE_ARN: &str = "AWS_ROLE_ARN";
/// The path of the token file.
pub(crate) const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// The annotation that names a role: the webhook's key, with any prefix that its flag `--annotation-prefix` may
/// give (reference eks.md §3.1), the default first.
pub(crate) fn role_annotation(annotations: &[Pair]) -> Option<&Pair> {
    let exact = annotations.iter().rev().find(|pair| pair.key.value == "eks.amazonaws.com/role-arn");
    exact.or_else(|| annotations.iter().rev().find(|pair| is_other_prefix(&pair.key.value)))
}

/// Prefixes other than the default are told from misspelt ones by not resembling it.
fn is_other_prefix(key: &str) -> bool {
    key.strip_suffix("/role-arn").is_some_and(|prefix| !prefix.to_ascii_lowercase().contains("amazon"))
}

impl Case<'_> {
    /// The containers that should be looked at: those that are set up at all, else all but the known helpers of
    /// meshes and the like.
    pub fn containers<'p>(&self, pod: &'p Pod) -> Vec<&'p Container> {
        self.note(Link::Pod);
        let touched =
            |container: &&Container| container.env(ROLE_ARN).is_some() || container.env(TOKEN_FILE).is_some();
        let set_up: Vec<_> = pod.containers.iter().filter(touched).collect();
        if set_up.is_empty() {
            pod.containers.iter().filter(|container| !container.init).collect()
        } else {
            set_up
        }
    }

    /// How far the pod is set up: its best container decides. None where no pod was read.
    #[must_use]
    pub fn injection(&self) -> Option<Injection> {
        let pod = self.pod().pod.present()?;
        let states: Vec<_> = self.containers(pod).into_iter().map(container_injection).collect();
        let pick = |wanted: fn(&Injection) -> bool| states.iter().find(|state| wanted(state)).cloned();
        pick(|state| *state == Injection::Complete)
            .or_else(|| pick(|state| matches!(state, Injection::Partial { .. })))
            .or_else(|| pick(|state| *state == Injection::Hidden))
            .or_else(|| pick(|state| *state == Injection::None))
    }

    /// Whether environment or pod show that web identity is set up for the process; none where neither was read. A
    /// template without the variables shows nothing: the webhook sets them in the pods that are made from it.
    #[must_use]
    pub fn configured(&self) -> Option<bool> {
        let environment = self.caller().environment.present();
        let by_env = environment.map(|variables| variables.is_set(ROLE_ARN) && variables.is_set(TOKEN_FILE));
        let by_pod = self.injected().and_then(|state| match state {
            Injection::Complete => Some(true),
            Injection::None | Injection::Partial { .. } => Some(false),
            Injection::Hidden => None,
        });
        match (by_env, by_pod) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, None) => None,
            _ => Some(false),
        }
    }

    /// Where the token file of a container comes from.
    #[must_use]
    pub fn token_mount(&self, pod: &Pod, container: &Container) -> Option<TokenMount> {
        self.note(Link::Pod);
        let path = container.env(TOKEN_FILE)?.value.clone().filter(|path| !path.value.is_empty())?;
        let covers = |mount: &str| {
            let mount = mount.trim_end_matches('/');
            path.value == mount || path.value.strip_prefix(mount).is_some_and(|rest| rest.starts_with('/'))
        };
        let Some(mount) = container.mounts.iter().find(|mount| covers(&mount.path.value)) else {
            return Some(TokenMount::NotMounted { path });
        };
        let volume = pod.volumes.iter().find(|volume| volume.name.value == mount.name);
        match volume {
            Some(volume) if volume.projected && volume.tokens.is_empty() => Some(TokenMount::Empty { path }),
            None if pod.kind == "Pod" => Some(TokenMount::Empty { path }),
            _ => Some(TokenMount::Mounted),
        }
    }
}

fn container_injection(container: &Container) -> Injection {
    let set = |name: &str| {
        container.env(name).is_some_and(|variable| match &variable.value {
            Some(text) => !text.value.is_empty(),
            None => true,
        })
    };
    let indirect = |variable: Option<&EnvVar>| variable.is_some_and(|variable| variable.value.is_none());
    match (set(ROLE_ARN), set(TOKEN_FILE)) {
        (true, true) => Injection::Complete,
        (false, false) if container.env_from => Injection::Hidden,
        (false, false) => Injection::None,
        _ if container.env_from
            || indirect(container.env(ROLE_ARN))
            || indirect(container.env(TOKEN_FILE)) =>
        {
            Injection::Hidden
        }
        (true, false) => Injection::Partial { set: ROLE_ARN, missing: TOKEN_FILE },
        (false, true) => Injection::Partial { set: TOKEN_FILE, missing: ROLE_ARN },
    }
}
