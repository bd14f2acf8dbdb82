//! Bringing commits into the view.

use super::reference::Referrer;
use super::table::Identified;
use super::{AccountView, Shared, Table, View};
use crate::entity::{
    AccessKey, Account, Cluster, Entity, Group, IdentityProviderConfig, InstanceProfile, Kept, LoginProfile,
    ManagedPolicy, OidcProvider, PodIdentityAssociation, Role, ServiceKey, User,
};
use crate::key::{Key, Kind};
use crate::revision::{Record, Revision};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl View {
    /// Puts an entity in.
    pub(crate) fn put(&self, entity: Entity, revision: Revision) {
        match entity {
            Entity::Account(entity) => self.keep(entity, revision),
            Entity::Role(entity) => self.keep(entity, revision),
            Entity::User(entity) => self.keep(entity, revision),
            Entity::Group(entity) => self.keep(entity, revision),
            Entity::ManagedPolicy(entity) => self.keep(entity, revision),
            Entity::InstanceProfile(entity) => self.keep(entity, revision),
            Entity::OidcProvider(entity) => self.keep(entity, revision),
            Entity::AccessKey(entity) => self.keep(entity, revision),
            Entity::LoginProfile(entity) => self.keep(entity, revision),
            Entity::Cluster(entity) => self.keep(entity, revision),
            Entity::IdentityProviderConfig(entity) => self.keep(entity, revision),
            Entity::PodIdentityAssociation(entity) => self.keep(entity, revision),
            Entity::ServiceKey(entity) => self.keep(entity, revision),
        }
    }

    /// Takes out what bears this name, which is in lower case where the kind folds.
    pub(crate) fn remove(&self, account: &str, kind: Kind, name: &str) {
        match kind {
            Kind::Account => self.drop_kept::<Account>(account, name),
            Kind::Role => self.drop_kept::<Role>(account, name),
            Kind::User => self.drop_kept::<User>(account, name),
            Kind::Group => self.drop_kept::<Group>(account, name),
            Kind::ManagedPolicy => self.drop_kept::<ManagedPolicy>(account, name),
            Kind::InstanceProfile => self.drop_kept::<InstanceProfile>(account, name),
            Kind::OidcProvider => self.drop_kept::<OidcProvider>(account, name),
            Kind::AccessKey => self.drop_kept::<AccessKey>(account, name),
            Kind::LoginProfile => self.drop_kept::<LoginProfile>(account, name),
            Kind::Cluster => self.drop_kept::<Cluster>(account, name),
            Kind::IdentityProviderConfig => self.drop_kept::<IdentityProviderConfig>(account, name),
            Kind::PodIdentityAssociation => self.drop_kept::<PodIdentityAssociation>(account, name),
            Kind::ServiceKey => self.drop_kept::<ServiceKey>(account, name),
        }
    }

    /// Takes out everything whose key is not wanted.
    pub(crate) fn retain(&self, wanted: impl Fn(&Key) -> bool) {
        for key in self.keys().iter().filter(|key| !wanted(key)) {
            if let Some((account, kind, name)) = key.parts() {
                self.remove(account, kind, name);
            }
        }
    }

    /// The key of everything in the view.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let places = self.accounts().into_iter().chain([Arc::clone(&self.service)]);
        places.flat_map(|account| keys(&account)).collect()
    }

    /// Says that everything up to this revision is in the view.
    pub(crate) fn reached(&self, revision: Revision) {
        self.revision.store(revision.0, Ordering::Release);
    }

    fn keep<T: Placed>(&self, entity: Arc<T>, revision: Revision) {
        let value = Arc::try_unwrap(entity).unwrap_or_else(|shared| T::clone(&shared));
        let record = Arc::new(Record { value, revision });
        let account = self.account_or_new(record.value.account());
        let old = T::table(&account).put(Arc::clone(&record));
        let before = old.as_ref().map(|old| old.value.references()).unwrap_or_default();
        account.references.replace(&referrer(&record.value), &before, record.value.references());
        T::index(self, old.as_ref(), Some(&record));
    }

    fn drop_kept<T: Placed>(&self, account: &str, name: &str) {
        let Some(account) = self.place(account) else { return };
        let Some(old) = T::table(&account).remove(name) else { return };
        account.references.replace(&referrer(&old.value), &old.value.references(), Vec::new());
        T::index(self, Some(&old), None);
    }
}

fn referrer<T: Kept>(entity: &T) -> Referrer {
    let name = entity.name();
    let name = if T::KIND.folds() { name.to_ascii_lowercase() } else { name.into_owned() };
    Referrer { kind: T::KIND, name }
}

/// A kind that has its table in an account.
trait Placed: Kept + Clone {
    /// The table.
    fn table(account: &AccountView) -> &Table<Self>;

    /// Keeps the indexes that span accounts.
    fn index(_view: &View, _old: Option<&Shared<Self>>, _new: Option<&Shared<Self>>) {}
}

macro_rules! placed {
    ($($kind:ident in $table:ident $(by $index:ident)?),+ $(,)?) => {
        fn keys(account: &AccountView) -> Vec<Key> {
            let mut keys = Vec::new();
            $(keys.extend(account.$table.all().iter().map(|record| record.value.key()));)+
            keys
        }

        $(impl Placed for $kind {
            fn table(account: &AccountView) -> &Table<Self> {
                &account.$table
            }

            $(fn index(view: &View, old: Option<&Shared<Self>>, new: Option<&Shared<Self>>) {
                if let Some(new) = new {
                    view.$index.put(Arc::clone(new));
                }
                if let Some(old) = old && new.is_none_or(|new| new.value.id != old.value.id) {
                    view.$index.remove(old);
                }
            })?
        })+
    };
}

placed!(
    Account in account,
    Role in roles by role_ids,
    User in users by user_ids,
    Group in groups,
    ManagedPolicy in policies,
    InstanceProfile in instance_profiles,
    OidcProvider in oidc_providers,
    AccessKey in access_keys by key_ids,
    LoginProfile in login_profiles,
    Cluster in clusters,
    IdentityProviderConfig in identity_provider_configs,
    PodIdentityAssociation in pod_identity_associations,
    ServiceKey in service_keys,
);

macro_rules! identified {
    ($($kind:ident),+) => {
        $(impl Identified for $kind {
            fn id(&self) -> &str {
                &self.id
            }
        })+
    };
}

identified!(Role, User, AccessKey);
