//! Keys of the store: `/v1/ACCOUNT/KIND/NAME`.

use std::fmt;

/// The version of the layout of keys and values; it begins every key.
pub const PREFIX: &str = "/v1/";
/// Stands in place of the account for what belongs to the service itself.
pub const SERVICE: &str = "service";

/// What is kept, as the third part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`crate::entity::Account`]
    Account,
    /// [`crate::entity::Role`]
    Role,
    /// [`crate::entity::User`]
    User,
    /// [`crate::entity::Group`]
    Group,
    /// [`crate::entity::ManagedPolicy`]
    ManagedPolicy,
    /// [`crate::entity::InstanceProfile`]
    InstanceProfile,
    /// [`crate::entity::OidcProvider`]
    OidcProvider,
    /// [`crate::entity::AccessKey`]
    AccessKey,
    /// [`crate::entity::LoginProfile`]
    LoginProfile,
    /// [`crate::entity::Cluster`]
    Cluster,
    /// [`crate::entity::IdentityProviderConfig`]
    IdentityProviderConfig,
    /// [`crate::entity::PodIdentityAssociation`]
    PodIdentityAssociation,
    /// [`crate::entity::ServiceKey`]
    ServiceKey,
}

impl Kind {
    /// Every kind, in the order in which a view is loaded.
    pub const ALL: [Kind; 13] = [
        Kind::Account,
        Kind::Role,
        Kind::User,
        Kind::Group,
        Kind::ManagedPolicy,
        Kind::InstanceProfile,
        Kind::OidcProvider,
        Kind::AccessKey,
        Kind::LoginProfile,
        Kind::Cluster,
        Kind::IdentityProviderConfig,
        Kind::PodIdentityAssociation,
        Kind::ServiceKey,
    ];

    /// The word in the key.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::Role => "roles",
            Kind::User => "users",
            Kind::Group => "groups",
            Kind::ManagedPolicy => "policies",
            Kind::InstanceProfile => "instance-profiles",
            Kind::OidcProvider => "oidc-providers",
            Kind::AccessKey => "access-keys",
            Kind::LoginProfile => "login-profiles",
            Kind::Cluster => "clusters",
            Kind::IdentityProviderConfig => "identity-provider-configs",
            Kind::PodIdentityAssociation => "pod-identity-associations",
            Kind::ServiceKey => "keys",
        }
    }

    /// Whether names of the kind are unique without regard to case (reference iam.md §2); their keys hold
    /// the name in lower case.
    #[must_use]
    pub fn folds(self) -> bool {
        matches!(self, Kind::Role | Kind::User | Kind::Group | Kind::ManagedPolicy | Kind::InstanceProfile)
    }
}

/// The key of one entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of what bears `name` among the entities of a kind in an account. `name` is what
    /// [`crate::entity::Kept::name`] of the entity gives; its case does not matter where [`Kind::folds`].
    #[must_use]
    pub fn new(account: &str, kind: Kind, name: &str) -> Key {
        let mut key = format!("{PREFIX}{account}/{}/{name}", kind.word());
        if kind.folds() {
            let start = key.len() - name.len();
            if let Some(tail) = key.get_mut(start..) {
                tail.make_ascii_lowercase();
            }
        }
        Key(key)
    }

    /// A key as it stands in a store, unchecked; [`Key::parts`] tells whether it is one of ours.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Key {
        Key(text.into())
    }

    /// The text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Account, kind and name (in lower case where the kind folds); `None` for a key of another layout.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, Kind, &str)> {
        let mut parts = self.0.strip_prefix(PREFIX)?.splitn(3, '/');
        let (account, word, name) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
        Some((account, kind, name))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_parts() {
        let table = [
            (Kind::Role, "Deployer", "/v1/111122223333/roles/deployer"),
            (
                Kind::OidcProvider,
                "idp.example.com/T1/",
                "/v1/111122223333/oidc-providers/idp.example.com/T1/",
            ),
            (Kind::Cluster, "eu-west-1/Prod", "/v1/111122223333/clusters/eu-west-1/Prod"),
            (Kind::Account, "", "/v1/111122223333/account/"),
        ];
        for (kind, name, text) in table {
            let key = Key::new("111122223333", kind, name);
            assert_eq!(key.as_str(), text);
            let folded = if kind.folds() { name.to_ascii_lowercase() } else { name.to_owned() };
            assert_eq!(key.parts(), Some(("111122223333", kind, folded.as_str())));
        }
    }

    #[test]
    fn foreign_keys_have_no_parts() {
        for text in ["", "/v1/", "/v1/1/roles", "/v2/1/roles/a", "/v1/1/rolls/a"] {
            assert_eq!(Key::from_text(text).parts(), None, "{text}");
        }
    }

    #[test]
    fn words_differ() {
        let mut words: Vec<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Kind::ALL.len());
    }
}
