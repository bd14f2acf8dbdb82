//! What lies in one account.

use super::reference::References;
use super::{Referrer, Shared, Table};
use crate::entity::{
    AccessKey, Account, Cluster, Group, IdentityProviderConfig, InstanceProfile, LoginProfile, ManagedPolicy,
    OidcProvider, PodIdentityAssociation, Reference, Role, ServiceKey, User,
};
use crate::key::Kind;

/// One account of the view. Tables of roles, users, groups, policies and instance profiles go by name;
/// providers by URL without `https://`; the others as their entities say.
pub struct AccountView {
    number: String,
    /// The account itself, under the empty name.
    pub(super) account: Table<Account>,
    /// Roles by name.
    pub roles: Table<Role>,
    /// Users by name.
    pub users: Table<User>,
    /// Groups by name.
    pub groups: Table<Group>,
    /// The account's managed policies by name.
    pub policies: Table<ManagedPolicy>,
    /// Instance profiles by name.
    pub instance_profiles: Table<InstanceProfile>,
    /// OIDC providers by URL without `https://`.
    pub oidc_providers: Table<OidcProvider>,
    /// Access keys by id.
    pub access_keys: Table<AccessKey>,
    /// Login profiles by the user's unique id.
    pub login_profiles: Table<LoginProfile>,
    /// Clusters by `REGION/NAME`.
    pub clusters: Table<Cluster>,
    /// Identity provider configs by `REGION/CLUSTER/NAME`.
    pub identity_provider_configs: Table<IdentityProviderConfig>,
    /// Pod Identity associations by `REGION/CLUSTER/NAMESPACE/SERVICE-ACCOUNT`.
    pub pod_identity_associations: Table<PodIdentityAssociation>,
    /// The service's own keys; empty in every account but the service's own place.
    pub(super) service_keys: Table<ServiceKey>,
    pub(super) references: References,
}

impl AccountView {
    pub(super) fn new(number: &str) -> AccountView {
        AccountView {
            number: number.to_owned(),
            account: Table::default(),
            roles: Table::default(),
            users: Table::default(),
            groups: Table::default(),
            policies: Table::default(),
            instance_profiles: Table::default(),
            oidc_providers: Table::default(),
            access_keys: Table::default(),
            login_profiles: Table::default(),
            clusters: Table::default(),
            identity_provider_configs: Table::default(),
            pod_identity_associations: Table::default(),
            service_keys: Table::default(),
            references: References::default(),
        }
    }

    /// The account's number, or `aws`.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The account itself; `None` if only things inside it are kept (AWS's own policies).
    #[must_use]
    pub fn account(&self) -> Option<Shared<Account>> {
        self.account.get("")
    }

    /// Roles, users and groups to which the managed policy of this ARN is attached, in that order, each
    /// kind by name.
    #[must_use]
    pub fn attachments(&self, policy_arn: &str) -> Vec<Referrer> {
        self.references.of(&Reference::Attached(policy_arn.to_owned()))
    }

    /// How many roles, users and groups the managed policy of this ARN is attached to (AttachmentCount).
    #[must_use]
    pub fn attachment_count(&self, policy_arn: &str) -> usize {
        self.references.count(&Reference::Attached(policy_arn.to_owned()))
    }

    /// Roles and users whose permissions boundary is the managed policy of this ARN.
    #[must_use]
    pub fn boundary_uses(&self, policy_arn: &str) -> Vec<Referrer> {
        self.references.of(&Reference::Boundary(policy_arn.to_owned()))
    }

    /// How many roles and users have the policy of this ARN as boundary (PermissionsBoundaryUsageCount).
    #[must_use]
    pub fn boundary_count(&self, policy_arn: &str) -> usize {
        self.references.count(&Reference::Boundary(policy_arn.to_owned()))
    }

    /// The groups of the user of this unique id, by name.
    #[must_use]
    pub fn groups_of(&self, user_id: &str) -> Vec<Shared<Group>> {
        let referrers = self.references.of(&Reference::Member(user_id.to_owned()));
        referrers.iter().filter_map(|group| self.groups.find(&group.name)).collect()
    }

    /// The access keys of the user of this unique id, by id.
    #[must_use]
    pub fn access_keys_of(&self, user_id: &str) -> Vec<Shared<AccessKey>> {
        self.keys_behind(&Reference::Owner(user_id.to_owned()))
    }

    /// The access keys of the account's root, by id.
    #[must_use]
    pub fn root_access_keys(&self) -> Vec<Shared<AccessKey>> {
        self.keys_behind(&Reference::Root)
    }

    /// The instance profiles that hold the role of this name, by name.
    #[must_use]
    pub fn instance_profiles_of(&self, role: &str) -> Vec<Shared<InstanceProfile>> {
        let referrers = self.references.of(&Reference::ProfileRole(role.to_ascii_lowercase()));
        referrers.iter().filter_map(|profile| self.instance_profiles.find(&profile.name)).collect()
    }

    fn keys_behind(&self, owner: &Reference) -> Vec<Shared<AccessKey>> {
        let referrers = self.references.of(owner);
        let keys = referrers.iter().filter(|referrer| referrer.kind == Kind::AccessKey);
        keys.filter_map(|key| self.access_keys.get(&key.name)).collect()
    }
}
