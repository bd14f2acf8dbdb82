//! The live objects that edits are about: how they stand, and changing them.

use std::collections::BTreeMap;

use rolecall_doctor::fix::edit::Edit;
use rolecall_live::aws::connection;
use rolecall_live::kubernetes::client;
use rolecall_live::refusal::Refusal;
use rolecall_live::scope::Scope;
use tokio::sync::OnceCell;

use crate::ApplyError;
use crate::aws::Iam;
use crate::kubernetes::Cluster;
use crate::service_account;

/// How a live object stands to an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// As the edit found it.
    Before,
    /// As the edit leaves it.
    After,
    /// Neither.
    Otherwise,
}

/// Both sides, each reached when it is first needed.
pub struct World {
    scope: Scope,
    iam: OnceCell<Iam>,
    cluster: OnceCell<Cluster>,
}

impl World {
    /// The world that the scope tells; nothing is called yet.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        World { scope, iam: OnceCell::new(), cluster: OnceCell::new() }
    }

    async fn iam(&self) -> Result<&Iam, Refusal> {
        self.iam.get_or_try_init(|| async { Ok(Iam::new(&connection(&self.scope.role_aws()).await?)) }).await
    }

    async fn cluster(&self) -> Result<&Cluster, Refusal> {
        self.cluster
            .get_or_try_init(|| async {
                let (client, config) = client(&self.scope.kubernetes).await?;
                Ok(Cluster::new(client, config.cluster_url.to_string()))
            })
            .await
    }

    /// How the object of an edit stands.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn stands(&self, edit: &Edit) -> Result<Stands, ApplyError> {
        match edit {
            Edit::EditFile { file, .. }
            | Edit::GrantIdToken { file, .. }
            | Edit::SetRoleInput { file, .. } => Err(ApplyError::File(file.clone())),
            Edit::RestartWorkload { .. } => Ok(Stands::Before),
            Edit::AnnotateServiceAccount { namespace, name, key, before, after } => {
                let live = self.cluster().await?.annotation(namespace, name, key).await?;
                Ok(stands(&live, before, after))
            }
            Edit::CreateServiceAccount { namespace, name, annotations } => {
                Ok(self.cluster().await?.account_stands(namespace, name, annotations).await?)
            }
            Edit::PatchPodTemplate { .. } | Edit::SetContainerEnv { .. } => {
                self.cluster().await?.template_stands(edit).await
            }
            edit => Ok(self.iam().await?.stands(edit).await?),
        }
    }

    /// Makes an edit, if the object stands as the edit found it. One that stands as the edit leaves it is left so.
    ///
    /// # Errors
    /// Where it stands otherwise, or a call is refused.
    pub async fn make(&self, edit: &Edit) -> Result<(), ApplyError> {
        match self.stands(edit).await? {
            Stands::After => return Ok(()),
            Stands::Otherwise => return Err(ApplyError::Changed { what: what(edit) }),
            Stands::Before => {}
        }
        match edit {
            Edit::EditFile { file, .. }
            | Edit::GrantIdToken { file, .. }
            | Edit::SetRoleInput { file, .. } => Err(ApplyError::File(file.clone())),
            Edit::RestartWorkload { namespace, kind, name } => {
                self.cluster().await?.restart(namespace, kind, name).await
            }
            Edit::AnnotateServiceAccount { namespace, name, key, before, after } => {
                self.cluster()
                    .await?
                    .annotate(namespace, name, key, before.as_deref(), after.as_deref())
                    .await
            }
            Edit::CreateServiceAccount { namespace, name, annotations } => {
                self.cluster().await?.create_account(namespace, name, annotations).await
            }
            Edit::PatchPodTemplate { .. } | Edit::SetContainerEnv { .. } => {
                self.cluster().await?.change_template(edit).await
            }
            edit => Ok(self.iam().await?.make(edit).await?),
        }
    }

    /// Takes away a provider that was created, if it still is as it was created.
    ///
    /// # Errors
    /// Where it was changed, or a call is refused.
    pub(crate) async fn delete_provider(&self, arn: &str, audiences: &[String]) -> Result<(), ApplyError> {
        self.iam().await?.delete_provider(arn, audiences).await
    }

    /// Takes away a service account that was created, if it still is as it was created.
    ///
    /// # Errors
    /// Where it was changed, or a call is refused.
    pub(crate) async fn delete_account(
        &self,
        namespace: &str,
        name: &str,
        annotations: &BTreeMap<String, String>,
    ) -> Result<(), ApplyError> {
        self.cluster().await?.delete_account(namespace, name, annotations).await
    }
}

pub(crate) fn stands(live: &Option<String>, before: &Option<String>, after: &Option<String>) -> Stands {
    if live == after {
        Stands::After
    } else if live == before {
        Stands::Before
    } else {
        Stands::Otherwise
    }
}

/// What an edit is about, in a few words.
#[must_use]
pub fn what(edit: &Edit) -> String {
    match edit {
        Edit::SetTrustPolicy(edit) => format!("the trust policy of role `{}`", edit.role),
        Edit::SetProviderAudiences { provider, .. } => format!("the audiences of `{provider}`"),
        Edit::SetProviderThumbprints { provider, .. } => format!("the thumbprints of `{provider}`"),
        Edit::CreateProvider { provider, .. } => format!("the provider `{provider}`"),
        Edit::SetMaxSessionDuration { role, .. } => format!("the longest session of role `{role}`"),
        Edit::PutRolePolicy { role, name, .. } => format!("the policy `{name}` of role `{role}`"),
        Edit::SetManagedPolicy { policy, .. } => format!("the policy `{policy}`"),
        Edit::AnnotateServiceAccount { namespace, name, key, .. } => {
            format!("the annotation `{key}` of service account `{namespace}/{name}`")
        }
        Edit::CreateServiceAccount { namespace, name, .. } => service_account::what(namespace, name),
        Edit::SetContainerEnv { namespace, kind, name, variables } => {
            let mut names: Vec<String> = variables.iter().map(|one| format!("`{}`", one.name)).collect();
            names.dedup();
            format!(
                "{} in the template of {} `{namespace}/{name}`",
                names.join(", "),
                kind.to_ascii_lowercase()
            )
        }
        Edit::PatchPodTemplate { namespace, kind, name, .. } => {
            format!("the service account of {} `{namespace}/{name}`", kind.to_ascii_lowercase())
        }
        Edit::RestartWorkload { namespace, kind, name } => {
            format!("the pods of {} `{namespace}/{name}`", kind.to_ascii_lowercase())
        }
        Edit::EditFile { file, .. } | Edit::GrantIdToken { file, .. } | Edit::SetRoleInput { file, .. } => {
            format!("the file `{file}`")
        }
    }
}
