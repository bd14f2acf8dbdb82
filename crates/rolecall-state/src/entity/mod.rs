//! What is kept: one file per kind.

mod access_key;
mod account;
mod cluster;
mod encoding;
mod group;
mod identity_provider_config;
mod instance_profile;
mod login_profile;
mod managed_policy;
mod oidc_provider;
mod pod_identity_association;
mod role;
mod service_key;
mod user;

pub use access_key::{AccessKey, KeyOwner, KeyStatus, KeyUse};
pub use account::{Account, AccountSettings, PasswordPolicy};
pub use cluster::{Cluster, ClusterStatus};
pub use encoding::Wrapped;
pub use group::Group;
pub use identity_provider_config::IdentityProviderConfig;
pub use instance_profile::InstanceProfile;
pub use login_profile::LoginProfile;
pub use managed_policy::{ManagedPolicy, PolicyVersion};
pub use oidc_provider::OidcProvider;
pub use pod_identity_association::PodIdentityAssociation;
pub use role::{LastUsed, Role, ServiceUse};
pub use service_key::ServiceKey;
pub use user::User;

use crate::key::{Key, Kind};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::borrow::Cow;
use std::sync::Arc;

/// A tag, with the key's case as given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Key, unique in its list without regard to case.
    pub key: String,
    /// Value, may be empty.
    pub value: String,
}

/// What another entity refers to, so that the view can answer "who refers to this?".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// The managed policy of this ARN is attached.
    Attached(String),
    /// The managed policy of this ARN is the permissions boundary.
    Boundary(String),
    /// The user of this unique id is a member.
    Member(String),
    /// The user of this unique id owns it.
    Owner(String),
    /// It belongs to the account's root.
    Root,
    /// The role of this name (in lower case) is in the instance profile.
    ProfileRole(String),
}

/// An entity as the store keeps it.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind, which decides the key.
    const KIND: Kind;

    /// The account it lies in; [`crate::key::SERVICE`] for the service's own.
    fn account(&self) -> &str;

    /// The name within account and kind, in its own case. Compound names are joined by `/`.
    fn name(&self) -> Cow<'_, str>;

    /// The path, `/` for kinds without one.
    fn path(&self) -> &str {
        "/"
    }

    /// What it refers to.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// The key under which it is kept.
    fn key(&self) -> Key {
        Key::new(self.account(), Self::KIND, &self.name())
    }
}

macro_rules! entities {
    ($($kind:ident),+ $(,)?) => {
        /// An entity of any kind.
        #[derive(Clone, Debug)]
        pub enum Entity {
            $(#[doc = concat!("[`", stringify!($kind), "`]")] $kind(Arc<$kind>),)+
        }

        impl Entity {
            /// The key under which it is kept.
            #[must_use]
            pub fn key(&self) -> Key {
                match self { $(Entity::$kind(entity) => entity.key(),)+ }
            }

            /// The bytes the store keeps: JSON. Fails for no entity that can be built from text.
            pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Entity::$kind(entity) => serde_json::to_vec(&**entity),)+ }
            }

            /// Reads what [`Entity::encode`] wrote. Fails for bytes that are no entity of the kind.
            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Entity, serde_json::Error> {
                match kind { $(Kind::$kind => serde_json::from_slice::<$kind>(bytes).map(Entity::from),)+ }
            }
        }

        $(
            impl From<$kind> for Entity {
                fn from(entity: $kind) -> Entity { Entity::$kind(Arc::new(entity)) }
            }

            impl From<Arc<$kind>> for Entity {
                fn from(entity: Arc<$kind>) -> Entity { Entity::$kind(entity) }
            }
        )+
    };
}

entities!(
    Account,
    Role,
    User,
    Group,
    ManagedPolicy,
    InstanceProfile,
    OidcProvider,
    AccessKey,
    LoginProfile,
    Cluster,
    IdentityProviderConfig,
    PodIdentityAssociation,
    ServiceKey,
);
