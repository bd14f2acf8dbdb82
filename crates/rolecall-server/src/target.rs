//! What an operation of IAM acts on, for its authorization: the resource's ARN and the tags it has.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access Management"
//! (reference iam.md §12).

use rolecall_state::entity::{KeyOwner, Tag};

use crate::call::Call;
use crate::iam::service_linked_role;

/// What an operation acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing needs to be allowed: GetCallerIdentity, GetSessionToken, GetAccessKeyInfo.
    Free,
    /// The operation decides itself, as AssumeRole does, whose trust policy counts.
    Itself,
    /// Nothing in particular: lists, summaries; policies see `*`.
    Any,
    /// The role that `RoleName` names, or is to have.
    Role,
    /// The role that `AWSServiceName` is to have, whatever it is called.
    ServiceLinkedRole,
    /// Roles below `PathPrefix`.
    Roles,
    /// The user that `UserName` names, or is to have; without it the caller itself.
    User,
    /// The user whose key `AccessKeyId` names.
    AccessKey,
    /// Users below `PathPrefix`.
    Users,
    /// The group that `GroupName` names, or is to have.
    Group,
    /// Groups below `PathPrefix`.
    Groups,
    /// The instance profile that `InstanceProfileName` names, or is to have.
    InstanceProfile,
    /// Instance profiles below `PathPrefix`.
    InstanceProfiles,
    /// The managed policy that `PolicyArn` names.
    Policy,
    /// The managed policy that `PolicyName` and `Path` are to make.
    NewPolicy,
    /// Managed policies below `PathPrefix`.
    Policies,
    /// The provider that `OpenIDConnectProviderArn` names.
    Provider,
    /// The provider that `Url` is to make.
    NewProvider,
    /// The principal that `PolicySourceArn` or `Arn` names.
    Source,
}

/// A resource, as policies see it.
#[derive(Debug, Default)]
pub struct Resource {
    /// Its ARN, or `*`.
    pub arn: String,
    /// The tags that it has.
    pub tags: Vec<Tag>,
    /// The permissions boundary of a role or user, which `iam:PermissionsBoundary` tests where the request names none.
    pub boundary: Option<String>,
}

impl Target {
    /// The resource of a call.
    #[must_use]
    pub fn resource(self, call: &Call<'_>) -> Resource {
        let named = |kind: &str, found: Option<Resource>, name: &str| {
            found.unwrap_or_else(|| Resource::untagged(call.iam_arn(kind, call.path(), name)))
        };
        let below = |kind: &str| {
            let prefix = call.params.get("PathPrefix").unwrap_or("/");
            Resource::untagged(call.iam_arn(kind, prefix, ""))
        };
        let (account, partition) = (&call.account, call.partition());
        match self {
            Target::Free | Target::Itself | Target::Any => Resource::untagged("*".to_owned()),
            Target::Role => {
                let name = call.text("RoleName");
                let found = account.roles.get(name);
                let found = found.map(|role| {
                    Resource::new(role.arn(partition), &role.tags).bounded(role.permissions_boundary.as_ref())
                });
                named("role", found, name)
            }
            Target::User => {
                let own = call.who.user().map(|user| user.name.clone()).unwrap_or_default();
                let name = call.params.get("UserName").unwrap_or(&own);
                let found = account.users.get(name);
                let found = found.map(|user| {
                    Resource::new(user.arn(partition), &user.tags).bounded(user.permissions_boundary.as_ref())
                });
                named("user", found, name)
            }
            Target::ServiceLinkedRole => {
                let path = format!("/aws-service-role/{}/", call.text("AWSServiceName"));
                Resource::untagged(call.iam_arn("role", &path, &service_linked_role::name(call)))
            }
            Target::AccessKey => owner_of_key(call),
            Target::Group => {
                let name = call.text("GroupName");
                let found = account.groups.get(name);
                named("group", found.map(|group| Resource::untagged(group.arn(partition))), name)
            }
            Target::InstanceProfile => {
                let name = call.text("InstanceProfileName");
                let found = account.instance_profiles.get(name);
                let found = found.map(|profile| Resource::new(profile.arn(partition), &profile.tags));
                named("instance-profile", found, name)
            }
            Target::Policy => {
                let arn = call.text("PolicyArn").to_owned();
                let tags = call.policy().map(|policy| policy.tags.clone()).unwrap_or_default();
                Resource::new(arn, &tags)
            }
            Target::NewPolicy => named("policy", None, call.text("PolicyName")),
            Target::Provider => {
                let arn = call.text("OpenIDConnectProviderArn").to_owned();
                let tags = call.provider().map(|provider| provider.tags.clone()).unwrap_or_default();
                Resource::new(arn, &tags)
            }
            Target::NewProvider => {
                let url = call.text("Url");
                let bare = url.split_once("://").map_or(url, |(_, bare)| bare);
                Resource::untagged(call.iam_arn("oidc-provider", "/", bare))
            }
            Target::Source => {
                let source = call.params.get("PolicySourceArn").or(call.params.get("Arn"));
                Resource::untagged(source.unwrap_or("*").to_owned())
            }
            Target::Roles => below("role"),
            Target::Users => below("user"),
            Target::Groups => below("group"),
            Target::InstanceProfiles => below("instance-profile"),
            Target::Policies => below("policy"),
        }
    }
}

/// The owner of a key; where there is no such key, nobody in particular.
fn owner_of_key(call: &Call<'_>) -> Resource {
    let key = call.account.access_keys.get(call.text("AccessKeyId"));
    match key.as_ref().map(|key| &key.owner) {
        Some(KeyOwner::User(id)) => match call.view.user_by_id(id) {
            Some(user) => Resource::new(user.arn(call.partition()), &user.tags),
            None => Resource::untagged("*".to_owned()),
        },
        _ => Resource::untagged("*".to_owned()),
    }
}

impl Resource {
    fn new(arn: String, tags: &[Tag]) -> Self {
        Self { arn, tags: tags.to_vec(), boundary: None }
    }

    fn untagged(arn: String) -> Self {
        Self { arn, ..Self::default() }
    }

    fn bounded(self, boundary: Option<&String>) -> Self {
        Self { boundary: boundary.cloned(), ..self }
    }
}

impl Call<'_> {
    /// An ARN of IAM in the caller's account: kind, path with its slashes, name.
    #[must_use]
    pub fn iam_arn(&self, kind: &str, path: &str, name: &str) -> String {
        format!("arn:{}:iam::{}:{kind}{path}{name}", self.partition(), self.account_id())
    }
}
